/** One to-do list from requirements, requests for information and refused calls. */

import {
  type Account,
  AccountStatusError,
  ApiError,
  checkRequirements,
  createClient,
  type Rfi,
  type ToDo,
  ValidationError,
  whatIsMissing,
} from "airwallex-connect";
import { createEmulator, failingFileId } from "airwallex-connect/emulator";
import type { AccountUpdateParams } from "airwallex-connect/schemas";
import { createWebhooks, signPayload } from "airwallex-connect/webhooks";
import { expect, test } from "vitest";
import { business, individual, person } from "../emulator/inputs.js";

const base = {
  id: "acct_1",
  status: "ACTION_REQUIRED",
  created_at: "2026-09-01T10:00:00+00:00",
  account_details: { legal_entity_type: "INDIVIDUAL", individual_details: {} },
} as const satisfies Account;

const owner = { ...person, roles: ["BENEFICIAL_OWNER"] } as const;

function kinds(account: Partial<Account>): readonly string[] {
  return whatIsMissing({ ...base, ...account }).map(({ kind }) => kind);
}

test.each([
  ["SUBMITTED", []],
  ["ACTIVE", []],
  ["SUSPENDED", []],
  ["ACTION_REQUIRED", ["look_at_rfis"]],
])(
  "whatIsMissing() of an account that is %s and has no named requirements is %j",
  (status, expected) => {
    expect(kinds({ status })).toEqual(expected);
    expect(kinds({ status, requirements: null })).toEqual(expected);
    expect(kinds({ status, requirements: {} })).toEqual(expected);
  },
);

test("whatIsMissing() of an account that was not submitted lists what the rules say, or that it is ready", () => {
  const created = { ...base, status: "CREATED" };
  const paths = whatIsMissing(created).map(({ path }) => path);
  expect(paths).toEqual(checkRequirements(created).missing.map(({ path }) => path));
  expect(paths).toContain("account_details.individual_details.first_name");
  const complete = { ...created, account_details: individual.account_details };
  const ready = [{ kind: "submit", next: { method: "accounts.submit", id: "acct_1" } }];
  expect(whatIsMissing(complete)).toMatchObject(ready);
  // Nothing can be said of personal data that the account was read without.
  const hidden = { ...base, status: "CREATED", view_type: "EXCLUDED_PII" };
  expect(whatIsMissing(hidden).every(({ path = "" }) => !path.endsWith("_name"))).toBe(true);

  const details = { ...individual.account_details.individual_details, identifications: null };
  const deferring = {
    ...created,
    account_details: { ...individual.account_details, individual_details: details },
  };
  expect(kinds(deferring)).toEqual(["provide_field", "provide_field"]);
  expect(whatIsMissing(deferring, { deferredIdentityVerification: true })).toMatchObject(ready);
});

