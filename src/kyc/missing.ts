/** What an account still lacks before it can be submitted, by the rules. */

import type { Account } from "../generated/index.js";
import { businessRules } from "./business-rules.js";
import { missingInIdentification } from "./identification.js";
import { individualRules } from "./individual-rules.js";
import { type Found, findAll, isEmpty, member } from "./paths.js";
import {
  type Evidence,
  type FieldRule,
  type FormatRule,
  type IdentificationRule,
  type LegalForm,
  legalFormOf,
  type RuleBook,
  type Scope,
  type TwinRule,
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
  /** Whether the platform identifies people later. Default: false. */
  readonly deferredIdentityVerification?: boolean | undefined;
}

/** What the choice of rules is based on. */
interface Subject {
  readonly root: object;
  readonly country: string;
  readonly form: LegalForm;
  readonly label: string;
  /** Paths of the persons whose only role is DIRECTOR. */
  readonly onlyDirectors: readonly string[];
}

const persons = "account_details.business_person_details";

/**
 * Lists what an account lacks, in the order of the rules; empty if it can be submitted. It looks only
 * at the account and makes no request.
 */
export function findMissing(
  account: Pick<Account, "account_details">,
  options: FindMissingOptions = {},
): readonly MissingField[] {
  const { subject, book } = open(account, options);
  const found = [
    ...book.fields.flatMap((rule) => byFields(subject, rule)),
    ...book.identifications.flatMap((rule) => byIdentification(subject, rule)),
    ...book.twins.flatMap((rule) => byTwins(subject, rule)),
    ...book.formats.flatMap((rule) => byFormat(subject, rule)),
    ...(book.roles.length > 0 ? byRoles(subject, book) : []),
  ];
  return withoutRepeats(found);
}

/** The rules that apply to an account. */
export function appliedRules(
  account: Pick<Account, "account_details">,
  options: FindMissingOptions = {},
): readonly Evidence[] {
  const { subject, book } = open(account, options);
  const { fields, identifications, roles } = book;
  return [...fields, ...identifications, ...roles].filter((rule) => applies(rule, subject));
}

/** The country that determines the requirements, or the empty string. */
export function countryOfOwner(account: Pick<Account, "account_details">): string {
  return open(account, {}).subject.country;
}

function open(
  account: Pick<Account, "account_details">,
  { deferredIdentityVerification = false }: FindMissingOptions,
): { readonly subject: Subject; readonly book: RuleBook } {
  const root = { account_details: account.account_details };
  const individual = isIndividual(account);
  const book = individual ? individualRules : businessRules;
  return {
    subject: individual ? individualSubject(root) : businessSubject(root),
    book: deferredIdentityVerification ? { ...book, identifications: [] } : book,
  };
}

/** An account that does not say whose it is belongs to a business, whatever else it describes. */
export function isIndividual({
  account_details: details,
}: Pick<Account, "account_details">): boolean {
  return details?.legal_entity_type === "INDIVIDUAL";
}

function individualSubject(root: object): Subject {
  const country = countryAt(root, "account_details.individual_details.residential_address");
  const label = `individuals ${inCountry(country)}`;
  return { root, country, form: "sole_trader", label, onlyDirectors: [] };
}

/** Without a registered office, the place of business decides. */
function businessSubject(root: object): Subject {
  const business = "account_details.business_details";
  const country =
    countryAt(root, `${business}.registration_address`) ||
    countryAt(root, `${business}.business_address`);
  const form = legalFormOf(findAll(root, `${business}.business_structure`)[0]?.value);
  const label = `businesses ${inCountry(country)}`;
  const onlyDirectors = findAll(root, `${persons}[]`)
    .filter(({ value }) => String(member(value, "roles")) === "DIRECTOR")
    .map(({ path }) => path);
  return { root, country, form, label, onlyDirectors };
}

function countryAt(root: object, path: string): string {
  const code = findAll(root, `${path}.country_code`)[0]?.value;
  return typeof code === "string" ? code : "";
}

function inCountry(country: string): string {
  return country === "" ? "of an unknown country" : `in ${country}`;
}

function applies({ countries, notIn, forms }: Scope, subject: Subject): boolean {
  if (countries !== undefined && !countries.has(subject.country)) return false;
  if (notIn?.has(subject.country)) return false;
  return forms === undefined || forms.has(subject.form);
}

