/** What an account lacks before it can be submitted, by legal entity type and country. */

import { expect, test } from "vitest";
import { businessRules } from "../../src/kyc/business-rules.js";
import { individualRules } from "../../src/kyc/individual-rules.js";
import { findMissing } from "../../src/kyc/missing.js";
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

test("nobody needs to be identified when verification is deferred", () => {
  const unidentified = anIndividual({ identifications: undefined });
  expect(paths(unidentified).length).toBe(2);
  expect(paths(unidentified, { deferredIdentityVerification: true })).toEqual([]);
  const company = aBusiness({}, [{ ...person, identifications: undefined }]);
  expect(paths(company).length).toBe(2);
  expect(paths(company, { deferredIdentityVerification: true })).toEqual([]);
});

test("an account without a legal entity type counts as a business, even if it describes an individual", () => {
  expect(paths({})[0]).toMatch(/^account_details\.business_details/);
  expect(findMissing({ account_details: undefined }).length).toBeGreaterThan(5);
  expect(paths({ individual_details: details })).toEqual(paths({}));
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
    const [bare] = [{ ...person, email: undefined, date_of_birth: undefined }];
    expect(short(paths(aBusiness({ registration_address }, [bare])))).toEqual([
      "business_address.address_line1",
      "business_address.country_code",
      "url",
      "account_usage.estimated_monthly_revenue.amount",
      "account_usage.estimated_monthly_revenue.currency",
      "account_details.business_person_details[0].date_of_birth",
      "account_details.business_person_details[0].email",
    ]);
  },
);

test("a business in HK needs no postcode, state or suburb", () => {
  const registration_address = { address_line1: "1 Queen's Road", country_code: "HK" };
  expect(paths(aBusiness({ registration_address }))).toEqual([]);
});

test("an unregistered sole trader needs no number, no certificate and no registered office", () => {
  const unregistered = { business_identifiers: [], attachments: {}, registration_address: {} };
  const structure = (business_structure: string, more: object = {}) =>
    short(paths(aBusiness({ ...unregistered, business_structure, ...more })));
  expect(structure("NON_REGISTERED_SOLE_PROPRIETOR")).toEqual([
    "business_address.country_code",
    "business_address.address_line1",
  ]);
  const business_address = { country_code: "NZ", address_line1: "1 Street" };
  expect(structure("NON_REGISTERED_SOLE_PROPRIETOR", { business_address })).toEqual([]);
  expect(structure("SOLE_PROPRIETOR", { business_address })).toEqual([
    "registration_address.address_line1",
    "registration_address.country_code",
    "registration_address.postcode",
    "registration_address.state",
    "registration_address.suburb",
    "business_identifiers",
    "attachments.business_documents",
  ]);
});

const owner = { ...person, roles: ["BENEFICIAL_OWNER"] };

