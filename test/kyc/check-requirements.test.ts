/** What a submission lacks, and how far that can be known. */

import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import * as schemas from "../../src/generated/index.js";
import { checkRequirements } from "../../src/kyc/check-requirements.js";
import { business, individual } from "../emulator/inputs.js";

const details = individual.account_details.individual_details;

function livingIn(country_code: string, more: object = {}) {
  const residential_address = { ...details.residential_address, country_code };
  const individual_details = { ...details, residential_address, ...more };
  return { account_details: { legal_entity_type: "INDIVIDUAL", individual_details } };
}

function registeredIn(country_code: string, business_structure: string | undefined = "COMPANY") {
  const { business_details: company, ...rest } = business.account_details;
  const registration_address = { ...company.registration_address, country_code };
  return {
    account_details: {
      ...rest,
      business_details: { ...company, business_structure, registration_address },
    },
  };
}

test("checkRequirements() says yes only when nothing is missing and the country's table is fully known", () => {
  expect(checkRequirements(livingIn("AU"))).toEqual({
    ready: "yes",
    missing: [],
    coverage: "documented",
    notKnown: [],
    confidence: "high",
    basis: { legalEntityType: "INDIVIDUAL", country: "AU", legalForm: undefined },
  });
});

test.each([
  ["HK", "partial", "live selfie"],
  ["DE", "partial", "live selfie"],
  ["US", "none", "individuals in US could not be read"],
  ["BR", "none", "individuals in BR could not be read"],
])(
  "an individual in %s who lacks nothing known is still not known to be ready",
  (country, coverage, why) => {
    const check = checkRequirements(livingIn(country));
    expect(check).toMatchObject({ ready: "not_known", missing: [], coverage });
    expect(check.notKnown).toEqual([expect.stringContaining(why)]);
  },
);

test.each([
  ["AU", "COMPANY", "partial", "company", "rest of the table"],
  ["CN", "PARTNERSHIP", "partial", "partnership", "from within the address on"],
  ["DE", "COMPANY", "partial", "company", "whether guides name all"],
  ["US", "COMPANY", "partial", "company", "could not be read, but for its persons"],
  ["SG", "SOLE_PROPRIETOR", "partial", "sole_trader", "could not be read, but for its persons"],
  ["AU", "TRUST", "none", undefined, "legal form is in none"],
  ["AU", "SONG", "none", undefined, "legal form is in none"],
  ["AU", "constructor", "none", undefined, "legal form is in none"],
])(
  "a business in %s of the legal form %s is never known to be ready",
  (country, form, coverage, legalForm, why) => {
    const check = checkRequirements(registeredIn(country, form));
    expect(check.ready).not.toBe("yes");
    expect(check).toMatchObject({
      coverage,
      basis: { legalEntityType: "BUSINESS", country, legalForm },
    });
    expect(check.notKnown).toEqual([expect.stringContaining(why)]);
  },
);

test("an account without a country is told that the country decides", () => {
  const check = checkRequirements({ account_details: { legal_entity_type: "INDIVIDUAL" } });
  expect(check).toMatchObject({ ready: "no", coverage: "none", confidence: "medium" });
  expect(check.basis.country).toBeUndefined();
  expect(check.notKnown).toEqual([expect.stringContaining("country of residence is not given")]);
});

test("a missing field comes with its name, value, reason and certainty, and the call to make", () => {
  const [missing, ...others] = checkRequirements({
    id: "acct_1",
    ...livingIn("AU", { date_of_birth: undefined }),
  }).missing;
  expect(others).toEqual([]);
  expect(missing).toEqual({
    kind: "provide_field",
    path: "account_details.individual_details.date_of_birth",
    what: "Provide the date of birth",
    value: "<date>",
    why: "Required for individuals in AU",
    code: "field_required",
    source: "docs",
    confidence: "high",
    mayBeHidden: false,
    next: {
      method: "accounts.update",
      id: "acct_1",
      params: { account_details: { individual_details: { date_of_birth: "<date>" } } },
      afterwards: "accounts.submit",
    },
  });
});

test("missing fields are described in everyday words", () => {
  const [first] = business.account_details.business_person_details;
  const person = { ...first, roles: ["DIRECTOR"], first_name: "Zoë", identifications: {} };
  const { missing } = checkRequirements({
    account_details: {
      business_details: { ...business.account_details.business_details, registration_address: {} },
      business_person_details: [first, person],
    },
  });
  expect(missing.map(({ what }) => what)).toEqual([
    "Provide the address line 1 of the registration address",
    "Provide the country code of the registration address",
    "Provide the postcode of the registration address",
    "Provide the state of the registration address",
    "Provide the suburb of the registration address",
    "Provide the identification type of the primary identification of person 2",
    "Provide the issuing country code of the primary identification of person 2",
    "Provide the first name english of person 2",
  ]);
});

test("fields that are missing before the account exists go into the create call", () => {
  const { missing } = checkRequirements(livingIn("AU", { last_name: "" }));
  expect(missing[0]?.next).toMatchObject({ method: "accounts.create" });
});

const [first] = business.account_details.business_person_details;
const owner = { ...first, middle_name: null, roles: ["BENEFICIAL_OWNER"], job_title: "Owner" };
/** A person as an input may hold it. */
const { middle_name: _, ...kept } = owner;

function paramsFor(people: readonly object[], id: string | undefined = "acct_1"): unknown {
  const account_details = { ...business.account_details, business_person_details: people };
  const { missing } = checkRequirements({ id, account_details });
  expect(missing).toHaveLength(1);
  const [{ next } = { next: undefined }] = missing;
  return next && "params" in next ? next.params : undefined;
}

