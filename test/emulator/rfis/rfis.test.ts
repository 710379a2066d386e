/** Requests for information on the wire: opened, answered, followed up, closed, and who may see them. */

import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { createClock } from "../../../src/emulator/engine/clock.js";
import { readOptions } from "../../../src/emulator/engine/options.js";
import { createWorld } from "../../../src/emulator/engine/world.js";
import { respond } from "../../../src/emulator/rfis/respond-to-rfi.js";
import { closeRfi, followUp, openRfi } from "../../../src/emulator/rfis/rfi-life-cycle.js";
import { rfisOf } from "../../../src/emulator/rfis/rfi-record.js";
import { type Api, connect } from "../api.js";
import { business, individual } from "../inputs.js";

const kinds = ["TEXT", "ATTACHMENT", "IDENTITY_DOCUMENT", "CONFIRMATION", "ADDRESS"] as const;

const answers: Readonly<Record<string, object>> = {
  TEXT: { type: "TEXT", text: "Savings", comment: "as discussed" },
  ATTACHMENT: { type: "ATTACHMENT", attachments: [{ file_id: "bill" }] },
  IDENTITY_DOCUMENT: {
    type: "IDENTITY_DOCUMENT",
    identity_document: { type: "PASSPORT", issuing_country: "AU", front_file_id: "front" },
  },
  CONFIRMATION: { type: "CONFIRMATION", confirmed: false },
  ADDRESS: { type: "ADDRESS", address: { address_line1: "1 Street", country_code: "AU" } },
};

interface Asked {
  readonly api: Api;
  readonly accountId: string;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes over the wire
  readonly rfi: any;
}

async function ask(api: Api, input: object, seller: object = individual): Promise<Asked> {
  const { body: account } = await api("POST", "/api/v1/accounts/create", seller);
  const headers = { "x-on-behalf-of": account.id };
  const { status, body: rfi } = await api("POST", "/api/v1/simulation/rfis/create", input, headers);
  expect(status).toBe(200);
  return { api, accountId: account.id, headers, rfi };
}

const asking = (...types: readonly string[]) => ({
  type: "KYC",
  questions: types.map((type) => ({ answer: { type } })),
});

test("a request asks an account one question for each kind of answer", async () => {
  const api = await connect(createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true }));
  const { accountId, rfi } = await ask(api, asking(...kinds));
  expect(rfi).toMatchObject({
    account_id: accountId,
    type: "KYC",
    status: "ACTION_REQUIRED",
    created_at: "2026-09-01T10:00:00+00:00",
    answered_requests: [],
  });
  expect(rfi.active_request).not.toHaveProperty("expires_at");
  const { questions } = rfi.active_request;
  expect(questions.map((question: { answer: object }) => question.answer)).toEqual(
    kinds.map((type) => ({ type })),
  );
  expect(questions[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    title: { en: "Provide more information", zh: expect.any(String) },
    sources: [{ type: "PERSON", person: { first_name: "Ada", last_name: "Lovelace" } }],
  });
});

test.each([
  ["KYC", ["ATTACHMENT PROOF_OF_ADDRESS", "TEXT"], "PERSON"],
  ["CARDHOLDER", ["IDENTITY_DOCUMENT ID_COPY", "ATTACHMENT PROOF_OF_ADDRESS"], undefined],
  ["PAYMENT_ENABLEMENT", ["TEXT", "ATTACHMENT"], undefined],
])("a request of the type %s asks for %j by default", async (type, expected, source) => {
  const { rfi } = await ask(await connect(createEmulator()), { type }, business);
  const { questions } = rfi.active_request;
  const said = (one: { answer: { type: string }; key?: string }) =>
    [one.answer.type, one.key].filter(Boolean).join(" ");
  expect(questions.map(said)).toEqual(expected);
  expect(questions[0].sources[0]?.type).toBe(source);
});