test("whatIsMissing() has an item for every requirement that the API documents, and for a new one", () => {
  const requirements = {
    agreement_to_terms_and_conditions_required: { message: "Agree." },
    other: [{ error_code: "OTHER", message: "The owner has not approved." }],
    photo_file_id_required: { error_code: "FACE_CROPPED", photo_file_id: "selfie" },
    photo_holding_id_required: [{ message: "No match", photo_file_id: "holding" }],
    primary_identification_required: [
      { error_code: "BLURRY_IMAGE", front_file_id: "front", back_file_id: "back" },
    ],
    reason_for_duplicate_account_required: [{ error_code: "CONFIRM_REASON_FOR_SECOND_ACCOUNT" }],
    secondary_identification_required: [{ message: "Needed too" }],
    tax_form_required: {},
  };
  const items = whatIsMissing({ ...base, requirements });
  const individual = "account_details.individual_details";
  expect(items.map(({ kind, path, code, why }) => [kind, path, code, why])).toEqual([
    ["agree_to_terms", "customer_agreements.agreed_to_terms_and_conditions", undefined, "Agree."],
    [
      "replace_identification",
      `${individual}.identifications.primary`,
      "BLURRY_IMAGE",
      "It was not accepted: blurry image",
    ],
    ["replace_identification", `${individual}.identifications.secondary`, undefined, "Needed too"],
    [
      "replace_photo",
      `${individual}.live_selfie_file_id`,
      "FACE_CROPPED",
      "It was not accepted: face cropped",
    ],
    ["replace_photo", `${individual}.photo_holding_identification_file_id`, undefined, "No match"],
    [
      "look_at_rfis",
      undefined,
      "CONFIRM_REASON_FOR_SECOND_ACCOUNT",
      "The customer has an account already",
    ],
    ["look_at_rfis", undefined, "OTHER", "The owner has not approved."],
    [
      "look_at_rfis",
      undefined,
      "tax_form_required",
      "The API names a new requirement, tax_form_required",
    ],
  ]);
  expect(items[0]?.next).toMatchObject({ method: "accounts.agreeToTerms", id: "acct_1" });
  expect(items[1]).toMatchObject({
    rejectedFileIds: ["front", "back"],
    next: {
      method: "accounts.update",
      id: "acct_1",
      afterwards: "accounts.submit",
      params: {
        account_details: {
          individual_details: { identifications: { primary: { passport: expect.anything() } } },
        },
      },
    },
  });
  expect(items[3]?.next).toMatchObject({
    params: { account_details: { individual_details: { live_selfie_file_id: "<file_id>" } } },
  });
  expect(items.at(-1)?.next).toEqual({ method: "rfis.list", onBehalfOf: "acct_1" });
});

test.each([
  ["by its file", { front_file_id: "front-2" }, "business_person_details[1]"],
  ["by the name", { first_name: "Luigi", last_name: "Menabrea" }, "business_person_details[1]"],
  ["not at all", { first_name: "Nobody" }, "business_person_details[]"],
])("whatIsMissing() finds whose document failed, %s", (_, required, owner) => {
  const people = [
    { person_id: "p1", first_name: "Charles", last_name: "Babbage" },
    {
      person_id: "p2",
      first_name: "Luigi",
      last_name: "Menabrea",
      identifications: { primary: { passport: { front_file_id: "front-2" } } },
    },
  ];
  const [item] = whatIsMissing({
    ...base,
    account_details: { legal_entity_type: "BUSINESS", business_person_details: people },
    requirements: { primary_identification_required: [required] },
  });
  expect(item?.path).toBe(`account_details.${owner}.identifications.primary`);
  if (owner.endsWith("[1]")) {
    expect(item?.next).toMatchObject({
      params: {
        account_details: {
          business_person_details: [
            { person_id: "p1" },
            {
              person_id: "p2",
              identifications: {
                primary: { identification_type: "<PersonIdentificationTypeInput>" },
              },
            },
          ],
        },
      },
    });
  }
});

const rfi: Rfi = {
  id: "rfi_1",
  account_id: "acct_1",
  status: "ACTION_REQUIRED",
  active_request: {
    questions: [
      {
        id: "q1",
        title: { en: "Source of funds" },
        comment: "since May",
        answer: { type: "TEXT" },
      },
      {
        id: "q2",
        title: { zh: "请上传文件" },
        key: "PROOF_OF_ADDRESS",
        description: { en: "Upload a bill of the last three months" },
        answer: { type: "ATTACHMENT" },
      },
      { id: "q3", answer: { type: "CONFIRMATION" }, liveness: { url: "https://live.example" } },
      { id: "q4", answer: { type: "LIVENESS" }, liveness: { url: "https://live.example" } },
      { id: "q5", answer: { type: "TEXT", text: "given" } },
      { id: "q6", answer: { type: "CONFIRMATION", confirmed: false } },
      { id: "q7", answer: { type: "DANCE" } },
    ],
  },
};

