/** Completes an account with the owner's answers, then what it already held, then examples. */

import type { AccountDetails, BusinessDetails, BusinessPerson } from "../../generated/index.js";
import { merge, withPersonIds } from "../accounts/merge-details.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { filesOf } from "../files/file-store.js";
import type { FieldName } from "./form-fields.js";

type Values = Readonly<Record<FieldName, string>>;

/** The details of the account with everything that a submission needs. */
export function complete(world: World, account: AccountRecord, values: Values): AccountDetails {
  const { details, primaryContact } = account;
  const file = uploadSpecimen(world);
  const example = exampleBusiness(values.country, file);
  const [first, ...others] = details.business_person_details ?? [];
  const person = {
    ...examplePerson(values.country, file, primaryContact.email),
    ...given(first ?? {}),
  };
  const { first_name, last_name, date_of_birth } = values;
  return withPersonIds(
    {
      ...details,
      legal_entity_type: "BUSINESS",
      business_details: {
        ...merge(example, given(details.business_details ?? {})),
        ...said(values, details.business_details),
      },
      business_person_details: [
        { ...person, ...withTwins({ first_name, last_name }), date_of_birth },
        ...others,
      ],
    },
    world.ids,
  );
}

/** Drops members that are null, undefined or an empty list. */
function given<T extends object>(members: T): Partial<T> {
  const isGiven = (value: unknown) =>
    value != null && !(Array.isArray(value) && value.length === 0);
  const entries = Object.entries(members).filter(([, value]) => isGiven(value));
  return Object.fromEntries(entries) as Partial<T>;
}

function said(values: Values, before: BusinessDetails | null | undefined): BusinessDetails {
  const { business_name, country, registration_number: number, description } = values;
  const address = before?.registration_address;
  const [first, ...others] = before?.business_identifiers ?? [];
  return {
    ...withTwins({ business_name }),
    business_identifiers: [{ type: "BRN", ...first, number, country_code: country }, ...others],
    description_of_goods_or_services: description,
    registration_address: {
      ...exampleAddress(country),
      ...given(address ?? {}),
      country_code: country,
    },
  };
}

/** Names with characters outside ASCII need a twin, for which the pages do not ask. */
function withTwins<T extends Readonly<Record<string, string>>>(names: T): T {
  const twins = Object.entries(names).flatMap(([name, text]) => {
    const twin = text
      .normalize("NFKD")
      .replace(/[^ -~]/g, "")
      .trim();
    return twin === text ? [] : [[`${name}_english`, twin || "Example"]];
  });
  return { ...names, ...Object.fromEntries(twins) };
}

function uploadSpecimen(world: World): string {
  return filesOf(world).add({
    filename: "specimen.txt",
    notes: "Made up by the emulator's onboarding pages",
    contentType: "text/plain",
    content: Buffer.from("A specimen of a document.\n"),
  }).id;
}

function exampleAddress(country_code: string) {
  return {
    address_line1: "1 Example Street",
    country_code,
    postcode: "1000",
    state: country_code === "US" ? "CA" : "Example State",
    suburb: "Exampleton",
  };
}

function exampleBusiness(country: string, file_id: string): BusinessDetails {
  return {
    account_usage: {
      estimated_monthly_revenue: { amount: "10000", currency: "USD" },
      product_reference: ["RECEIVE_TRANSFERS"],
    },
    attachments: { business_documents: [{ file_id, tag: "COMPANY_CERTIFICATE" }] },
    business_address: exampleAddress(country),
    business_structure: "COMPANY",
    industry_category_code: "ICCV3_000000",
    operating_country: [country],
    url: "https://business.example",
  };
}

function examplePerson(
  country: string,
  front_file_id: string,
  email: string | null | undefined,
): BusinessPerson {
  return {
    email: email ?? "owner@example.com",
    identifications: {
      primary: {
        identification_type: "PASSPORT",
        issuing_country_code: country,
        passport: { front_file_id, number: "SPECIMEN1" },
      },
    },
    nationality: country,
    residential_address: exampleAddress(country),
    roles: [
      "AUTHORISED_PERSON",
      "BENEFICIAL_OWNER",
      country === "CN" ? "LEGAL_REPRESENTATIVE" : "DIRECTOR",
    ],
  };
}