test("answers may come one by one, and the last one hands the request to the reviewer", async () => {
  await using emulator = await startEmulator();
  const { api, headers, rfi } = await ask(await connect(emulator), asking(...kinds));
  const path = `/api/v1/rfis/${rfi.id}`;
  for (const [index, { id }] of rfi.active_request.questions.entries()) {
    const answer = answers[kinds[index] ?? ""];
    const { status, body } = await api(
      "POST",
      `${path}/respond`,
      { questions: [{ id, answer }] },
      headers,
    );
    expect(status).toBe(200);
    expect(body.status).toBe(index < kinds.length - 1 ? "ACTION_REQUIRED" : "ANSWERED");
  }
  const { body } = await api("GET", path, undefined, headers);
  expect(body).not.toHaveProperty("active_request");
  const given = body.answered_requests[0].questions.map((one: { answer: object }) => one.answer);
  expect(given).toEqual(kinds.map((kind) => answers[kind]));
  const again = await api(
    "POST",
    `${path}/respond`,
    { questions: [{ id: rfi.active_request.questions[0].id, answer: answers["TEXT"] }] },
    headers,
  );
  expect([again.status, again.body.code]).toEqual([400, "invalid_state_for_operation"]);
});

test.each([
  ["of another kind", "TEXT", answers["CONFIRMATION"], "answer.type", "invalid_argument"],
  ["without its member", "TEXT", { type: "TEXT" }, "answer.text", "field_required"],
  ["that is blank", "TEXT", { type: "TEXT", text: " " }, "answer.text", "field_required"],
  [
    "with an address that says nothing",
    "ADDRESS",
    { type: "ADDRESS", address: { state: "VIC" } },
    "answer.address.address_line1",
    "field_required",
  ],
  [
    "with a document that proves nothing",
    "IDENTITY_DOCUMENT",
    { type: "IDENTITY_DOCUMENT", identity_document: { type: "PASSPORT", issuing_country: "AU" } },
    "answer.identity_document.front_file_id",
    "field_required",
  ],
  ["of an unknown kind", "TEXT", { type: "SONG" }, "answer.type", "invalid_argument"],
  [
    "without a file",
    "ATTACHMENT",
    { type: "ATTACHMENT", attachments: [] },
    "answer.attachments",
    "invalid_argument",
  ],
])(
  "an answer %s is refused, and with it all others of the same call",
  async (_, kind, answer, field, code) => {
    const { api, headers, rfi } = await ask(await connect(createEmulator()), asking(kind, "TEXT"));
    const [first, second] = rfi.active_request.questions;
    const path = `/api/v1/rfis/${rfi.id}`;
    const questions = [
      { id: second.id, answer: answers["TEXT"] },
      { id: first.id, answer },
    ];
    const { status, body } = await api("POST", `${path}/respond`, { questions }, headers);
    expect([status, body.code, body.source]).toEqual([400, code, `questions[1].${field}`]);
    const after = await api("GET", path, undefined, headers);
    expect(after.body.active_request.questions[1].answer).toEqual({ type: "TEXT" });
  },
);

test("an answer to an unknown question, or a second answer to one, is refused", async () => {
  const { api, headers, rfi } = await ask(await connect(createEmulator()), asking("TEXT"));
  const path = `/api/v1/rfis/${rfi.id}/respond`;
  const { id } = rfi.active_request.questions[0];
  const answer = answers["TEXT"];
  const questions = [
    { id, answer },
    { id, answer },
    { id: "unknown", answer },
  ];
  const { body } = await api("POST", path, { questions }, headers);
  expect(body.details.errors.map((one: { source: string }) => one.source)).toEqual([
    "questions[1].id",
    "questions[2].id",
  ]);
});

test("a follow-up repeats answered questions, adds new ones, and keeps the old answers", async () => {
  const { api, headers, rfi } = await ask(await connect(createEmulator()), asking("TEXT"));
  const path = `/api/v1/simulation/rfis/${rfi.id}/follow_up`;
  const early = await api("POST", path, {}, headers);
  expect([early.status, early.body.code]).toEqual([400, "invalid_state_for_operation"]);
  const { id } = rfi.active_request.questions[0];
  const respond = (answer: object) =>
    api("POST", `/api/v1/rfis/${rfi.id}/respond`, { questions: [{ id, answer }] }, headers);
  await respond({ type: "TEXT", text: "first" });
  for (const [items, source] of [
    [[{ id: "unknown" }], "questions[0].id"],
    [[{}], "questions[0].answer.type"],
    // Two questions with one id could never both be answered.
    [[{ id }, { id }], "questions[1].id"],
  ] as const) {
    const { status, body } = await api("POST", path, { questions: items }, headers);
    expect([status, body.source]).toEqual([400, source]);
  }
  const questions = [{ id }, { answer: { type: "CONFIRMATION" } }];
  const { status, body } = await api("POST", path, { questions }, headers);
  expect([status, body.status]).toEqual([200, "ACTION_REQUIRED"]);
  expect(body.active_request.questions).toMatchObject([
    { id, answer: { type: "TEXT" } },
    { answer: { type: "CONFIRMATION" } },
  ]);
  expect(body.active_request.questions[0].answer).not.toHaveProperty("text");
  const after = await respond({ type: "TEXT", text: "second" });
  expect(after.body.status).toBe("ACTION_REQUIRED");
  expect(after.body.answered_requests[0].questions[0].answer.text).toBe("first");
});