test("whatIsMissing() has an item for every open question, and none for answered ones", () => {
  const items = whatIsMissing(rfi);
  expect(items.map(({ path, what, why, code }) => [path, what, why, code])).toEqual([
    ["questions[0]", "Source of funds", "A reviewer asks (since May)", undefined],
    ["questions[1]", "请上传文件", "Upload a bill of the last three months", "PROOF_OF_ADDRESS"],
    ["questions[2]", "Confirm or deny", "A reviewer asks", undefined],
    [
      "questions[3]",
      "Do the liveness check on its page, then answer",
      "A reviewer asks",
      undefined,
    ],
    ["questions[6]", "Answer the question", "A reviewer asks", undefined],
  ]);
  expect(items[1]).toMatchObject({
    kind: "answer_question",
    answerType: "ATTACHMENT",
    question: { id: "q2" },
    next: {
      method: "rfis.respond",
      id: "rfi_1",
      onBehalfOf: "acct_1",
      params: {
        questions: [
          { id: "q2", answer: { type: "ATTACHMENT", attachments: [{ file_id: "<file_id>" }] } },
        ],
      },
    },
  });
  expect(items.slice(2, 4).map((item) => "livenessUrl" in item && item.livenessUrl)).toEqual([
    undefined,
    "https://live.example",
  ]);
});

test.each(["ANSWERED", "CLOSED"])("whatIsMissing() of a request that is %s is empty", (status) => {
  expect(whatIsMissing({ ...rfi, status })).toEqual([]);
});

test("whatIsMissing() of a refused submit lists every field, and given the account, the inputs for persons", async () => {
  const client = createClient(createEmulator().clientOptions);
  const account = await client.accounts.create({
    ...business,
    account_details: {
      ...business.account_details,
      business_details: { ...business.account_details.business_details, operating_country: [] },
      business_person_details: [person, { ...owner, nationality: undefined }],
    },
  });
  const error = await client.accounts.submit(account.id).catch((reason: unknown) => reason);
  const items = whatIsMissing(error as ApiError, { account });
  expect(items).toMatchObject([
    {
      kind: "provide_field",
      path: "account_details.business_details.operating_country",
      what: "Provide the operating country",
      value: ["<country>"],
      code: "field_required",
      why: "field [account_details.business_details.operating_country] is required.",
      next: { method: "accounts.update", id: account.id, afterwards: "accounts.submit" },
    },
    { path: "account_details.business_person_details[1].nationality" },
  ]);
  const people = account.account_details?.business_person_details ?? [];
  expect(items[1]?.next).toMatchObject({
    params: {
      account_details: {
        business_person_details: [
          { person_id: people[0]?.person_id },
          { person_id: people[1]?.person_id, nationality: "<country>" },
        ],
      },
    },
  });
  expect(whatIsMissing(error as ApiError)[1]?.next).toMatchObject({
    params: {
      account_details: {
        business_person_details: [{ person_id: "<person_id>", nationality: "<country>" }],
      },
    },
  });
});

test("whatIsMissing() of refused answers says which were refused", async () => {
  const client = createClient(createEmulator().clientOptions);
  const asked = await client.simulation.rfis.create({
    type: "KYC",
    questions: [{ answer: { type: "ADDRESS" } }],
  });
  const id = asked.active_request?.questions?.[0]?.id ?? "";
  const answer = { type: "ADDRESS", address: { state: "VIC" } } as const;
  const refused = await client.rfis
    .respond(asked.id, { questions: [{ id, answer }] })
    .catch((reason: unknown) => reason);
  expect(whatIsMissing(refused as ApiError)).toMatchObject([
    {
      kind: "provide_field",
      path: "questions[0].answer.address.address_line1",
      next: { method: "rfis.respond", id: asked.id },
    },
    { path: "questions[0].answer.address.country_code" },
  ]);
});

test("whatIsMissing() of an invalid input that was not sent lists its fields", async () => {
  const client = createClient(createEmulator().clientOptions);
  const refused = await client.accounts
    .create({ account_details: { legal_entity_type: "PERSON" } } as never)
    .catch((reason: unknown) => reason);
  expect(refused).toBeInstanceOf(ValidationError);
  const items = whatIsMissing(refused as ValidationError);
  expect(items.map(({ path }) => path)).toContain("account_details.legal_entity_type");
  expect(items[0]?.next?.method).toBe("accounts.create");
});

