/**
 * The account as webhooks showed it before version 2024-02-22: in camelCase, and in places in another
 * shape. Each table reads "legacy member: current member". Members not in a table did not exist then.
 *
 * @see https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events
 */

import { entryOf } from "../../checks/values.js";
import type { Account, AccountRequirements, LegacyAccount } from "../../generated/index.js";

type Convert = (value: unknown) => unknown;

/** Where a member comes from, as a dotted path, and how its value is converted. */
type Table = Readonly<Record<string, string | readonly [path: string, convert: Convert]>>;

/** Members of which only the name has changed. */
function straight(...names: readonly string[]): Table {
  return Object.fromEntries(names.map((name) => [toCamelCase(name), name]));
}

const address = by(
  straight("address_line1", "address_line2", "country_code", "postcode", "state", "suburb"),
);

const file = by(straight("description", "file_id", "tag"));

const name = straight("first_name", "first_name_english", "last_name", "last_name_english");

const person: Table = {
  ...name,
  ...straight("date_of_birth", "nationality"),
  address: ["residential_address", address],
  attachments: ["attachments", by({ identityFiles: ["business_person_documents", each(file)] })],
  identificationNumber: ["identifications.primary", numberOfDocument],
  identificationType: ["identifications.primary.identification_type", toKindOfDocument],
};

const authorisedPerson: Table = {
  ...name,
  ...straight("email", "nationality"),
  attachments: ["attachments", by({ identityFiles: ["business_person_documents", each(file)] })],
  fillingAs: "job_title",
  identificationNumber: ["identifications.primary", numberOfDocument],
};

const people: Table = {
  beneficialOwners: ["business_person_details", each(by(person), "BENEFICIAL_OWNER")],
  directorDetails: ["business_person_details", each(by(person), "DIRECTOR")],
};

const trusteeBusiness: Table = {
  ...straight("business_name", "business_name_english", "business_structure", "contact_number"),
  ...straight("description_of_goods_or_services", "operating_country", "url"),
  address: ["registration_address", address],
  addressEnglish: ["registration_address_english", address],
  attachments: ["attachments", by({ businessDocuments: ["business_documents", each(file)] })],
  businessRegistrationNumber: ["business_identifiers", registrationNumber],
  industryCategory: "industry_category_code",
};

const business: Table = {
  ...trusteeBusiness,
  ...straight("as_trustee"),
  businessAddress: ["business_address", address],
  vatNumbers: ["business_identifiers", vatNumbers],
};

/** What all documents of an individual have in common. */
const document = straight("effective_at", "expire_at", "front_file_id");

const identification = by({
  ...straight("identification_type", "issuing_country_code"),
  driversLicense: [
    "drivers_license",
    by({
      ...document,
      ...straight("back_file_id", "gender", "issuing_state", "version"),
      licenseNumber: "number",
    }),
  ],
  medicareCard: [
    "medicare_card",
    by({ ...document, ...straight("back_file_id", "card_number", "color", "reference_number") }),
  ],
  passport: [
    "passport",
    by({ ...document, ...straight("mrz_line1", "mrz_line2"), passportNumber: "number" }),
  ],
  personalId: ["personal_id", by({ ...document, ...straight("back_file_id"), idNumber: "number" })],
});

const individual: Table = {
  ...name,
  ...straight("date_of_birth", "middle_name", "nationality"),
  address: ["residential_address", address],
  addressEnglish: ["residential_address_english", address],
  attachments: ["attachments", by({ individualDocuments: ["individual_documents", each(file)] })],
  photoFileId: "live_selfie_file_id",
  primaryIdentification: ["identifications.primary", identification],
  secondaryIdentification: ["identifications.secondary", identification],
};

const trusteeIndividual: Table = {
  ...name,
  ...straight("date_of_birth", "identification_number", "identification_type", "nationality"),
  address: ["address", address],
  attachments: ["attachments", by({ identityFiles: ["identity_files", each(file)] })],
};

const details: Table = {
  ...people,
  ...straight("legal_entity_type"),
  authorisedPersonDetails: [
    "business_person_details",
    first(by(authorisedPerson), "AUTHORISED_PERSON"),
  ],
  businessDetails: ["business_details", by(business)],
  individualDetails: ["individual_details", by(individual)],
  legalRepDetails: ["business_person_details", first(by(person), "LEGAL_REPRESENTATIVE")],
  trusteeDetails: [
    "trustee_details",
    by({
      ...straight("legal_entity_type"),
      businessDetails: ["business_details", by({ ...trusteeBusiness, ...people })],
      individualDetails: ["individual_details", each(by(trusteeIndividual))],
    }),
  ],
};

const usage: Table = {
  ...straight("card_usage", "collection_country_codes", "payout_country_codes"),
  collectionFrom: ["collection_from", inWords],
  expectedMonthlyTransactionVolume: ["expected_monthly_transaction_volume", by(straight("amount"))],
  payoutTo: ["payout_to", inWords],
};