test("a closed request accepts no answers, no questions and no second close", async () => {
  const { api, headers, rfi } = await ask(await connect(createEmulator()), asking("TEXT"));
  const simulation = `/api/v1/simulation/rfis/${rfi.id}`;
  const { status, body } = await api("POST", `${simulation}/close`, undefined, headers);
  expect([status, body.status]).toEqual([200, "CLOSED"]);
  const { id } = rfi.active_request.questions[0];
  const answer = { questions: [{ id, answer: answers["TEXT"] }] };
  for (const [path, sent] of [
    [`${simulation}/close`, undefined],
    [`${simulation}/follow_up`, {}],
    [`/api/v1/rfis/${rfi.id}/respond`, answer],
  ] as const) {
    const refused = await api("POST", path, sent, headers);
    expect([refused.status, refused.body.code]).toEqual([400, "invalid_state_for_operation"]);
  }
  const unknown = await api("POST", "/api/v1/simulation/rfis/unknown/close", undefined, headers);
  expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
});

test("an account is asked again about a type once its requests of that type are closed", async () => {
  const { api, headers, rfi } = await ask(await connect(createEmulator()), asking("TEXT"));
  const open = (type: string) => api("POST", "/api/v1/simulation/rfis/create", { type }, headers);
  const second = await open("KYC");
  expect([second.status, second.body.code, second.body.source]).toEqual([
    ...[400, "invalid_argument", "type"],
  ]);
  expect((await open("KYC_ONGOING")).status).toBe(200);
  await api("POST", `/api/v1/simulation/rfis/${rfi.id}/close`, undefined, headers);
  expect((await open("KYC")).status).toBe(200);
});

test("a question says who or what it is about", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const { body: created } = await api("POST", "/api/v1/accounts/create", individual);
  // An individual has an id once the account has been verified.
  const account = emulator.accounts.setStatus(created.id, "ACTIVE");
  const headers = { "x-on-behalf-of": account.id };
  const { person_id, first_name, last_name } = account.account_details?.individual_details ?? {};
  const create = (type: string, ...sources: readonly object[]) => {
    const questions = [{ answer: { type: "TEXT" }, sources }];
    return api("POST", "/api/v1/simulation/rfis/create", { type, questions }, headers);
  };
  const known = { id: person_id, type: "PERSON" };
  // An id that belongs to nobody is that of a person whom Airwallex has found.
  const found = { id: "found", type: "PERSON" };
  const { body: kyc } = await create("KYC", known, found);
  expect(kyc.active_request.questions[0].sources).toEqual([
    { ...known, person: { first_name, last_name } },
    found,
  ]);
  const transfer = { id: "tfr_1", type: "CONNECTED_ACCOUNT_TRANSFER" };
  const { body: transaction } = await create("TRANSACTION", transfer);
  expect(transaction.active_request.questions[0].sources).toEqual([transfer]);
  for (const [type, source] of [
    ["KYC_ONGOING", transfer],
    ["CARDHOLDER", known],
    ["PAYMENT_ENABLEMENT", known],
  ] as const) {
    expect(await create(type, source)).toMatchObject({
      ...{ status: 400, body: { source: "questions[0].sources[0].type" } },
    });
  }
  const path = `/api/v1/simulation/rfis/${kyc.id}/follow_up`;
  const { id } = kyc.active_request.questions[0];
  const answer = { questions: [{ id, answer: answers["TEXT"] }] };
  await api("POST", `/api/v1/rfis/${kyc.id}/respond`, answer, headers);
  const wrong = await api("POST", path, { questions: [{ id, sources: [transfer] }] }, headers);
  expect(wrong).toMatchObject({ body: { source: "questions[0].sources[0].type" } });
  const again = await api("POST", path, { questions: [{ id, sources: [found] }] }, headers);
  expect(again.body.active_request.questions[0].sources).toEqual([found]);
});

