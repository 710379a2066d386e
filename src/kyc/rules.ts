/**
 * The form of the rules for what an account must hold before it can be submitted. The rules themselves
 * are data, in individual-rules.ts and business-rules.ts: `checkRequirements`, `whatIsMissing`, the
 * emulator's submit and docs/kyc-rules.md all read them. Each says where it comes from and how certain it
 * is, because the API's own tables are only partly public.
 */

import { entryOf } from "../checks/values.js";

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

/** What a rule applies to; everything if it names nothing. Countries are those of the owner. */
export interface Scope {
  readonly countries?: ReadonlySet<string>;
  /** Countries where it does not apply. */
  readonly notIn?: ReadonlySet<string>;
  readonly forms?: ReadonlySet<LegalForm>;
  /** Countries where it does not apply to persons whose only role is DIRECTOR. */
  readonly exceptDirectorsIn?: ReadonlySet<string>;
}

/** Members that must be there, below one path. */
export interface FieldRule extends Evidence, Scope {
  /** `account_details…` path that the members are below; `[]` stands for every item of a list. */
  readonly under: string;
  readonly fields: readonly string[];
  /** Whether they are needed only where something is given at `under`. */
  readonly ifGiven?: boolean;
}

/** An identity document that must be there. */
export interface IdentificationRule extends Evidence, Scope {
  readonly under: string;
  /** Whether pictures are required, or a number is enough. */
  readonly proof: "pictures" | "number_or_picture";
  /** Whether Airwallex reads the issuing country and a tax number from a picture. */
  readonly isRead: boolean;
}

/**
 * Members that need a twin in ASCII, such as `first_name_english`, where they have other characters.
 */
export interface TwinRule extends Evidence, Scope {
  readonly under: string;
  readonly fields: readonly string[];
  /** Whether all of them need a twin as soon as one does. */
  readonly together?: boolean;
}

/** How a member must be written. */
export interface FormatRule extends Evidence, Scope {
  /** Path of an address; the rule applies where that names the country `addressIn`. */
  readonly under: string;
  readonly addressIn: string;
  readonly field: string;
  readonly pattern: RegExp;
  /** What the pattern asks for, in words. */
  readonly expected: string;
}

/** A set of roles, at least one of which a person of the business must hold. */
export interface RoleRule extends Evidence, Scope {
  readonly anyOf: readonly string[];
}

/** A role that no more than one person may hold. */
export interface SoleRoleRule extends Evidence, Scope {
  readonly role: string;
}

export interface RuleBook {
  readonly fields: readonly FieldRule[];
  readonly identifications: readonly IdentificationRule[];
  readonly twins: readonly TwinRule[];
  readonly formats: readonly FormatRule[];
  readonly roles: readonly RoleRule[];
  readonly soleRoles: readonly SoleRoleRule[];
}

export const eea: readonly string[] =
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(
    " ",
  );

/** An address that must name its country, if it is given at all, since version 2026-07-17. */
export interface CountryRule {
  readonly under: string;
  /** Legal forms it applies to; all if undefined. */
  readonly forms?: ReadonlySet<LegalForm>;
  /** Whether it also applies to other forms as long as the registered office names no country. */
  readonly orNoOffice?: boolean;
}

/** What is below the country in most addresses. */
export const localAddress: readonly string[] = ["postcode", "state", "suburb"];

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
  return entryOf(forms, String(businessStructure));
}