function refusal(
  apiCode: string,
  code: ConstructorParameters<typeof ApiError>[0] = "invalid_request",
): ApiError {
  const remote = {
    ...{ status: 400, apiCode, remoteMessage: "No.", source: undefined, details: undefined },
    ...{ fieldErrors: [], traceId: undefined, retryAfterMs: undefined },
  };
  const facts = {
    ...{ operation: "accounts.submit", method: "POST", path: "/api/v1/accounts/acct_1/submit" },
    ...{ outcome: "not_done" as const, attempts: 1 },
  };
  return new ApiError(code, remote, facts, { body: {} });
}

test("whatIsMissing() recognises a refusal that only needs the terms, and reports one that it cannot place", () => {
  expect(whatIsMissing(refusal("term_agreement_is_required"))).toMatchObject([
    { kind: "agree_to_terms", why: "No.", next: { id: "acct_1" } },
  ]);
  expect(whatIsMissing(refusal("operation_failed"))).toMatchObject([
    { kind: "other", why: "No.", code: "operation_failed", next: undefined },
  ]);
});

test("whatIsMissing() of a call that the status does not allow asks for no fields", async () => {
  const client = createClient(createEmulator().clientOptions);
  const { id } = await client.accounts.create(individual);
  await client.accounts.submit(id);
  const again = await client.accounts.submit(id).catch((reason: unknown) => reason);
  expect(whatIsMissing(again as ApiError)).toMatchObject([
    { kind: "other", code: "invalid_argument", why: expect.stringContaining("SUBMITTED") },
  ]);
});

const neverRead = new AccountStatusError(
  "status_timeout",
  "Too late",
  { accountId: "acct_1", status: "unknown", waitedForMs: 1 },
  undefined,
);

test.each([
  ["an error of the server", refusal("internal_error", "server_error")],
  ["another error", new Error("no")],
  ["nothing", undefined],
  ["an object of something else", { name: "account.active" }],
  ["an account that was never read", neverRead],
])("whatIsMissing() of %s throws, and keeps it as the cause", (_, source) => {
  expect.assertions(2);
  try {
    whatIsMissing(source as never);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).cause).toBe(source);
  }
});

test("whatIsMissing() of account.action_required data lists the requirements, in either spelling", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(individual);
  const hooks = createWebhooks({ secrets: "whsec_test" });
  const lists: unknown[] = [];
  hooks.on("account.action_required", ({ data, accountId }) => {
    lists.push(whatIsMissing(data, { account: { id: accountId } }));
  });
  const photo = { message: "Cropped", photo_file_id: "selfie" };
  const current = {
    agreement_to_terms_and_conditions_required: { message: "Agree." },
    primary_identification_required: [{ message: "Blurry", front_file_id: "front" }],
    photo_file_id_required: photo,
  };
  const legacy = {
    agreedToTermsAndConditionsRequired: { message: "Agree." },
    primaryIdentificationRequired: [{ message: "Blurry", frontFileId: "front" }],
    photoFileIdRequired: { message: "Cropped", photoFileId: "selfie" },
  };
  for (const data of [current, legacy, {}]) {
    const body = JSON.stringify({
      id: "evt",
      name: "account.action_required",
      account_id: id,
      data,
    });
    const headers = signPayload(body, { secret: "whsec_test" });
    await hooks.handle(await hooks.constructEvent(body, headers));
  }
  const update = { method: "accounts.update", id };
  const expected = [
    { kind: "agree_to_terms", why: "Agree.", next: { method: "accounts.agreeToTerms", id } },
    // These data do not say whose identification it is.
    {
      kind: "replace_identification",
      path: "identifications.primary",
      why: "Blurry",
      rejectedFileIds: ["front"],
      next: undefined,
    },
    { kind: "replace_photo", why: "Cropped", rejectedFileIds: ["selfie"], next: update },
  ];
  const asked = [{ kind: "look_at_rfis", next: { method: "rfis.list", onBehalfOf: id } }];
  expect(lists).toMatchObject([expected, expected, asked]);

  const account = await client.accounts.retrieve(id);
  const [, identification] = whatIsMissing(current, { account });
  expect(identification).toMatchObject({
    path: "account_details.individual_details.identifications.primary",
    next: update,
  });
});

