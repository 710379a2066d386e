/** What an account still lacks before it can be submitted. */

import type { Account } from "../generated/index.js";
import { missingInIdentification } from "./identification.js";
import { findAll, isEmpty, member } from "./paths.js";
import {
  businessRules,
  type Evidence,
  type FieldRule,
  type IdentificationRule,
  individualRules,
  type LegalForm,
  legalFormOf,
  type RuleBook,
} from "./rules.js";

/** One thing that keeps an account from being submitted. */
export interface MissingField extends Evidence {
  /** As the API writes it: `account_details.business_person_details[0].roles`. */
  readonly path: string;
  /** Why it is needed, as human-readable text. */
  readonly reason: string;
  /** The code with which the API refuses a submission. */
  readonly code: "field_required" | "invalid_argument";
}

export interface FindMissingOptions {
  /** Whether the platform identifies individuals later. Default: false. */
  readonly deferredIdentityVerification?: boolean | undefined;
}

/** What the choice of rules is based on. */
interface Subject {
  readonly details: unknown;
  readonly country: string;
  readonly form: LegalForm;
  readonly label: string;
}

/**
 * Lists what an account lacks, in the order of the rules; empty if it can be submitted. It looks only
 * at the account and makes no request.
 */
export function findMissing(
  account: Pick<Account, "account_details">,
  options: FindMissingOptions = {},
): readonly MissingField[] {
  const { root, subject, book } = open(account, options);
  const byTables = byBook(root, subject, book);
  return isIndividual(account) ? byTables : [...byTables, ...byRoles(root, subject)];
}

/** The rules that apply to an account. */
export function appliedRules(
  account: Pick<Account, "account_details">,
  options: FindMissingOptions = {},
): readonly Evidence[] {
  const { subject, book } = open(account, options);
  const tables = [...book.fields, ...book.identifications].filter((rule) => applies(rule, subject));
  return [...tables, ...book.roles.filter(({ forms }) => forms.has(subject.form))];
}

/** The country that determines the requirements, or the empty string. */
export function countryOfOwner(account: Pick<Account, "account_details">): string {
  return open(account, {}).subject.country;
}

function open(account: Pick<Account, "account_details">, options: FindMissingOptions) {
  const root = { account_details: account.account_details };
  if (!isIndividual(account)) return { root, subject: businessSubject(root), book: businessRules };
  const deferred = options.deferredIdentityVerification ?? false;
  const book = deferred ? { ...individualRules, identifications: [] } : individualRules;
  return { root, subject: individualSubject(root), book };
}

/** Without an entity type, an account counts as a business, unless it describes an individual. */
export function isIndividual(account: Pick<Account, "account_details">): boolean {
  const { legal_entity_type: type, individual_details: details } = account.account_details ?? {};
  return type === "INDIVIDUAL" || (isEmpty(type) && !isEmpty(details));
}

function individualSubject(root: object): Subject {
  const details = findAll(root, "account_details.individual_details")[0]?.value;
  const country = countryOf(member(details, "residential_address"));
  return { details, country, form: "sole_trader", label: `individuals ${inCountry(country)}` };
}

function businessSubject(root: object): Subject {
  const details = findAll(root, "account_details.business_details")[0]?.value;
  const country = countryOf(member(details, "registration_address"));
  const structure = member(details, "business_structure");
  const form = legalFormOf(structure);
  return { details, country, form, label: `businesses ${inCountry(country)}` };
}

function countryOf(address: unknown): string {
  const code = member(address, "country_code");
  return typeof code === "string" ? code : "";
}

function inCountry(country: string): string {
  return country === "" ? "of an unknown country" : `in ${country}`;
}

function byBook(root: object, subject: Subject, book: RuleBook): readonly MissingField[] {
  const fields = book.fields.filter((rule) => applies(rule, subject));
  const documents = book.identifications.filter((rule) => applies(rule, subject));
  return [
    ...fields.flatMap((rule) => byFields(root, subject, rule)),
    ...documents.flatMap((rule) => byIdentification(root, subject, rule)),
  ];
}

function applies(
  rule: Pick<FieldRule, "countries" | "notIn" | "forms">,
  subject: Subject,
): boolean {
  const { countries, notIn, forms } = rule;
  if (countries !== undefined && !countries.has(subject.country)) return false;
  if (notIn?.has(subject.country)) return false;
  return forms === undefined || forms.has(subject.form);
}

function byFields(root: object, subject: Subject, rule: FieldRule): readonly MissingField[] {
  return rule.fields
    .flatMap((field) => findAll(root, `${rule.under}.${field}`))
    .filter(({ value }) => isEmpty(value))
    .map(({ path }) => required(path, subject, rule));
}

function byIdentification(
  root: object,
  subject: Subject,
  rule: IdentificationRule,
): readonly MissingField[] {
  return findAll(root, rule.under)
    .flatMap(({ path, value }) => missingInIdentification(value, path, rule.proof))
    .map((path) => required(path, subject, rule));
}

function required(path: string, { label }: Subject, rule: Evidence): MissingField {
  const { source, confidence } = rule;
  return { path, reason: `Required for ${label}`, code: "field_required", source, confidence };
}

function byRoles(root: object, subject: Subject): readonly MissingField[] {
  const path = "account_details.business_person_details";
  const people = findAll(root, `${path}[]`);
  const evidence: Evidence = { source: "observed", confidence: "high" };
  if (people.length === 0) return [required(path, subject, evidence)];
  const held = new Set(people.flatMap(({ value }) => member(value, "roles") ?? []));
  // If no one holds more than 25 percent, there is no beneficial owner to name.
  const nobodyOwns = member(subject.details, "no_shareholders_with_over_25percent") === true;
  return businessRules.roles
    .filter(({ forms, anyOf }) => forms.has(subject.form) && !anyOf.some((role) => held.has(role)))
    .filter(({ anyOf }) => !(nobodyOwns && anyOf.includes("BENEFICIAL_OWNER")))
    .map(({ anyOf, source, confidence }) => ({
      path,
      reason: `No person has the role ${anyOf.join(" or ")}`,
      code: "invalid_argument",
      source,
      confidence,
    }));
}