/** What the second person lacks, below the person. */
function ofSecond(second: object, country_code = "AU"): readonly string[] {
  const registration_address = { ...company.registration_address, country_code };
  const first = { ...person, roles: ["AUTHORISED_PERSON", "BENEFICIAL_OWNER"] };
  const missing = paths(aBusiness({ registration_address }, [first, second]));
  const prefix = "account_details.business_person_details[1].";
  return missing.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

const named = { first_name: "Joan", last_name: "Clarke" };
const everything = [
  "nationality",
  "residential_address.address_line1",
  "residential_address.country_code",
  "identifications.primary.identification_type",
  "identifications.primary.issuing_country_code",
];

test("each person needs a name and a role, and who owns or represents also a nationality, an address and a document", () => {
  expect(ofSecond({})).toEqual(["first_name", "last_name", "roles", ...everything]);
  for (const roles of [["BENEFICIAL_OWNER"], ["DIRECTOR", "BENEFICIAL_OWNER"], ["SIGNATORY"]]) {
    expect(ofSecond({ ...named, roles })).toEqual(everything);
  }
});

test.each([
  ["AU", []],
  ["NZ", []],
  ["SG", everything],
  ["GB", everything],
])(
  "a person who is only a director of a business in %s needs beyond the name %j",
  (country, needs) => {
    expect(ofSecond({ ...named, roles: ["DIRECTOR"] }, country)).toEqual(needs);
  },
);

test("an address that is given has a first line and a country, even that of a director", () => {
  const residential_address = { suburb: "Carlton" };
  expect(ofSecond({ ...named, roles: ["DIRECTOR"], residential_address })).toEqual([
    "residential_address.address_line1",
    "residential_address.country_code",
  ]);
  expect(ofSecond({ ...owner, residential_address })).toEqual([
    "residential_address.address_line1",
    "residential_address.country_code",
  ]);
});

test("persons of a business in US also need a date of birth, a postcode, a state of two letters and a house number", () => {
  const bare = { ...owner, date_of_birth: "", residential_address: { country_code: "US" } };
  expect(ofSecond(bare, "US")).toEqual([
    "residential_address.address_line1",
    "date_of_birth",
    "residential_address.postcode",
    "residential_address.state",
  ]);
  const residential_address = {
    country_code: "US",
    address_line1: "Ocean Avenue",
    postcode: "94112",
    state: "California",
  };
  expect(ofSecond({ ...owner, residential_address }, "US")).toEqual([
    "residential_address.state",
    "residential_address.address_line1",
  ]);
  const right = { ...residential_address, address_line1: "12 Ocean Avenue", state: "CA" };
  expect(ofSecond({ ...owner, residential_address: right }, "US")).toEqual([]);
  // Elsewhere in the world, states have longer names and houses have names.
  const abroad = { ...residential_address, country_code: "GB" };
  expect(ofSecond({ ...owner, residential_address: abroad }, "US")).toEqual([]);
});

test.each([
  ["PASSPORT", { passport: {} }, ["passport.front_file_id"]],
  ["PASSPORT", { passport: { number: "1" } }, []],
  ["DRIVERS_LICENCE", { drivers_license: {} }, ["drivers_license.front_file_id"]],
  ["PERSONAL_ID", { personal_id: { front_file_id: "f" } }, []],
  ["TAX_ID", { tax_id: {} }, ["tax_id.type", "tax_id.number"]],
  ["TAX_ID", { tax_id: { type: "SSN" }, passport: { front_file_id: "f" } }, []],
])("a person of a business identified by %s with %j lacks %j", (type, document, lacks) => {
  const primary = { identification_type: type, issuing_country_code: "AU", ...document };
  expect(ofSecond({ ...owner, identifications: { primary } })).toEqual(
    lacks.map((name) => `identifications.primary.${name}`),
  );
});

test("the issuing country is read from a picture of the document", () => {
  const identified = (passport: object) => {
    const primary = { identification_type: "PASSPORT", passport };
    return ofSecond({ ...owner, identifications: { primary } });
  };
  expect(identified({ number: "1" })).toEqual(["identifications.primary.issuing_country_code"]);
  expect(identified({ front_file_id: "f" })).toEqual([]);
});

test.each([
  ["DRIVERS_LICENCE", "drivers_license", ["front_file_id", "back_file_id"]],
  ["PERSONAL_ID", "personal_id", ["front_file_id", "back_file_id"]],
  ["PASSPORT", "passport", ["front_file_id"]],
])("guides for DE ask for pictures of a %s: %s %j", (type, holder, needs) => {
  const primary = {
    identification_type: type,
    issuing_country_code: "DE",
    [holder]: { number: "1" },
  };
  expect(ofSecond({ ...owner, identifications: { primary } }, "DE")).toEqual(
    needs.map((name) => `identifications.primary.${holder}.${name}`),
  );
});

const covering = ["AUTHORISED_PERSON", "BENEFICIAL_OWNER"];

test.each([
  ["AU", "COMPANY", covering, []],
  ["DE", "COMPANY", covering, []],
  ["AU", "TRUST", covering, []],
  ["AU", "SOLE_PROPRIETOR", ["BENEFICIAL_OWNER"], ["AUTHORISED_PERSON"]],
  ["AU", "LIMITED_PARTNERSHIP", ["AUTHORISED_PERSON"], ["BENEFICIAL_OWNER"]],
  ["AU", "COMPANY", ["SIGNATORY"], covering],
  ["GB", "COMPANY", covering, ["DIRECTOR"]],
  ["GB", "COMPANY", [...covering, "CONTROLLING_PERSON"], ["DIRECTOR"]],
  ["GB", "COMPANY", [...covering, "DIRECTOR"], []],
  ["US", "LIMITED_LIABILITY_COMPANY", covering, ["DIRECTOR or CONTROLLING_PERSON"]],
  ["US", "COMPANY", [...covering, "DIRECTOR"], []],
  ["US", "COMPANY", [...covering, "CONTROLLING_PERSON"], []],
  ["CN", "COMPANY", [...covering, "DIRECTOR"], ["LEGAL_REPRESENTATIVE"]],
  ["CN", "COMPANY", [...covering, "LEGAL_REPRESENTATIVE"], []],
])(
  "in %s, a %s whose persons have the roles %j lacks %j",
  (country_code, business_structure, roles, lacks) => {
    // A different person for each role: together they must cover all of them.
    const people = roles.map((role) => ({ ...person, roles: [role] }));
    const registration_address = { ...company.registration_address, country_code };
    const change = { business_structure, registration_address };
    const missing = findMissing({ account_details: aBusiness(change, people) });
    expect(
      missing
        .filter(({ path }) => path === "account_details.business_person_details")
        .map(({ code, reason }) => [code, reason]),
    ).toEqual(lacks.map((role) => ["invalid_argument", `No person has the role ${role}`]));
  },
);

test.each(["AUTHORISED_PERSON", "CONTROLLING_PERSON", "LEGAL_REPRESENTATIVE"])(
  "no more than one person may be %s",
  (role) => {
    const people = [
      { ...person, roles: [...covering, role] },
      { ...person, roles: [role] },
    ];
    const missing = findMissing({ account_details: aBusiness({}, people) });
    expect(missing).toMatchObject([
      {
        path: "account_details.business_person_details[1].roles",
        code: "invalid_argument",
        reason: `Only one person may be ${role}`,
      },
    ]);
  },
);

test("any number of persons may be owners, directors and signatories", () => {
  const roles = ["BENEFICIAL_OWNER", "DIRECTOR", "SIGNATORY"];
  expect(paths(aBusiness({}, [person, { ...person, roles }, { ...person, roles }]))).toEqual([]);
});

test("a name outside ASCII needs a twin: of a person each by itself, of an individual all of them", () => {
  const name = { first_name: "José", middle_name: "Maria", last_name: "Núñez" };
  const twins = ["first_name_english", "middle_name_english", "last_name_english"];
  expect(ofSecond({ ...owner, ...name })).toEqual([twins[0], twins[2]]);
  expect(short(paths(anIndividual({ first_name: "José", middle_name: "Maria" })))).toEqual(twins);
  expect(short(paths(anIndividual({ first_name: "José" })))).toEqual([twins[0], twins[2]]);
  const english = { first_name_english: "Jose", last_name_english: "Nunez" };
  expect(ofSecond({ ...owner, ...name, ...english })).toEqual([]);
});

test("an address or business name outside ASCII needs a twin, and a twin is in ASCII", () => {
  const residential_address = { ...details.residential_address, suburb: "Orléans" };
  const missing = findMissing({ account_details: anIndividual({ residential_address }) });
  expect(missing).toMatchObject([
    {
      path: "account_details.individual_details.residential_address_english",
      code: "field_required",
      reason: "Required because residential_address has characters outside ASCII",
    },
  ]);
  const residential_address_english = { ...residential_address, suburb: "Orleans" };
  expect(paths(anIndividual({ residential_address, residential_address_english }))).toEqual([]);
  expect(short(paths(aBusiness({ business_name: "株式会社" })))).toEqual(["business_name_english"]);
  const wrong = { business_name: "株式会社", business_name_english: "株" };
  expect(findMissing({ account_details: aBusiness(wrong) })).toMatchObject([
    { code: "invalid_argument", reason: "Only ASCII characters are allowed" },
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
  for (const book of [individualRules, businessRules]) {
    for (const rule of Object.values(book).flat()) {
      expect(["docs", "observed", "reported", "inferred"]).toContain(rule.source);
      expect(["high", "medium", "low"]).toContain(rule.confidence);
    }
  }
});
