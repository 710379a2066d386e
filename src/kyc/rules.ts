/**
 * What an account must hold before it can be submitted, as data. Each rule says where it comes from and
 * how certain it is, because the API's own tables are only partly public.
 *
 * @see https://airwallex.com/docs/connected-accounts__kyc-and-onboarding__native-api__individual-kyc-requirements
 */

/**
 * Where a rule comes from: the API's documents, responses of the live API, guides by other companies
 * that onboard through it, or our own inference.
 */
export type RuleSource = "docs" | "observed" | "reported" | "inferred";

/** How certain it is that the API has this rule. */
export type Confidence = "high" | "medium" | "low";

/** Legal forms that the rules distinguish. */
export type LegalForm = "company" | "partnership" | "sole_trader" | "unregistered_sole_trader";

export interface Evidence {
  /** Where the rule comes from. */
  readonly source: RuleSource;
  /** How certain it is that the API has this rule. */
  readonly confidence: Confidence;
}

/** Members that must be there, below one path. */
export interface FieldRule extends Evidence {
  /** `account_details…` path that the members are below; `[]` stands for every item of a list. */
  readonly under: string;
  readonly fields: readonly string[];
  /** Countries where it applies; everywhere if undefined. */
  readonly countries?: ReadonlySet<string>;
  /** Countries where it does not apply. */
  readonly notIn?: ReadonlySet<string>;
  /** Legal forms it applies to; all if undefined. */
  readonly forms?: ReadonlySet<LegalForm>;
}

/** A set of roles, at least one of which a person of the business must hold. */
export interface RoleRule extends Evidence {
  readonly anyOf: readonly string[];
  readonly forms: ReadonlySet<LegalForm>;
}

/** An identity document that must be there. */
export interface IdentificationRule extends Evidence {
  readonly under: string;
  /** Whether pictures are required, or a number is enough. */
  readonly proof: "pictures" | "number_or_picture";
  readonly countries?: ReadonlySet<string>;
  readonly notIn?: ReadonlySet<string>;
}

export interface RuleBook {
  readonly fields: readonly FieldRule[];
  readonly identifications: readonly IdentificationRule[];
  readonly roles: readonly RoleRule[];
}

export const eea: readonly string[] =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(
    " ",
  );

/** Countries whose table for individuals is known. */
const tabled: ReadonlySet<string> = new Set(["AU", "SG", "HK", "GB", ...eea]);
const withFullAddress: ReadonlySet<string> = new Set(["AU", "SG", "GB", ...eea]);
/** Countries whose business requirements are described in guides by other companies. */
export const guided: ReadonlySet<string> = new Set(["AT", "BE", "DE", "FR", "IE", "NL"]);

const individual = "account_details.individual_details";
const business = "account_details.business_details";
const persons = "account_details.business_person_details[]";

const individualBasics: readonly string[] = [
  "first_name",
  "last_name",
  "date_of_birth",
  "residential_address.address_line1",
  "residential_address.country_code",
];
const localAddress: readonly string[] = ["postcode", "state", "suburb"];

/** Individuals, by country of residence. */
export const individualRules: RuleBook = {
  fields: [
    {
      under: individual,
      fields: individualBasics,
      countries: tabled,
      source: "docs",
      confidence: "high",
    },
    {
      under: individual,
      fields: individualBasics,
      notIn: tabled,
      source: "inferred",
      confidence: "medium",
    },
    {
      under: `${individual}.residential_address`,
      fields: localAddress,
      countries: withFullAddress,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${individual}.residential_address`,
      fields: localAddress,
      countries: new Set(["US"]),
      source: "inferred",
      confidence: "medium",
    },
    {
      under: individual,
      fields: ["live_selfie_file_id"],
      countries: new Set(["SG"]),
      source: "docs",
      confidence: "high",
    },
  ],
  identifications: [
    {
      under: `${individual}.identifications.primary`,
      proof: "number_or_picture",
      countries: tabled,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${individual}.identifications.primary`,
      proof: "number_or_picture",
      notIn: tabled,
      source: "inferred",
      confidence: "medium",
    },
  ],
  roles: [],
};

const registered: ReadonlySet<LegalForm> = new Set(["company", "partnership", "sole_trader"]);
const all: ReadonlySet<LegalForm> = new Set([...registered, "unregistered_sole_trader"]);

/** Businesses, by country of the registered office and legal form. */
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
      source: "docs",
      confidence: "high",
    },
    {
      // Hong Kong has no postcodes, and what is known of its table ends before the rest.
      under: `${business}.registration_address`,
      fields: localAddress,
      notIn: new Set(["HK"]),
      source: "docs",
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
      fields: ["first_name", "last_name"],
      source: "reported",
      confidence: "high",
    },
    {
      under: persons,
      fields: ["date_of_birth", "nationality", "residential_address.country_code"],
      source: "observed",
      confidence: "high",
    },
    {
      under: persons,
      fields: ["residential_address.address_line1"],
      source: "reported",
      confidence: "medium",
    },
    {
      under: persons,
      fields: ["email"],
      countries: guided,
      source: "reported",
      confidence: "medium",
    },
  ],
  identifications: [
    {
      under: `${persons}.identifications.primary`,
      proof: "pictures",
      source: "reported",
      confidence: "medium",
    },
  ],
  roles: [
    { anyOf: ["AUTHORISED_PERSON"], forms: all, source: "observed", confidence: "high" },
    { anyOf: ["BENEFICIAL_OWNER"], forms: all, source: "observed", confidence: "high" },
    {
      anyOf: ["DIRECTOR", "CONTROLLING_PERSON"],
      forms: new Set(["company"]),
      source: "observed",
      confidence: "high",
    },
  ],
};

const forms: Readonly<Record<string, LegalForm>> = {
  GENERAL_PARTNERSHIP: "partnership",
  LIMITED_LIABILITY_PARTNERSHIP: "partnership",
  LIMITED_PARTNERSHIP: "partnership",
  PARTNERSHIP: "partnership",
  SOLE_PROPRIETOR: "sole_trader",
  NON_REGISTERED_SOLE_PROPRIETOR: "unregistered_sole_trader",
  COMPANY: "company",
  CORPORATION: "company",
  LIMITED_LIABILITY_COMPANY: "company",
};

/** A structure that the tables do not name, or none at all, counts as a company. */
export function legalFormOf(businessStructure: unknown): LegalForm {
  return knownLegalForm(businessStructure) ?? "company";
}

/** The legal form of a structure in the tables; undefined if they have none for it. */
export function knownLegalForm(businessStructure: unknown): LegalForm | undefined {
  const name = String(businessStructure);
  return Object.hasOwn(forms, name) ? forms[name] : undefined;
}
