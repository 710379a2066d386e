/**
 * What the account of an individual must hold, by country of residence.
 *
 * @see https://airwallex.com/docs/connected-accounts__kyc-and-onboarding__native-api__individual-kyc-requirements
 */

import { type CountryRule, eea, localAddress, type RuleBook } from "./rules.js";

/** Countries whose table for individuals is known. */
const tabled: ReadonlySet<string> = new Set(["AU", "SG", "HK", "GB", ...eea]);
const withFullAddress: ReadonlySet<string> = new Set(["AU", "SG", "GB", ...eea]);

const individual = "account_details.individual_details";

const basics: readonly string[] = [
  "first_name",
  "last_name",
  "date_of_birth",
  "residential_address.address_line1",
  "residential_address.country_code",
];

export const individualRules: RuleBook = {
  fields: [
    {
      under: individual,
      fields: basics,
      countries: tabled,
      source: "docs",
      confidence: "high",
    },
    {
      under: individual,
      fields: basics,
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
      isRead: false,
      countries: tabled,
      source: "docs",
      confidence: "high",
    },
    {
      under: `${individual}.identifications.primary`,
      proof: "number_or_picture",
      isRead: false,
      notIn: tabled,
      source: "inferred",
      confidence: "medium",
    },
  ],
  twins: [
    {
      under: individual,
      fields: ["first_name", "middle_name", "last_name"],
      together: true,
      source: "docs",
      confidence: "high",
    },
    { under: individual, fields: ["residential_address"], source: "docs", confidence: "high" },
  ],
  formats: [],
  roles: [],
  soleRoles: [],
};

export const individualCountries: readonly CountryRule[] = [
  { under: `${individual}.residential_address` },
];