test("whatIsMissing() of an AccountStatusError lists what the account waits for", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(individual);
  const error = await client.accounts
    .waitForStatus(id, { status: "ACTIVE" })
    .catch((reason: unknown) => reason);
  expect(whatIsMissing(error as AccountStatusError)).toMatchObject([
    { kind: "submit", next: { id } },
  ]);
});

test("whatIsMissing() of several sources returns one list without duplicates", async () => {
  const client = createClient(createEmulator().clientOptions);
  const account = await client.accounts.create({
    ...business,
    account_details: {
      ...business.account_details,
      business_person_details: [person, { ...owner, nationality: undefined }],
    },
  });
  const error = await client.accounts.submit(account.id).catch((reason: unknown) => reason);
  const items = whatIsMissing([error as ApiError, account, error as ApiError, rfi, rfi]);
  expect(items.map(({ kind }) => kind)).toEqual([
    "provide_field",
    ...whatIsMissing(rfi).map(() => "answer_question"),
  ]);
  const [first] = items;
  expect(first?.next).toMatchObject({
    params: { account_details: { business_person_details: [{}, { nationality: "<country>" }] } },
  });

  const waiting = { ...base, requirements: { other: [{ message: "A" }, { message: "B" }] } };
  expect(whatIsMissing([waiting, waiting]).map(({ why }) => why)).toEqual(["A", "B"]);
  expect(whatIsMissing([waiting, rfi])).toEqual(whatIsMissing(rfi));
  expect(whatIsMissing([waiting, { ...rfi, status: "CLOSED" }]).length).toBe(2);
  expect(whatIsMissing([refusal("term_agreement_is_required"), terms]).length).toBe(1);
  expect(whatIsMissing([])).toEqual([]);
  expect(() => whatIsMissing([waiting, new Error("no") as never])).toThrow(TypeError);
});

const terms: Account = {
  ...base,
  requirements: { agreement_to_terms_and_conditions_required: { message: "Agree." } },
};

test("following every item of an account in ACTION_REQUIRED makes it active", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { individual_details: details } = individual.account_details;
  const failing = {
    identification_type: "PASSPORT",
    issuing_country_code: "AU",
    passport: { front_file_id: failingFileId },
  } as const;
  const { id } = await client.accounts.create({
    ...individual,
    account_details: {
      legal_entity_type: "INDIVIDUAL",
      individual_details: { ...details, identifications: { primary: failing } },
    },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false },
  });
  const review = { next_status: "ACTIVE", force: false } as const;
  await client.accounts.submit(id);
  const reviewed = await client.simulation.accounts.updateStatus(id, review);
  const filled: Readonly<Record<string, string>> = {
    "<IndividualIdentificationTypeInput>": "PASSPORT",
    "<country>": "AU",
    "<file_id>": "good",
    "<text>": "x",
    "<timestamp>": "2026-09-01T10:00:00+0000",
  };
  for (const { next } of whatIsMissing(reviewed)) {
    const text = JSON.stringify(next && "params" in next ? next.params : {});
    const input = JSON.parse(text.replace(/<\w+>/g, (name) => filled[name] ?? name));
    if (next?.method === "accounts.agreeToTerms") await client.accounts.agreeToTerms(id, input);
    if (next?.method === "accounts.update") await client.accounts.update(id, input);
  }
  await client.accounts.submit(id);
  const active = await client.simulation.accounts.updateStatus(id, review);
  expect(active.status).toBe("ACTIVE");
  expect(whatIsMissing(active)).toEqual([]);
});

