/**
 * How the fields of the older account map to the current one. Most only change their spelling; this file
 * lists those that moved, were split or are gone.
 */

import { entryOf, isObject } from "../checks/values.js";
import type { Account } from "../generated/accounts.js";
import type { LegacyAccount } from "../generated/legacy.js";

/** The result of `toCurrentAccount`. */
export interface CurrentAccount {
  /** As much of the current account as the older one provides. */
  readonly account: Partial<Account>;
  /** Paths in the older account that have no place in the current one, such as `accountUsage.payoutTo`. */
  readonly unmapped: readonly string[];
}

export function convert(legacy: Partial<LegacyAccount>): CurrentAccount {
  const unmapped: string[] = [];
  // Last, because it moves into the details of the individual.
  const { accountUsage, ...rest } = legacy;
  const account = write({ ...rest, accountUsage }, accountRules, "", unmapped);
  return { account: account as Partial<Account>, unmapped };
}

type Members = Readonly<Record<string, unknown>>;

/** What becomes of one field: a new name, rules for its own fields, a place elsewhere, or nothing. */
type Rule = string | Rules | Move | typeof gone;
type Rules = { readonly [member: string]: Rule };
/** Puts a value where it belongs; returns false if there is no such place. */
type Move = (into: Record<string, unknown>, value: unknown, at: Place) => boolean;

interface Place {
  readonly path: string;
  readonly unmapped: string[];
  /** The object that has the field. */
  readonly from: Members;
}

const gone: unique symbol = Symbol("no such member today");

function write(
  from: Members,
  rules: Rules,
  path: string,
  unmapped: string[],
): Record<string, unknown> {
  const into: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(from)) {
    const rule = entryOf(rules, member);
    const at = { path: path === "" ? member : `${path}.${member}`, unmapped, from };
    if (value === null || value === undefined) continue;
    if (rule === gone) unmapped.push(at.path);
    else if (typeof rule === "function") {
      if (rule(into, value, at) === false) unmapped.push(at.path);
    } else {
      const name = typeof rule === "string" ? rule : snake(member);
      into[name] = writeValue(value, typeof rule === "object" ? rule : {}, at);
    }
  }
  return into;
}

function writeValue(
  value: unknown,
  rules: Rules,
  { path, unmapped }: Omit<Place, "from">,
): unknown {
  if (Array.isArray(value)) {
    return value.map((one, i) => writeValue(one, rules, { path: `${path}[${i}]`, unmapped }));
  }
  return isObject(value) ? write(value, rules, path, unmapped) : value;
}

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const identification: Rules = {
  driversLicense: { licenseNumber: "number" },
  passport: { passportNumber: "number" },
  personalId: { idNumber: "number" },
};

const identify =
  (slot: "primary" | "secondary"): Move =>
  (into, value, at) => {
    const others = into["identifications"] as object | undefined;
    into["identifications"] = { ...others, [slot]: writeValue(value, identification, at) };
    return true;
  };

/** The older types of identification, with the current type and field name of each. */
const documents: Readonly<Record<string, readonly [string, string]>> = {
  personalId: ["PERSONAL_ID", "personal_id"],
  passport: ["PASSPORT", "passport"],
  driversLicense: ["DRIVERS_LICENCE", "drivers_license"],
};

const documentOf = (person: Members): readonly [string, string] | undefined =>
  Object.hasOwn(documents, String(person["identificationType"]))
    ? documents[String(person["identificationType"])]
    : undefined;

const person: Rules = {
  address: "residential_address",
  attachments: { identityFiles: "business_person_documents" },
  fillingAs: gone,
  identificationNumber(into, number, { from }) {
    const [type, member] = documentOf(from) ?? [];
    if (type === undefined || member === undefined) return false;
    into["identifications"] = { primary: { identification_type: type, [member]: { number } } };
    return true;
  },
  identificationType: (_, __, { from }) =>
    documentOf(from) !== undefined && from["identificationNumber"] !== undefined,
};

const personAs =
  (role: string): Move =>
  (into, value, { path, unmapped }) => {
    const written = [writeValue(value, person, { path, unmapped })].flat();
    const known = (into["business_person_details"] ?? []) as readonly unknown[];
    const people = written.filter(isObject).map((one) => ({ ...one, roles: [role] }));
    into["business_person_details"] = [...known, ...people];
    return true;
  };

const identifiedBy =
  (type: string): Move =>
  (into, value) => {
    const known = (into["business_identifiers"] ?? []) as readonly unknown[];
    const given = Array.isArray(value) ? value.filter(isObject) : [{ vatNumber: value }];
    const numbers = given.map(({ countryCode, vatNumber: number }: Members) =>
      countryCode === undefined ? { number, type } : { country_code: countryCode, number, type },
    );
    into["business_identifiers"] = [...known, ...numbers];
    return true;
  };

const business: Rules = {
  address: "registration_address",
  addressEnglish: "registration_address_english",
  businessRegistrationNumber: identifiedBy("BRN"),
  vatNumbers: identifiedBy("VAT"),
  // Names of industries; the current model has a single code instead.
  industryCategory: gone,
  industrySubCategory: gone,
  industryCategoryLevel3: gone,
  descriptionOfIndustry: gone,
  purpose: gone,
  trustName: gone,
};

const individual: Rules = {
  address: "residential_address",
  addressEnglish: "residential_address_english",
  // Their tags differ from the current ones.
  attachments: gone,
  // Either a selfie or a photo of the person holding the document; it does not say which.
  photoFileId: gone,
  primaryIdentification: identify("primary"),
  secondaryIdentification: identify("secondary"),
  // Now the account's own `identifier`.
  userIdOnPlatform: gone,
};

const accountRules: Rules = {
  accountDetails: {
    authorisedPersonDetails: personAs("AUTHORISED_PERSON"),
    beneficialOwners: personAs("BENEFICIAL_OWNER"),
    directorDetails: personAs("DIRECTOR"),
    legalRepDetails: personAs("LEGAL_REPRESENTATIVE"),
    businessDetails: business,
    individualDetails: individual,
    trusteeDetails: {
      businessDetails: {
        ...business,
        beneficialOwners: personAs("BENEFICIAL_OWNER"),
        directorDetails: personAs("DIRECTOR"),
      },
    },
  },
  accountUsage(into, value, at) {
    const details = into["account_details"] as Record<string, unknown> | undefined;
    const owner = details?.["individual_details"];
    if (!isObject(owner) || details?.["legal_entity_type"] === "BUSINESS") return false;
    owner["account_usage"] = writeValue(value, { collectionFrom: gone, payoutTo: gone }, at);
    return true;
  },
  metadata(into, value, { path, unmapped }) {
    const entries = Object.entries(value as Members);
    // Now only holds strings, under keys of the platform's own.
    const texts = entries.filter(([, one]) => typeof one === "string");
    into["metadata"] = Object.fromEntries(texts);
    const others = entries.filter(([, one]) => typeof one !== "string");
    unmapped.push(...others.map(([key]) => `${path}.${key}`));
    return true;
  },
};
