/** What an account still lacks for a submission, as far as that is known. */

import { checkOptions } from "../checks/options.js";
import { isObject, kindOf } from "../checks/values.js";
import type { Account } from "../generated/index.js";
import { piiFields } from "../generated/pii.js";
import { businessCoverage, type Coverage, individualCoverage, type Known } from "./coverage.js";
import { fieldToDo } from "./field-to-do.js";
import {
  appliedRules,
  countryOfOwner,
  findMissing,
  isIndividual,
  type MissingField,
} from "./missing.js";
import { member } from "./paths.js";
import { type Confidence, type Evidence, knownLegalForm, type LegalForm } from "./rules.js";
import type { ProvideField } from "./to-do.js";

/** An account, or the params to create one. */
export interface CheckedAccount extends Pick<Account, "account_details" | "view_type"> {
  readonly id?: string | undefined;
}

/** Options of {@link checkRequirements}. */
export interface CheckRequirementsOptions {
  /** Whether the platform identifies individuals later, by agreement with Airwallex. Default: false. */
  readonly deferredIdentityVerification?: boolean | undefined;
}

/** A field that a submission needs, and how certain that is. */
export interface MissingRequirement extends ProvideField, Evidence {
  /**
   * Whether the field is personal data and the account was read without it (`view_type: EXCLUDED_PII`),
   * so the field may have a value after all.
   */
  readonly mayBeHidden: boolean;
}

/** What a submission lacks, according to the public documentation. */
export interface RequirementsCheck {
  /**
   * - `no`: something is missing.
   * - `yes`: nothing is missing, and all requirements are known.
   * - `not_known`: no known requirement is certainly missing, but Airwallex may ask for more. See
   *   `notKnown`.
   */
  readonly ready: "yes" | "no" | "not_known";
  readonly missing: readonly MissingRequirement[];
  /** How much is known of the requirements for such an account. */
  readonly coverage: Coverage;
  /** What is not known, in human-readable sentences; empty when `coverage` is `documented`. */
  readonly notKnown: readonly string[];
  /** The lowest confidence among the rules that applied. */
  readonly confidence: Confidence;
  /** What the choice of rules was based on. */
  readonly basis: {
    readonly legalEntityType: "INDIVIDUAL" | "BUSINESS";
    /** ISO 3166-1 alpha-2; undefined if the account names none. */
    readonly country: string | undefined;
    /** Legal form of a business; undefined if the tables do not have it. */
    readonly legalForm: LegalForm | undefined;
  };
}

/**
 * Lists what a submission would still lack under the documented rules for this kind of owner, country
 * and legal form. It makes no request. `whatIsMissing` lists what the API itself has asked for.
 *
 * The API's own tables are only partly public. `ready` is `"yes"` only where the whole table is known;
 * otherwise `notKnown` says which parts are not. The emulator applies the same rules.
 *
 * See https://www.airwallex.com/docs/connected-accounts/kyc-and-onboarding/native-api
 *
 * @param account as `onBehalfOf(id).accounts.current()` reads it, with its personal data, or what
 *   `accounts.create` takes
 *
 * @example
 * const { ready, missing, notKnown } = checkRequirements(account);
 * for (const { path, what, value, confidence } of missing) console.log(path, what, value, confidence);
 * if (ready === "not_known") console.log(notKnown);
 */
export function checkRequirements(
  account: CheckedAccount,
  options: CheckRequirementsOptions = {},
): RequirementsCheck {
  if (!isObject(account))
    throw new TypeError(`Cannot check requirements: the account is ${kindOf(account)}`);
  const kinds = { deferredIdentityVerification: "boolean" } as const;
  checkOptions("Cannot check requirements", options, kinds);
  const missing = findMissing(account, options).map((field) => toRequirement(account, field));
  const basis = basisOf(account);
  const { coverage, notKnown } = coverageOf(account, basis, missing);
  const certain = missing.some(({ mayBeHidden }) => !mayBeHidden);
  const nothing = coverage === "documented" && missing.length === 0;
  return {
    ready: certain ? "no" : nothing ? "yes" : "not_known",
    missing,
    coverage,
    notKnown,
    confidence: lowest(appliedRules(account, options)),
    basis,
  };
}

function basisOf(account: CheckedAccount): RequirementsCheck["basis"] {
  const country = countryOfOwner(account) || undefined;
  if (isIndividual(account)) {
    return { legalEntityType: "INDIVIDUAL", country, legalForm: undefined };
  }
  const structure = member(account.account_details?.business_details, "business_structure");
  return { legalEntityType: "BUSINESS", country, legalForm: knownLegalForm(structure) };
}

function coverageOf(
  { view_type }: CheckedAccount,
  { legalEntityType, country = "", legalForm }: RequirementsCheck["basis"],
  missing: readonly MissingRequirement[],
): Known {
  const known =
    legalEntityType === "INDIVIDUAL"
      ? individualCoverage(country)
      : businessCoverage(country, legalForm);
  if (view_type !== "EXCLUDED_PII" || !missing.some(({ mayBeHidden }) => mayBeHidden)) return known;
  const hidden =
    "The account was read without personal data; client.onBehalfOf(id).accounts.current() has it";
  const coverage = known.coverage === "none" ? "none" : "partial";
  return { coverage, notKnown: [...known.notKnown, hidden] };
}

function toRequirement(account: CheckedAccount, field: MissingField): MissingRequirement {
  const { path, reason, code, source, confidence } = field;
  const personal = path.split(/[.[\]]+/).some((step) => piiFields.has(step));
  return {
    ...fieldToDo({ path, code, why: reason, id: account.id, known: account }),
    source,
    confidence,
    mayBeHidden: personal && account.view_type === "EXCLUDED_PII",
  };
}

const order: readonly Confidence[] = ["low", "medium", "high"];

function lowest(rules: readonly Evidence[]): Confidence {
  return order.find((one) => rules.some(({ confidence }) => confidence === one)) ?? "high";
}