test("whatIsMissing() survives lists that are not lists, and null items", () => {
  const requirements = {
    primary_identification_required: { error_code: "BLURRY_IMAGE", front_file_id: "front" },
    secondary_identification_required: [null],
    other: [null, { message: "The owner has not approved." }],
  };
  const account = {
    ...base,
    account_details: { business_person_details: [null, { last_name: "King" }] },
    requirements,
  };
  const items = whatIsMissing(account as unknown as Account);
  expect(items.map(({ kind, why }) => [kind, why])).toEqual([
    ["replace_identification", "It was not accepted: blurry image"],
    ["look_at_rfis", "The owner has not approved."],
  ]);
  const active_request = { questions: [null, { id: "q", answer: { type: "TEXT" } }] };
  const rfi = { id: "rfi_1", status: "ACTION_REQUIRED", active_request };
  expect(whatIsMissing(rfi as unknown as Rfi).map(({ path }) => path)).toEqual(["questions[1]"]);
});

test("whatIsMissing() has no item for an unknown requirement that is not set", () => {
  const unset = { tax_form_required: null, videos_required: [], call_required: false };
  const requirements = { ...unset, other: null };
  expect(kinds({ status: "SUBMITTED", requirements })).toEqual([]);
  expect(kinds({ requirements: { ...requirements, other: [{ message: "No" }] } })).toEqual([
    "look_at_rfis",
  ]);
});

test("the input for a field of an address includes its country, without which an update is refused", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create({
    ...individual,
    account_details: {
      legal_entity_type: "INDIVIDUAL",
      individual_details: { residential_address: { country_code: "SG" } },
    },
  });
  const error = await client.accounts.submit(id).catch((reason: unknown) => reason);
  const inputOf = (items: readonly ToDo[]): unknown => {
    const next = items.find(({ path }) => path?.endsWith("_address.postcode"))?.next;
    return next?.method === "accounts.update" ? next.params : undefined;
  };
  const inputIn = (country_code: string): AccountUpdateParams => {
    const residential_address = { country_code, postcode: "<text>" };
    return { account_details: { individual_details: { residential_address } } };
  };
  expect(inputOf(whatIsMissing(error as ApiError))).toEqual(inputIn("<country>"));
  const account = await client.accounts.retrieve(id);
  expect(inputOf(whatIsMissing([error as ApiError, account]))).toEqual(inputIn("SG"));
  await client.accounts.update(id, inputIn("SG"));

  const source = "account_details.business_person_details[1].residential_address.postcode";
  const refused = { status: 400, body: { code: "field_required", message: "is required", source } };
  emulator.faults.next("accounts.submit", refused);
  const ofPerson = await client.accounts.submit(id).catch((reason: unknown) => reason);
  const people = ["SG", "NZ"].map((country_code, at) => ({
    person_id: `person-${at}`,
    residential_address: { country_code },
  }));
  const known = { id, account_details: { business_person_details: people } };
  const residential_address = { country_code: "NZ", postcode: "<text>" };
  expect(inputOf(whatIsMissing(ofPerson as ApiError, { account: known }))).toEqual({
    account_details: {
      business_person_details: [
        { person_id: "person-0", residential_address: { country_code: "SG" } },
        { person_id: "person-1", residential_address },
      ],
    },
  });
});

test("whatIsMissing() of one refusal keeps every reason given for a field", async () => {
  const client = createClient(createEmulator().clientOptions);
  const { id } = await client.accounts.create({
    ...business,
    account_details: {
      ...business.account_details,
      business_person_details: [{ ...person, roles: ["LEGAL_REPRESENTATIVE"] }],
    },
  });
  const error = await client.accounts.submit(id).catch((reason: unknown) => reason);
  const reasons = whatIsMissing([error as ApiError, error as ApiError]).map(({ why }) => why);
  expect(reasons).toEqual([
    expect.stringContaining("the role AUTHORISED_PERSON"),
    expect.stringContaining("the role BENEFICIAL_OWNER"),
  ]);
});
