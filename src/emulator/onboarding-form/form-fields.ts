/** The fields of the onboarding pages. */

import type { AccountDetails } from "../../generated/index.js";
import { isDate } from "../engine/api-version.js";

/** In this order. */
export const screens = ["business", "person", "check"] as const;

export type ScreenName = (typeof screens)[number];

interface Field {
  readonly screen: ScreenName;
  readonly label: string;
  /** `autocomplete` of the input. */
  readonly autocomplete: string;
  /** What is wrong with a value; undefined if nothing is. */
  readonly problem: (value: string) => string | undefined;
}

const filledIn = (what: string) => (value: string) => (value === "" ? `Enter ${what}.` : undefined);

export const fields = {
  business_name: {
    screen: "business",
    label: "Name of the business",
    autocomplete: "organization",
    problem: filledIn("the name of your business"),
  },
  country: {
    screen: "business",
    label: "Country, as two letters",
    autocomplete: "country",
    problem: (value) =>
      /^[A-Z]{2}$/.test(value) ? undefined : "Enter the country as two capitals, such as AU.",
  },
  registration_number: {
    screen: "business",
    label: "Registration number",
    autocomplete: "off",
    problem: filledIn("the number under which the business is registered"),
  },
  description: {
    screen: "business",
    label: "What the business sells",
    autocomplete: "off",
    problem: filledIn("what the business sells"),
  },
  first_name: {
    screen: "person",
    label: "First name",
    autocomplete: "given-name",
    problem: filledIn("the first name"),
  },
  last_name: {
    screen: "person",
    label: "Last name",
    autocomplete: "family-name",
    problem: filledIn("the last name"),
  },
  date_of_birth: {
    screen: "person",
    label: "Date of birth, YYYY-MM-DD",
    autocomplete: "bday",
    problem: (value) =>
      isDate(value) ? undefined : "Enter the date of birth as YYYY-MM-DD, such as 1990-12-31.",
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;

const fieldNames = Object.keys(fields) as readonly FieldName[];

export function fieldsOn(screen: ScreenName): readonly FieldName[] {
  return fieldNames.filter((name) => fields[name].screen === screen);
}

/** The fields of a screen, each with its check. */
export function problemWith(screen: ScreenName) {
  return fieldsOn(screen).map((name) => [name, fields[name].problem] as const);
}

/** The values that the account already has. */
export function fieldsOf(details: AccountDetails): Record<FieldName, string> {
  const { business_details: business, business_person_details: people } = details;
  const person = people?.[0];
  return {
    business_name: business?.business_name ?? "",
    country: business?.registration_address?.country_code ?? "",
    registration_number: business?.business_identifiers?.[0]?.number ?? "",
    description: business?.description_of_goods_or_services ?? "",
    first_name: person?.first_name ?? "",
    last_name: person?.last_name ?? "",
    date_of_birth: person?.date_of_birth ?? "",
  };
}