test("a request about a transaction is closed when it expires", async () => {
  const emulator = createEmulator({ frozen: true });
  const { api, headers, rfi } = await ask(await connect(emulator), { type: "TRANSACTION" });
  const status = async () =>
    (await api("GET", `/api/v1/rfis/${rfi.id}`, undefined, headers)).body.status;
  const lifetime = Date.parse(rfi.active_request.expires_at) - Date.parse(rfi.created_at);
  expect(lifetime).toBe(7 * 24 * 3_600_000);
  emulator.clock.set(Date.parse(rfi.active_request.expires_at) - 1);
  const renewed = await connect(emulator);
  expect((await renewed("GET", `/api/v1/rfis/${rfi.id}`)).body.status).toBe("ACTION_REQUIRED");
  emulator.clock.advance("1s");
  expect((await renewed("GET", `/api/v1/rfis/${rfi.id}`)).body.status).toBe("CLOSED");
  expect(await status()).toBeUndefined();
});

test("an answered request does not expire", async () => {
  const emulator = createEmulator({ frozen: true });
  const { api, headers, rfi } = await ask(await connect(emulator), {
    type: "TRANSACTION",
    questions: [{ answer: { type: "TEXT" } }],
  });
  const [{ id }] = rfi.active_request.questions;
  const answer = { questions: [{ id, answer: answers["TEXT"] }] };
  await api("POST", `/api/v1/rfis/${rfi.id}/respond`, answer, headers);
  emulator.clock.advance("8d");
  const renewed = await connect(emulator);
  expect((await renewed("GET", `/api/v1/rfis/${rfi.id}`)).body.status).toBe("ANSWERED");
});

test("a liveness check must be done on its page before it can be answered", async () => {
  await using emulator = await startEmulator();
  const { api, headers, rfi } = await ask(await connect(emulator), asking("LIVENESS"));
  const [{ id, liveness }] = rfi.active_request.questions;
  expect(liveness.status).toBe("NOT_STARTED");
  const path = `/api/v1/rfis/${rfi.id}/respond`;
  const answer = { questions: [{ id, answer: { type: "LIVENESS" } }] };
  expect((await api("POST", path, answer, headers)).status).toBe(400);
  expect((await fetch(liveness.url)).status).toBe(200);
  const { body } = await api("POST", path, answer, headers);
  expect(body.status).toBe("ANSWERED");
  expect(body.answered_requests[0].questions[0].liveness.status).toBe("SUCCEEDED");
  expect((await fetch(liveness.url)).status).toBe(404);
});

test("every change of turn is sent to subscribers, with the new status", () => {
  const clock = createClock({ now: "2026-09-01T10:00:00Z", frozen: true });
  const world = createWorld(readOptions({}), clock);
  const heard: unknown[] = [];
  rfisOf(world).changes.subscribe(({ record: { id, status }, atMs }) =>
    heard.push({ id, status, atMs }),
  );
  const { platform } = world.accounts;
  const record = openRfi(world, platform, asking("TEXT", "TEXT") as Parameters<typeof openRfi>[2]);
  for (const { id } of record.active?.questions ?? []) {
    respond(world, record, { questions: [{ id, answer: { type: "TEXT", text: "Savings" } }] });
  }
  followUp(world, record, {});
  closeRfi(world, record);
  const same = { id: record.id, atMs: Date.parse("2026-09-01T10:00:00Z") };
  expect(heard).toEqual([
    { ...same, status: "ACTION_REQUIRED" },
    { ...same, status: "ANSWERED" },
    { ...same, status: "ACTION_REQUIRED" },
    { ...same, status: "CLOSED" },
  ]);
});

test("the account keeps its status throughout, and is decided separately", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", individual);
  await api("POST", `/api/v1/accounts/${account.id}/submit`);
  const headers = { "x-on-behalf-of": account.id };
  const status = () => emulator.accounts.get(account.id)?.status;
  const { body: rfi } = await api(
    "POST",
    "/api/v1/simulation/rfis/create",
    asking("TEXT"),
    headers,
  );
  expect(status()).toBe("SUBMITTED");
  const [{ id }] = rfi.active_request.questions;
  const answer = { questions: [{ id, answer: answers["TEXT"] }] };
  await api("POST", `/api/v1/rfis/${rfi.id}/respond`, answer, headers);
  expect(status()).toBe("SUBMITTED");
  await api("POST", `/api/v1/simulation/rfis/${rfi.id}/close`, undefined, headers);
  expect(status()).toBe("SUBMITTED");
  const decide = `/api/v1/simulation/accounts/${account.id}/update_status`;
  await api("POST", decide, { next_status: "ACTIVE", force: false });
  expect(status()).toBe("ACTIVE");
});