/** Everything at a path that a rule applies to. */
function inScope(subject: Subject, rule: Scope, path: string): readonly Found[] {
  if (!applies(rule, subject)) return [];
  const found = findAll(subject.root, path);
  if (!rule.exceptDirectorsIn?.has(subject.country)) return found;
  return found.filter(
    (one) => !subject.onlyDirectors.some((person) => `${one.path}.`.startsWith(`${person}.`)),
  );
}

function byFields(subject: Subject, rule: FieldRule): readonly MissingField[] {
  return inScope(subject, rule, rule.under)
    .filter(({ value }) => !(rule.ifGiven && isEmpty(value)))
    .flatMap((holder) =>
      rule.fields
        .flatMap((field) => findAll(holder.value, field).map(({ value }) => ({ field, value })))
        .filter(({ value }) => isEmpty(value))
        .map(({ field }) => required(`${holder.path}.${field}`, subject, rule)),
    );
}

function byIdentification(subject: Subject, rule: IdentificationRule): readonly MissingField[] {
  return inScope(subject, rule, rule.under)
    .flatMap(({ path, value }) => missingInIdentification(value, path, rule))
    .map((path) => required(path, subject, rule));
}

function required(path: string, { label }: Subject, rule: Evidence): MissingField {
  const { source, confidence } = rule;
  return { path, reason: `Required for ${label}`, code: "field_required", source, confidence };
}

function invalid(path: string, reason: string, rule: Evidence): MissingField {
  const { source, confidence } = rule;
  return { path, reason, code: "invalid_argument", source, confidence };
}

function byTwins(subject: Subject, rule: TwinRule): readonly MissingField[] {
  return inScope(subject, rule, rule.under).flatMap(({ path, value: holder }) => {
    const given = rule.fields.filter((field) => !isEmpty(member(holder, field)));
    const foreign = given.filter((field) => !isAscii(member(holder, field)));
    const needed = rule.together && foreign.length > 0 ? given : foreign;
    const { source, confidence } = rule;
    return rule.fields.flatMap((field): readonly MissingField[] => {
      const twin = member(holder, `${field}_english`);
      const at = `${path}.${field}_english`;
      if (!isAscii(twin)) return [invalid(at, "Only ASCII characters are allowed", rule)];
      if (!needed.includes(field) || !isEmpty(twin)) return [];
      const reason = `Required because ${foreign.join(", ")} has characters outside ASCII`;
      return [{ path: at, reason, code: "field_required", source, confidence }];
    });
  });
}

/** Whether a text, or every text in an object, is ASCII. */
function isAscii(value: unknown): boolean {
  if (typeof value === "string") return [...value].every((letter) => letter <= "\u007f");
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isAscii);
}

function byFormat(subject: Subject, rule: FormatRule): readonly MissingField[] {
  const { addressIn, field, pattern, expected } = rule;
  return inScope(subject, rule, rule.under)
    .filter(({ value }) => member(value, "country_code") === addressIn)
    .filter(({ value }) => {
      const text = member(value, field);
      return !isEmpty(text) && !pattern.test(String(text).trim());
    })
    .map(({ path }) => invalid(`${path}.${field}`, `Expected ${expected}`, rule));
}

function byRoles(subject: Subject, { roles, soleRoles }: RuleBook): readonly MissingField[] {
  const people = findAll(subject.root, `${persons}[]`);
  const [first] = roles;
  if (people.length === 0) return first ? [required(persons, subject, first)] : [];
  const holdersOf = (role: string): readonly Found[] =>
    people.filter(({ value }) => [member(value, "roles")].flat().includes(role));
  const nobody = roles
    .filter((rule) => applies(rule, subject))
    .filter(({ anyOf }) => anyOf.every((role) => holdersOf(role).length === 0))
    .map((rule) => invalid(persons, `No person has the role ${rule.anyOf.join(" or ")}`, rule));
  const several = soleRoles
    .filter((rule) => applies(rule, subject))
    .flatMap((rule) =>
      holdersOf(rule.role)
        .slice(1)
        .map(({ path }) => invalid(`${path}.roles`, `Only one person may be ${rule.role}`, rule)),
    );
  return [...nobody, ...several];
}

/** Several rules may ask for the same field for the same reason. */
function withoutRepeats(found: readonly MissingField[]): readonly MissingField[] {
  return found.filter(
    (one, index) =>
      index ===
      found.findIndex(
        ({ path, code, reason }) => path === one.path && code === one.code && reason === one.reason,
      ),
  );
}