test("the params for a person repeat all persons with all their data, because an update replaces them", () => {
  const people = [
    { ...first, person_id: "p1" },
    { ...owner, person_id: "p2", nationality: undefined },
    { ...owner, person_id: "p3" },
  ];
  expect(paramsFor(people)).toEqual({
    account_details: {
      business_person_details: [
        { ...first, person_id: "p1" },
        { ...kept, person_id: "p2", nationality: "<country>" },
        { ...kept, person_id: "p3" },
      ],
    },
  });
});

test("the params for a part of a person keep the other parts", () => {
  const abroad = { ...first.residential_address, address_line1: "" };
  expect(paramsFor([first, { ...owner, person_id: "p2", residential_address: abroad }])).toEqual({
    account_details: {
      business_person_details: [
        { ...first, person_id: "<person_id>" },
        {
          ...kept,
          person_id: "p2",
          residential_address: { ...abroad, address_line1: "<text>" },
        },
      ],
    },
  });
});

test("persons have no id before the account exists", () => {
  const { next } = checkRequirements({
    account_details: {
      ...business.account_details,
      business_person_details: [first, { ...owner, nationality: "" }],
    },
  }).missing[0] ?? { next: undefined };
  expect(next).toEqual({
    method: "accounts.create",
    params: {
      account_details: { business_person_details: [first, { ...kept, nationality: "<country>" }] },
    },
  });
});

test("a missing person is added to the existing ones", () => {
  const people = [{ ...first, person_id: "p1", roles: ["AUTHORISED_PERSON", "DIRECTOR"] }];
  const account_details = { ...business.account_details, business_person_details: people };
  const { missing } = checkRequirements({ id: "acct_1", account_details });
  expect(missing).toMatchObject([
    {
      what: "Correct the persons of the business",
      why: "No person has the role BENEFICIAL_OWNER",
      next: {
        params: {
          account_details: {
            business_person_details: [...people, { roles: ["<PersonRoleInput>"] }],
          },
        },
      },
    },
  ]);
});

test("the legal form goes with create, or as one that update takes", () => {
  const { business_structure: _, ...company } = business.account_details.business_details;
  const account_details = { ...business.account_details, business_details: company };
  expect(checkRequirements({ account_details }).missing[0]?.value).toBe("<BusinessStructureInput>");
  expect(checkRequirements({ id: "acct_1", account_details }).missing[0]?.value).toBe(
    "<BusinessStructureUpdate>",
  );
});

test("personal data that was excluded from the account may exist all the same", () => {
  const hidden = {
    id: "acct_1",
    view_type: "EXCLUDED_PII",
    ...livingIn("AU", { date_of_birth: undefined }),
  };
  const check = checkRequirements(hidden);
  expect(check).toMatchObject({ ready: "not_known", coverage: "partial" });
  expect(check.missing).toMatchObject([{ mayBeHidden: true }]);
  expect(check.notKnown).toEqual([expect.stringContaining("without personal data")]);
  expect(checkRequirements({ ...hidden, view_type: "COMPLETE" }).ready).toBe("no");
  const { identifications: _, ...rest } = details;
  const account_details = { ...individual.account_details, individual_details: rest };
  const open = { ...hidden, account_details };
  // The kind of document is not personal data, so it is certainly missing.
  expect(checkRequirements(open).ready).toBe("no");
});

test("every enum that a value refers to is an enum of the schemas", () => {
  const names = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === "string")
      for (const [, name = ""] of value.matchAll(/<(\w+Input)>/g)) names.add(name);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  const person = { identifications: { primary: {} } };
  for (const account_details of [
    { legal_entity_type: "BUSINESS", business_person_details: [person] },
    { legal_entity_type: "INDIVIDUAL" },
    {},
  ]) {
    collect(checkRequirements({ account_details }));
  }
  expect([...names].sort()).toEqual([
    "BusinessDocumentTagInput",
    "BusinessIdentifierTypeInput",
    "BusinessProductInput",
    "BusinessStructureInput",
    "IndividualIdentificationTypeInput",
    "PersonIdentificationTypeInput",
    "PersonRoleInput",
  ]);
  for (const name of names) expect(schemas).toHaveProperty(name);
});

test("deferredIdentityVerification does not ask for an identification", () => {
  const account = livingIn("AU", { identifications: undefined });
  expect(checkRequirements(account).ready).toBe("no");
  expect(checkRequirements(account, { deferredIdentityVerification: true }).ready).toBe("yes");
});

test.each([
  ["individual", individual],
  ["business", business],
])("checkRequirements() predicts what the emulator refuses of an %s", async (_, seller) => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { account_details } = seller;
  for (const country of ["AU", "SG", "HK", "DE", "US", "BR"]) {
    const address = { country_code: country };
    const change =
      "individual_details" in account_details
        ? { individual_details: { first_name: "Ada", residential_address: address } }
        : { business_details: { business_name: "A", registration_address: address } };
    const account = await client.accounts.create({
      ...seller,
      account_details: { legal_entity_type: account_details.legal_entity_type, ...change },
    });
    const sent = emulator.requests.length;
    const { missing } = checkRequirements(account);
    expect(emulator.requests.length).toBe(sent);
    const refusal = await client.accounts.submit(account.id).catch((error: unknown) => error);
    expect(missing.length).toBeGreaterThan(3);
    expect(refusal).toMatchObject({
      fieldErrors: missing.map(({ path, code }) => ({ field: path, code })),
    });
  }
});
