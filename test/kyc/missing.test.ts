/** What an account lacks before it can be submitted, by legal entity type and country. */

import { expect, test } from "vitest";
import { findMissing } from "../../src/kyc/missing.js";
import { businessRules, individualRules } from "../../src/kyc/rules.js";
import { business, individual, person } from "../emulator/inputs.js";

const details = individual.account_details.individual_details;
const company = business.account_details.business_details;

function anIndividual(change: object): object {
  return { legal_entity_type: "INDIVIDUAL", individual_details: { ...details, ...change } };
}

function aBusiness(change: object, people: readonly object[] = [person]): object {
  return { business_details: { ...company, ...change }, business_person_details: people };
}

function paths(account_details: object, options = {}): readonly string[] {
  return findMissing({ account_details }, options).map(({ path }) => path);
}

/** Below the individual, or below the business, which keeps the tables readable. */
function short(list: readonly string[]): readonly string[] {
  return list.map((path) =>
    path.replace(/^account_details\.(individual_details|business_details)\./, ""),
  );
}

test("findMissing() returns nothing for a complete account", () => {
  expect(findMissing(individual)).toEqual([]);
  expect(findMissing(business)).toEqual([]);
});

test("findMissing() says what is missing, why, how it is refused and how sure that is", () => {
  expect(findMissing({ account_details: anIndividual({ last_name: " " }) })).toEqual([
    {
      path: "account_details.individual_details.last_name",
      reason: "Required for individuals in AU",
      code: "field_required",
      source: "docs",
      confidence: "high",
    },
  ]);
  const elsewhere = anIndividual({
    residential_address: { country_code: "BR", address_line1: "x" },
    last_name: "",
  });
  expect(findMissing({ account_details: elsewhere })[0]).toMatchObject({
    reason: "Required for individuals in BR",
    source: "inferred",
    confidence: "medium",
  });
});

test("findMissing() lists the basics for an empty account of an individual", () => {
  expect(short(paths({ legal_entity_type: "INDIVIDUAL" }))).toEqual([
    "first_name",
    "last_name",
    "date_of_birth",
    "residential_address.address_line1",
    "residential_address.country_code",
    "identifications.primary.identification_type",
    "identifications.primary.issuing_country_code",
  ]);
});

test.each([
  ["AU", ["postcode", "state", "suburb"]],
  ["SG", ["postcode", "state", "suburb", "selfie"]],
  ["GB", ["postcode", "state", "suburb"]],
  ["DE", ["postcode", "state", "suburb"]],
  ["NO", ["postcode", "state", "suburb"]],
  ["US", ["postcode", "state", "suburb"]],
  ["HK", []],
  ["BR", []],
])("an individual in %s needs these fields beyond the basics: %j", (country_code, extra) => {
  const residential_address = { address_line1: "1 Street", country_code };
  const names = extra.map((name) =>
    name === "selfie" ? "live_selfie_file_id" : `residential_address.${name}`,
  );
  expect(short(paths(anIndividual({ residential_address })))).toEqual(names);
});

test.each([
  ["PASSPORT", "passport", { number: "1" }, []],
  ["PASSPORT", "passport", { front_file_id: "f" }, []],
  ["PASSPORT", "passport", { expire_at: "2030-01-01" }, ["passport.front_file_id"]],
  ["DRIVERS_LICENSE", "drivers_license", { number: "1" }, []],
  ["MEDICARE_CARD", "medicare_card", { card_number: "1" }, []],
  ["MEDICARE_CARD", "medicare_card", { reference_number: "1" }, ["medicare_card.front_file_id"]],
  ["PERSONAL_ID", "passport", { number: "1" }, ["personal_id.front_file_id"]],
  ["TAX_ID", "tax_id", { type: "SSN" }, ["tax_id.number"]],
])("an individual identified by %s with %s %j lacks %j", (type, holder, document, lacks) => {
  const primary = { identification_type: type, issuing_country_code: "AU", [holder]: document };
  const missing = short(paths(anIndividual({ identifications: { primary } })));
  expect(missing).toEqual(lacks.map((name) => `identifications.primary.${name}`));
});

test("an individual need not be identified when verification is deferred", () => {
  const unidentified = anIndividual({ identifications: undefined });
  expect(paths(unidentified).length).toBe(2);
  expect(paths(unidentified, { deferredIdentityVerification: true })).toEqual([]);
  expect(
    paths(aBusiness({}, [{ ...person, identifications: undefined }]), {
      deferredIdentityVerification: true,
    }),
  ).toHaveLength(2);
});

test("an account without a legal entity type counts as a business, unless it describes an individual", () => {
  expect(paths({})[0]).toMatch(/^account_details\.business_details/);
  expect(findMissing({ account_details: undefined }).length).toBeGreaterThan(5);
  expect(paths({ individual_details: details })).toEqual([]);
  const both = { ...business.account_details, individual_details: details };
  expect(paths({ ...both, legal_entity_type: "BUSINESS" })).toEqual([]);
});

test("findMissing() lists every part of a business for an empty account", () => {
  expect(paths({ legal_entity_type: "BUSINESS" })).toEqual([
    ...[
      "business_name",
      "business_structure",
      "registration_address.address_line1",
      "registration_address.country_code",
      "registration_address.postcode",
      "registration_address.state",
      "registration_address.suburb",
      "business_identifiers",
      "attachments.business_documents",
      "industry_category_code",
      "operating_country",
      "description_of_goods_or_services",
      "account_usage.product_reference",
    ].map((name) => `account_details.business_details.${name}`),
    "account_details.business_person_details",
  ]);
});

