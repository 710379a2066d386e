/**
 * What the account of a business must hold, by its legal form and its country: that of the registered
 * office, or of the place of business if it is not registered.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts/update
 */

import { type CountryRule, type LegalForm, localAddress, type RuleBook } from "./rules.js";

const business = "account_details.business_details";
const persons = "account_details.business_person_details[]";
const unitedStates: ReadonlySet<string> = new Set(["US"]);

/** Countries whose business requirements are described in guides by other companies. */
export const guided: ReadonlySet<string> = new Set(["AT", "BE", "DE", "FR", "IE", "NL"]);

/** Persons who are only directors of a business here need not be identified. */
const exceptDirectorsIn: ReadonlySet<string> = new Set(["AU", "NZ"]);

const registered: ReadonlySet<LegalForm> = new Set(["company", "partnership", "sole_trader"]);
const unregistered: ReadonlySet<LegalForm> = new Set(["unregistered_sole_trader"]);

export const businessRules: RuleBook = {
  fields: [
    {
      under: business,
      fields: ["business_name", "business_structure"],
      source: "reported",
      confidence: "high",
    },
    {
      under: `${business}.registration_address`,
      fields: ["address_line1", "country_code"],
      forms: registered,
      source: "docs",
      confidence: "high",
    },
    {
      // Hong Kong has no postcodes, and what is known of its table ends before the rest.
      under: `${business}.registration_address`,
      fields: localAddress,
      forms: registered,
      notIn: new Set(["HK"]),
      source: "docs",
      confidence: "medium",
    },
    {
      under: `${business}.business_address`,
      fields: ["country_code"],
      forms: unregistered,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${business}.business_address`,
      fields: ["address_line1"],
      forms: unregistered,
      source: "inferred",
      confidence: "medium",
    },
    {
      under: business,
      fields: ["business_identifiers"],
      forms: registered,
      countries: guided,
      source: "reported",
      confidence: "high",
    },
    {
      under: business,
      fields: ["business_identifiers"],
      forms: registered,
      notIn: guided,
      source: "inferred",
      confidence: "medium",
    },
    {
      under: `${business}.attachments`,
      fields: ["business_documents"],
      forms: registered,
      source: "docs",
      confidence: "medium",
    },
    {
      under: business,
      fields: [
        "industry_category_code",
        "operating_country",
        "description_of_goods_or_services",
        "account_usage.product_reference",
      ],
      source: "observed",
      confidence: "medium",
    },
    {
      under: business,
      fields: [
        "business_address.address_line1",
        "business_address.country_code",
        "url",
        "account_usage.estimated_monthly_revenue.amount",
        "account_usage.estimated_monthly_revenue.currency",
      ],
      countries: guided,
      source: "reported",
      confidence: "medium",
    },
    {
      under: persons,
      fields: ["first_name", "last_name", "roles"],
      source: "docs",
      confidence: "high",
    },
    {
      under: persons,
      fields: [
        "nationality",
        "residential_address.address_line1",
        "residential_address.country_code",
      ],
      exceptDirectorsIn,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${persons}.residential_address`,
      fields: ["address_line1", "country_code"],
      ifGiven: true,
      source: "docs",
      confidence: "high",
    },
    {
      under: persons,
      fields: ["date_of_birth", "residential_address.postcode", "residential_address.state"],
      countries: unitedStates,
      source: "docs",
      confidence: "high",
    },
    {
      under: persons,
      fields: ["date_of_birth", "email"],
      countries: guided,
      source: "reported",
      confidence: "medium",
    },
  ],
  identifications: [
    {
      under: `${persons}.identifications.primary`,
      proof: "pictures",
      isRead: true,
      countries: guided,
      source: "reported",
      confidence: "medium",
    },
    {
      under: `${persons}.identifications.primary`,
      proof: "number_or_picture",
      isRead: true,
      notIn: guided,
      exceptDirectorsIn,
      source: "docs",
      confidence: "high",
    },
  ],
  twins: [
    {
      under: persons,
      fields: ["first_name", "middle_name", "last_name"],
      source: "docs",
      confidence: "high",
    },
    {
      under: business,
      fields: ["business_name", "registration_address"],
      source: "docs",
      confidence: "medium",
    },
  ],
  formats: [
    {
      under: `${persons}.residential_address`,
      addressIn: "US",
      field: "state",
      pattern: /^[A-Za-z]{2}$/,
      expected: "two letters",
      countries: unitedStates,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${persons}.residential_address`,
      addressIn: "US",
      field: "address_line1",
      pattern: /\d/,
      expected: "a house number",
      source: "docs",
      confidence: "high",
    },
  ],
  roles: [
    { anyOf: ["AUTHORISED_PERSON"], source: "docs", confidence: "high" },
    { anyOf: ["BENEFICIAL_OWNER"], source: "docs", confidence: "high" },
    { anyOf: ["DIRECTOR"], countries: new Set(["GB"]), source: "docs", confidence: "high" },
    {
      anyOf: ["DIRECTOR", "CONTROLLING_PERSON"],
      countries: unitedStates,
      source: "docs",
      confidence: "high",
    },
    {
      anyOf: ["LEGAL_REPRESENTATIVE"],
      countries: new Set(["CN"]),
      source: "docs",
      confidence: "high",
    },
  ],
  soleRoles: ["AUTHORISED_PERSON", "CONTROLLING_PERSON", "LEGAL_REPRESENTATIVE"].map(
    (role) => ({ role, source: "docs", confidence: "high" }) as const,
  ),
};

export const businessCountries: readonly CountryRule[] = [
  { under: `${business}.registration_address`, forms: registered },
  { under: `${business}.business_address`, forms: unregistered, orNoOffice: true },
];