test("an account sees its own requests, and the platform sees those of all its accounts", async () => {
  const api = await connect(createEmulator());
  const first = await ask(api, { type: "KYC" });
  const second = await ask(api, { type: "TRANSACTION" });
  const { body: own } = await api("POST", "/api/v1/simulation/rfis/create", { type: "KYC" });
  const ids = async (headers?: Readonly<Record<string, string>>) => {
    const { body } = await api("GET", "/api/v1/rfis", undefined, headers);
    return body.items.map((rfi: { id: string }) => rfi.id);
  };
  expect(await ids(first.headers)).toEqual([first.rfi.id]);
  expect(await ids()).toEqual([own.id, second.rfi.id, first.rfi.id]);
  const path = `/api/v1/rfis/${first.rfi.id}`;
  expect((await api("GET", path)).status).toBe(200);
  for (const [other, headers] of [
    [path, second.headers],
    [`/api/v1/rfis/${own.id}`, first.headers],
  ] as const) {
    const { status, body } = await api("GET", other, undefined, headers);
    expect([status, body.code]).toEqual([403, "account_not_authorised_for_operation"]);
  }
  const unknown = await api("GET", "/api/v1/rfis/unknown");
  expect([unknown.status, unknown.body.code]).toEqual([404, "resource_not_found"]);
});

test("the list is filtered, and its pages link to each other in both directions", async () => {
  const emulator = createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const { headers, rfi } = await ask(api, { type: "KYC" });
  await api("POST", `/api/v1/simulation/rfis/${rfi.id}/close`, undefined, headers);
  for (const type of ["KYC", "TRANSACTION", "KYC_ONGOING", "CARDHOLDER"]) {
    emulator.clock.advance("1s");
    await api("POST", "/api/v1/simulation/rfis/create", { type }, headers);
  }
  const list = async (query: string) =>
    (await api("GET", `/api/v1/rfis?${query}`, undefined, headers)).body;
  const types = (body: { items: readonly { type: string }[] }) =>
    body.items.map(({ type }) => type);
  const { items } = await list("types=KYC,KYC_ONGOING&statuses=");
  expect(items).toHaveLength(3);
  await api("POST", `/api/v1/simulation/rfis/${items[0].id}/close`, undefined, headers);
  expect(types(await list("statuses=CLOSED"))).toEqual(["KYC_ONGOING", "KYC"]);
  expect(types(await list("statuses=ANSWERED,CLOSED&types=KYC_ONGOING"))).toEqual(["KYC_ONGOING"]);
  expect(types(await list("statuses=ANSWERED&types=KYC"))).toEqual([]);
  const since = `from_created_at=${encodeURIComponent(items[0].created_at)}`;
  expect(types(await list(since))).toEqual(["CARDHOLDER", "KYC_ONGOING"]);
  expect(types(await list("end_created_at=2026-09-01T10:00:01Z"))).toEqual(["KYC", "KYC"]);

  const first = await list("page_size=2");
  expect(types(first)).toEqual(["CARDHOLDER", "KYC_ONGOING"]);
  expect(first.page_before).toBeNull();
  const second = await list(`page_size=2&page=${first.page_after}`);
  expect(types(second)).toEqual(["TRANSACTION", "KYC"]);
  // A request created meanwhile does not shift the pages.
  await api("POST", "/api/v1/simulation/rfis/create", { type: "MERCHANT_RISK" }, headers);
  const third = await list(`page_size=2&page=${second.page_after}`);
  expect(types(third)).toEqual(["KYC"]);
  expect(third.page_after).toBeNull();
  expect(types(await list(`page_size=2&page=${second.page_before}`))).toEqual(types(first));

  for (const query of ["page=nonsense", "page_size=0", "page_size=2001", "types=SONG"]) {
    const { status, body } = await api("GET", `/api/v1/rfis?${query}`, undefined, headers);
    expect([status, body.code]).toEqual([400, "invalid_argument"]);
  }
});