/** Requirements had a message, and no code. */
const failedDocument = each(
  by(
    straight("back_file_id", "first_name", "front_file_id", "last_name", "message", "middle_name"),
  ),
);

const requirements: Table = {
  agreementToTermsAndConditionsRequired: [
    "agreement_to_terms_and_conditions_required",
    by(straight("endpoint", "message", "method")),
  ],
  photoFileIdRequired: ["photo_file_id_required", by(straight("message", "photo_file_id"))],
  primaryIdentificationRequired: ["primary_identification_required", failedDocument],
  secondaryIdentificationRequired: ["secondary_identification_required", failedDocument],
};

const account: Table = {
  ...straight("created_at", "id", "identifier", "metadata", "status"),
  accountDetails: ["account_details", by(details)],
  accountUsage: ["account_details.individual_details.account_usage", by(usage)],
  customerAgreements: [
    "customer_agreements",
    by(straight("agreed_to_data_usage", "agreed_to_terms_and_conditions", "opt_in_for_marketing")),
  ],
  nextAction: ["next_action", by(straight("type"))],
  primaryContact: ["primary_contact", by(straight("email", "mobile"))],
  requirements: ["requirements", by(requirements)],
};

export function toLegacyAccount(current: Account): LegacyAccount {
  return by(account)(current) as LegacyAccount;
}

/** As their own event shows them; there, the terms have another name than in the account. */
export function toLegacyRequirements(current: AccountRequirements): Record<string, unknown> {
  const { agreementToTermsAndConditionsRequired: agreedToTermsAndConditionsRequired, ...rest } = by(
    requirements,
  )(current) as Record<string, unknown>;
  return {
    ...(agreedToTermsAndConditionsRequired !== undefined && { agreedToTermsAndConditionsRequired }),
    ...rest,
  };
}

/** Other data differ only in the case of their names. */
export function toLegacyNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toLegacyNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [toCamelCase(key), toLegacyNames(child)]),
  );
}

function toCamelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function by(table: Table): Convert {
  const rows = Object.entries(table).map(([key, row]) => {
    const [path, convert = (value: unknown) => value] = typeof row === "string" ? [row] : row;
    return { key, path: path.split("."), convert };
  });
  return (value) => {
    const read = rows.map(({ key, path, convert }) => {
      const found = path.reduce<unknown>(member, value) ?? undefined;
      return [key, found === undefined ? undefined : convert(found)] as const;
    });
    return Object.fromEntries(read.filter(([, found]) => found !== undefined));
  };
}

function member(holder: unknown, key: string): unknown {
  return (holder as Readonly<Record<string, unknown>> | null | undefined)?.[key];
}

/** Every item, or every person with a role. */
function each(convert: Convert, role?: string): Convert {
  return (value) => {
    const items = withRole(value, role).map(convert);
    return role !== undefined && items.length === 0 ? undefined : items;
  };
}

function first(convert: Convert, role: string): Convert {
  return (value) => withRole(value, role).slice(0, 1).map(convert)[0];
}

function withRole(people: unknown, role: string | undefined): readonly unknown[] {
  const all = people as readonly { readonly roles?: readonly string[] | null }[];
  return role === undefined ? all : all.filter(({ roles }) => roles?.includes(role));
}

type Identifiers = readonly Readonly<Record<"type" | "number" | "country_code", string>>[];

function registrationNumber(identifiers: unknown): unknown {
  return (identifiers as Identifiers).find(({ type }) => type === "BRN")?.number ?? undefined;
}

function vatNumbers(identifiers: unknown): unknown {
  const found = (identifiers as Identifiers).filter(({ type }) => type === "VAT");
  if (found.length === 0) return undefined;
  return found.map(by({ ...straight("country_code"), vatNumber: "number" }));
}

/** The current member of each kind of document, and the legacy name of the kind for persons. */
const kindsOfDocument: Readonly<Record<string, readonly [member: string, kind: string]>> = {
  DRIVERS_LICENCE: ["drivers_license", "driversLicense"],
  PASSPORT: ["passport", "passport"],
  PERSONAL_ID: ["personal_id", "personalId"],
  TAX_ID: ["tax_id", "taxId"],
};

function kindOf(type: unknown): readonly [member?: string, kind?: string] {
  const name = String(type);
  return entryOf(kindsOfDocument, name) ?? [];
}

function toKindOfDocument(type: unknown): unknown {
  return kindOf(type)[1] ?? type;
}

function numberOfDocument(document: unknown): unknown {
  const [key = ""] = kindOf(member(document, "identification_type"));
  return member(member(document, key), "number") ?? undefined;
}

function inWords(values: unknown): unknown {
  return Array.isArray(values) ? values.join(", ") : values;
}
