/** Turns the path of a field into the shape of the input that fills it, and into readable words. */

import type { Account } from "../generated/index.js";
import { member } from "./paths.js";

/** An input whose unknown values are named in angle brackets, such as `"<date>"`. */
export type InputShape =
  | string
  | boolean
  | readonly InputShape[]
  | { readonly [name: string]: InputShape };

const identification: InputShape = {
  identification_type: "<text>",
  issuing_country_code: "<country>",
  passport: { number: "<text>", front_file_id: "<file_id>" },
};

/** Members that are not plain text, by name. */
const values: Readonly<Record<string, InputShape>> = {
  amount: "<decimal>",
  agreed_to_data_usage: "<boolean>",
  agreed_to_terms_and_conditions: "<boolean>",
  business_documents: [{ file_id: "<file_id>", tag: "<BusinessDocumentTagInput>" }],
  business_identifiers: [
    { type: "<BusinessIdentifierTypeInput>", number: "<text>", country_code: "<country>" },
  ],
  business_person_details: [{ roles: ["<PersonRoleInput>"], first_name: "<text>" }],
  business_structure: "<BusinessStructureInput>",
  country_code: "<country>",
  currency: "<currency>",
  date_of_birth: "<date>",
  email: "<email>",
  issuing_country_code: "<country>",
  legal_entity_type: "<LegalEntityTypeInput>",
  nationality: "<country>",
  operating_country: ["<country>"],
  primary: identification,
  primary_contact: { email: "<email>" },
  product_reference: ["<BusinessProductInput>"],
  roles: ["<PersonRoleInput>"],
  secondary: identification,
  url: "<url>",
};

/** The shape of the value that a path asks for. */
export function valueAt(path: string): InputShape {
  const steps = path.split(".");
  const name = plain(steps.at(-1));
  if (name.endsWith("_file_id")) return "<file_id>";
  if (name !== "identification_type") return values[name] ?? "<text>";
  // Persons and individuals spell one of the values differently.
  const isPerson = steps.some((step) => plain(step) === "business_person_details");
  return isPerson ? "<PersonIdentificationTypeInput>" : "<IndividualIdentificationTypeInput>";
}

/** The account that a path belongs to, as far as it is known. */
export type Known =
  | (Pick<Account, "account_details"> & { readonly id?: string | undefined })
  | undefined;

/**
 * An input with one value at a path. An update replaces lists as a whole, so the other persons of a
 * business are included by id alone, which leaves them unchanged. Since version 2026-07-17 each address
 * in an update has to name its country, so that is included as well.
 *
 * @param here the known value at the start of the path
 */
export function inputAt(
  path: string,
  value: InputShape,
  known: Known,
  here: unknown = known,
): InputShape {
  const [step = "", ...rest] = path.split(".");
  const name = plain(step);
  const there = oneBelow(here, step);
  const lower = rest.length === 0 ? value : inputAt(rest.join("."), value, known, there);
  const below = addressFields.has(name) && rest.length > 0 ? withCountry(lower, there) : lower;
  if (step === "business_person_details") {
    const people = personIds(known).map((person_id) => ({ person_id }));
    return { [name]: [...people, ...[below].flat()] };
  }
  if (name === step) return { [name]: below };
  if (name !== "business_person_details") return { [name]: [below] };
  return { [name]: withOthers(Number(/\d+/.exec(step)?.[0] ?? 0), below, known) };
}

function oneBelow(here: unknown, step: string): unknown {
  const whole = member(here, plain(step));
  const [at] = /\d+(?=\]$)/.exec(step) ?? [];
  return (at === undefined ? whole : member(whole, at)) ?? null;
}

function withCountry(address: InputShape, known: unknown): InputShape {
  const country = member(known, "country_code");
  const code = typeof country === "string" && country !== "" ? country : "<country>";
  return { country_code: code, ...(address as object) };
}

/** Fields that hold an address, of a business or a person. */
export const addressFields: ReadonlySet<string> = new Set([
  "address",
  "business_address",
  "registration_address",
  "registration_address_english",
  "residential_address",
  "residential_address_english",
  "store_address",
]);

function withOthers(index: number, person: InputShape, known: Known): readonly InputShape[] {
  const ids = personIds(known);
  const change = person as object;
  if (index >= ids.length) return [{ person_id: "<person_id>", ...change }];
  return ids.map((person_id, at) => (at === index ? { person_id, ...change } : { person_id }));
}

function personIds(known: Known): readonly string[] {
  const people = known?.account_details?.business_person_details ?? [];
  return people.map((person) => String(member(person, "person_id") ?? "<person_id>"));
}

/** `type of the primary identification of person 2` */
export function inWords(path: string): string {
  const whole = path.replace(/identifications\.(primary|secondary)/, "$1_identification");
  const steps = whole.split(".").filter((step) => !holders.has(step));
  const words = steps.map((step) => {
    const [, person] = /^business_person_details\[(\d+)\]$/.exec(step) ?? [];
    if (person !== undefined) return `person ${Number(person) + 1}`;
    if (step === "business_person_details") return "persons of the business";
    return step
      .replace(/\[(\d+)\]$/, (_, at: string) => ` ${Number(at) + 1}`)
      .replace(/line(\d)$/, "line $1")
      .replaceAll("_", " ");
  });
  return words.reverse().reduce((text, word) => {
    return `${text} of ${word.startsWith("person ") ? "" : "the "}${word}`;
  });
}

const holders: ReadonlySet<string> = new Set([
  "account_details",
  "individual_details",
  "business_details",
]);

function plain(step = ""): string {
  return step.replace(/\[\d*\]$/, "");
}
