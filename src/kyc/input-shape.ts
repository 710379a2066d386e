/** Turns the path of a field into the shape of the input that fills it, and into readable words. */

import type { Account } from "../generated/index.js";
import { isEmpty, member } from "./paths.js";

/** An input whose unknown values are named in angle brackets, such as `"<date>"`. */
export type InputShape =
  | string
  | number
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
  industry_category_code: "<code of reference.industryCategories>",
  industry_code: "<code of reference.industryCategories>",
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

/** The call that an input is for: a new account is created, an existing one is updated. */
export type Form = "create" | "update";

/** The shape of the value that a path asks for. */
export function valueAt(path: string, form: Form = "update"): InputShape {
  const steps = path.split(".");
  const name = plain(steps.at(-1));
  if (name.endsWith("_file_id")) return "<file_id>";
  // Update takes fewer legal forms.
  if (name === "business_structure" && form === "update") return "<BusinessStructureUpdate>";
  if (name !== "identification_type") return values[name] ?? "<text>";
  // Persons and individuals spell one of the values differently.
  const isPerson = steps.some((step) => plain(step) === persons);
  return isPerson ? "<PersonIdentificationTypeInput>" : "<IndividualIdentificationTypeInput>";
}

/** The account that a path belongs to, as far as it is known. */
export type Known =
  | (Pick<Account, "account_details"> & { readonly id?: string | undefined })
  | undefined;

/**
 * An input with one value at a path.
 *
 * - The API merges objects, so only what changes is named.
 * - It replaces lists as a whole, so everything known in a list is repeated: the other persons of a
 *   business with all their data, each with its `person_id`.
 * - An address names its country, which the API requires in most.
 */
export function inputAt(path: string, value: InputShape, known: Known): InputShape {
  // Persons have an id once there is an account; one that is not known has to be looked up.
  const isNew = known !== undefined && known.id === undefined;
  const person = isNew ? {} : { person_id: "<person_id>" };
  return build(path.split("."), value, known, { person, repeat: false });
}

interface Context {
  /** What is known of a person of whom nothing is known. */
  readonly person: Members;
  /** Whether to repeat all that is known, because it is in a list. */
  readonly repeat: boolean;
}

type Members = { readonly [name: string]: InputShape };

const persons = "business_person_details";

function build(
  [step = "", ...rest]: readonly string[],
  value: InputShape,
  here: unknown,
  context: Context,
): Members {
  const name = plain(step);
  const there = member(here, name);
  const others = context.repeat ? membersOf(here) : {};
  const items = itemsOf(there, name === persons ? context.person : {});
  if (name !== step) {
    const [at = items.length] = /\d+(?=\]$)/.exec(step) ?? [];
    const item = items[Number(at)] ?? (name === persons ? context.person : {});
    const changed =
      rest.length === 0 ? value : build(rest, value, item, { ...context, repeat: true });
    // An item that is not known, such as that of `[]`, comes last.
    const list = Number(at) < items.length ? items.with(Number(at), changed) : [...items, changed];
    return { ...others, [name]: list };
  }
  if (name === persons) return { ...others, [name]: [...items, ...[value].flat()] };
  if (rest.length === 0) return { ...others, [name]: value };
  const below = build(rest, value, there, context);
  return { ...others, [name]: addressFields.has(name) ? withCountry(below, there) : below };
}

function itemsOf(list: unknown, blank: Members): readonly InputShape[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => {
    const all = known(item) ?? {};
    return typeof all === "object" && !Array.isArray(all) ? { ...blank, ...all } : all;
  });
}

function membersOf(value: unknown): Members {
  const all = known(value);
  return typeof all === "object" && !Array.isArray(all) ? (all as Members) : {};
}

/** What is known, without the nulls that answers have and inputs may not have. */
function known(value: unknown): InputShape | undefined {
  if (isEmpty(value)) return undefined;
  if (Array.isArray(value)) return value.map((item) => known(item) ?? {});
  if (typeof value !== "object") return value as InputShape;
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, below]) => {
      const kept = known(below);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

function withCountry(address: Members, there: unknown): InputShape {
  const country = member(there, "country_code");
  const code = typeof country === "string" && country !== "" ? country : "<country>";
  return { country_code: code, ...address };
}

/** Fields that hold an address with a country. */
const addressFields: ReadonlySet<string> = new Set([
  "business_address",
  "registration_address",
  "residential_address",
]);

/** `type of the primary identification of person 2` */
export function inWords(path: string): string {
  const whole = path.replace(/identifications\.(primary|secondary)/, "$1_identification");
  const steps = whole.split(".").filter((step) => !holders.has(step));
  const words = steps.map((step) => {
    const [, person] = /^business_person_details\[(\d+)\]$/.exec(step) ?? [];
    if (person !== undefined) return `person ${Number(person) + 1}`;
    if (step === persons) return "persons of the business";
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