test.each(["FR", "DE", "NL", "BE", "IE", "AT"])(
  "a business in %s needs additional fields",
  (country_code) => {
    const registration_address = { ...company.registration_address, country_code };
    const people = [{ ...person, email: undefined }];
    expect(short(paths(aBusiness({ registration_address }, people)))).toEqual([
      "business_address.address_line1",
      "business_address.country_code",
      "url",
      "account_usage.estimated_monthly_revenue.amount",
      "account_usage.estimated_monthly_revenue.currency",
      "account_details.business_person_details[0].email",
    ]);
  },
);

test("a business in HK needs no postcode, state or suburb", () => {
  const registration_address = { address_line1: "1 Queen's Road", country_code: "HK" };
  expect(paths(aBusiness({ registration_address }))).toEqual([]);
});

test("an unregistered sole trader needs no number and no certificate", () => {
  const unregistered = { business_identifiers: [], attachments: {} };
  const structure = (business_structure: string) =>
    short(paths(aBusiness({ ...unregistered, business_structure })));
  expect(structure("NON_REGISTERED_SOLE_PROPRIETOR")).toEqual([]);
  expect(structure("SOLE_PROPRIETOR")).toEqual([
    "business_identifiers",
    "attachments.business_documents",
  ]);
});

test("each person of a business needs a name, a date of birth, a nationality, an address and a document", () => {
  const people = [person, { roles: ["DIRECTOR"], residential_address: { country_code: "AU" } }];
  expect(paths(aBusiness({}, people))).toEqual(
    [
      "first_name",
      "last_name",
      "date_of_birth",
      "nationality",
      "residential_address.address_line1",
      "identifications.primary.identification_type",
      "identifications.primary.issuing_country_code",
    ].map((name) => `account_details.business_person_details[1].${name}`),
  );
});

test.each([
  ["PASSPORT", "passport", ["front_file_id"]],
  ["DRIVERS_LICENCE", "drivers_license", ["front_file_id", "back_file_id"]],
  ["PERSONAL_ID", "personal_id", ["front_file_id", "back_file_id"]],
  ["TAX_ID", "tax_id", ["number"]],
])("a person of a business identified by %s needs these parts of %s: %j", (type, holder, needs) => {
  const primary = { identification_type: type, issuing_country_code: "AU", [holder]: {} };
  expect(paths(aBusiness({}, [{ ...person, identifications: { primary } }]))).toEqual(
    needs.map(
      (name) =>
        `account_details.business_person_details[0].identifications.primary.${holder}.${name}`,
    ),
  );
});

test.each([
  ["COMPANY", ["AUTHORISED_PERSON", "BENEFICIAL_OWNER", "DIRECTOR"], []],
  ["COMPANY", ["AUTHORISED_PERSON", "BENEFICIAL_OWNER", "CONTROLLING_PERSON"], []],
  ["COMPANY", ["AUTHORISED_PERSON", "BENEFICIAL_OWNER"], ["DIRECTOR or CONTROLLING_PERSON"]],
  [
    "COMPANY",
    ["LEGAL_REPRESENTATIVE"],
    ["AUTHORISED_PERSON", "BENEFICIAL_OWNER", "DIRECTOR or CONTROLLING_PERSON"],
  ],
  ["TRUST", ["AUTHORISED_PERSON", "BENEFICIAL_OWNER"], ["DIRECTOR or CONTROLLING_PERSON"]],
  ["PARTNERSHIP", ["AUTHORISED_PERSON", "BENEFICIAL_OWNER"], []],
  ["LIMITED_PARTNERSHIP", ["AUTHORISED_PERSON"], ["BENEFICIAL_OWNER"]],
  ["SOLE_PROPRIETOR", ["BENEFICIAL_OWNER"], ["AUTHORISED_PERSON"]],
])("a %s whose persons have the roles %j lacks %j", (business_structure, roles, lacks) => {
  // A different person for each role: together they must cover all of them.
  const people = roles.map((role) => ({ ...person, roles: [role] }));
  const missing = findMissing({ account_details: aBusiness({ business_structure }, people) });
  expect(missing.map(({ path, code, reason }) => [path, code, reason])).toEqual(
    lacks.map((role) => [
      "account_details.business_person_details",
      "invalid_argument",
      `No person has the role ${role}`,
    ]),
  );
});

test("a company without a shareholder above 25 percent needs no beneficial owner", () => {
  const people = [{ ...person, roles: ["AUTHORISED_PERSON", "DIRECTOR"] }];
  const change = { no_shareholders_with_over_25percent: true };
  expect(paths(aBusiness(change, people))).toEqual([]);
  const nobody = [{ ...person, roles: ["AUTHORISED_PERSON"] }];
  const reasons = findMissing({ account_details: aBusiness(change, nobody) });
  expect(reasons.map(({ reason }) => reason)).toEqual([
    "No person has the role DIRECTOR or CONTROLLING_PERSON",
  ]);
});

test("an empty list or object counts as missing", () => {
  const hollow = { business_identifiers: [{}], registration_address: { country_code: "AU" } };
  expect(short(paths(aBusiness(hollow)))).toEqual([
    "registration_address.address_line1",
    "registration_address.postcode",
    "registration_address.state",
    "registration_address.suburb",
    "business_identifiers",
  ]);
});

test("findMissing() survives values of the wrong kind", () => {
  const odd = {
    business_details: "text",
    business_person_details: [null, 7, { roles: "DIRECTOR" }],
  };
  expect(paths(odd).length).toBeGreaterThan(10);
});

test("every rule states its source and how sure it is", () => {
  for (const { fields, identifications, roles } of [individualRules, businessRules]) {
    for (const rule of [...fields, ...identifications, ...roles]) {
      expect(["docs", "observed", "reported", "inferred"]).toContain(rule.source);
      expect(["high", "medium", "low"]).toContain(rule.confidence);
    }
  }
});
