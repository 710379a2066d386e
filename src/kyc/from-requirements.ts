/** To-do items from the requirements of an account. */

import type {
  Account,
  AccountRequirements,
  IdentificationRequirement,
} from "../generated/index.js";
import { type CheckRequirementsOptions, checkRequirements } from "./check-requirements.js";
import { inputAt } from "./input-shape.js";
import { isIndividual } from "./missing.js";
import { isEmpty, member, objectsOf } from "./paths.js";
import type { DoOther, NextCall, ReplaceFile, ToDo } from "./to-do.js";

const individual = "account_details.individual_details";
const persons = "account_details.business_person_details";

/** The part of an account that its list is made from. */
export interface Requiring
  extends Pick<Account, "status" | "account_details" | "requirements" | "view_type"> {
  readonly id: string | undefined;
}

export function fromAccount(
  account: Requiring,
  options: CheckRequirementsOptions,
): readonly ToDo[] {
  if (account.status === "CREATED") return notSubmitted(account, options);
  const items = isEmpty(account.requirements) ? [] : fromRequirements(account);
  if (items.length > 0 || account.status !== "ACTION_REQUIRED") return items;
  return [askedElsewhere(account, "other", "The account requires something and does not say what")];
}

/** In order of urgency: what a single call can settle comes first. */
function fromRequirements(account: Requiring): readonly ToDo[] {
  const all = account.requirements ?? {};
  const { agreement_to_terms_and_conditions_required: terms, photo_file_id_required: photo } = all;
  return [
    ...(terms ? [agreeToTerms(account.id, terms.message)] : []),
    ...objectsOf(all.primary_identification_required).map((one) =>
      replaceIdentification(account, "primary", one),
    ),
    ...objectsOf(all.secondary_identification_required).map((one) =>
      replaceIdentification(account, "secondary", one),
    ),
    ...(photo ? [replacePhoto(account, "live_selfie_file_id", "photo of the face", photo)] : []),
    ...objectsOf(all.photo_holding_id_required).map((one) =>
      replacePhoto(
        account,
        "photo_holding_identification_file_id",
        "photo of the person with the document",
        one,
      ),
    ),
    ...objectsOf(all.reason_for_duplicate_account_required).map(({ message, error_code }) =>
      askedElsewhere(account, error_code, message ?? "The customer has an account already"),
    ),
    ...objectsOf(all.other).map(({ message, error_code }) =>
      askedElsewhere(account, error_code, message ?? "Something else is required"),
    ),
    ...Object.entries(all)
      .filter(([name, value]) => !known.has(name as keyof AccountRequirements) && isSet(value))
      .map(([name]) => askedElsewhere(account, name, `The API names a new requirement, ${name}`)),
  ];
}

const known: ReadonlySet<keyof AccountRequirements> = new Set([
  "agreement_to_terms_and_conditions_required",
  "other",
  "photo_file_id_required",
  "photo_holding_id_required",
  "primary_identification_required",
  "reason_for_duplicate_account_required",
  "secondary_identification_required",
]);

/** The API sends null and empty lists for what it does not require. */
function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

export function agreeToTerms(id: string | undefined, message: string | null | undefined): DoOther {
  const params = {
    agreed_at: "<timestamp>",
    device_data: { ip_address: "<text>", user_agent: "<text>" },
  };
  return {
    kind: "agree_to_terms",
    path: "customer_agreements.agreed_to_terms_and_conditions",
    what: "Let the customer agree to the terms and conditions",
    why: message ?? "The terms and conditions have not been agreed to",
    code: undefined,
    next: { method: "accounts.agreeToTerms", id, params },
  };
}

/** What a submission lacks, by the rules, and the submission itself. */
function notSubmitted(account: Requiring, options: CheckRequirementsOptions): readonly ToDo[] {
  const { missing } = checkRequirements(account, options);
  const submit: DoOther = {
    kind: "submit",
    path: undefined,
    what: "Submit the account",
    why: "It has not been submitted",
    code: undefined,
    next: { method: "accounts.submit", id: account.id },
  };
  return [...missing.filter(({ mayBeHidden }) => !mayBeHidden), submit];
}

/** Questions without a field in the account are asked in a request for information. */
function askedElsewhere({ id }: Requiring, code: string | null | undefined, why: string): DoOther {
  return {
    kind: "look_at_rfis",
    path: undefined,
    what: "Look for a request for information",
    why,
    code: code ?? undefined,
    next: { method: "rfis.list", onBehalfOf: id },
  };
}

function replaceIdentification(
  account: Requiring,
  which: "primary" | "secondary",
  required: IdentificationRequirement,
): ReplaceFile {
  const { error_code, message, front_file_id, back_file_id } = required;
  const place = `identifications.${which}`;
  // Only the account says whose document it is.
  const unknown = isEmpty(account.account_details);
  const path = unknown ? place : `${ownerOf(account, required)}.${place}`;
  const type = isIndividual(account)
    ? "<IndividualIdentificationTypeInput>"
    : "<PersonIdentificationTypeInput>";
  const value = {
    identification_type: type,
    issuing_country_code: "<country>",
    passport: { number: "<text>", front_file_id: "<file_id>" },
  };
  return {
    kind: "replace_identification",
    path,
    what: `Provide another ${which} identification`,
    why: message ?? reasonOf(error_code),
    code: error_code ?? undefined,
    rejectedFileIds: given([front_file_id, back_file_id]),
    next: unknown ? undefined : updateAt(account, path, value),
  };
}

/** The API names a person and the files, not the place of the person in the list. */
function ownerOf(account: Requiring, required: IdentificationRequirement): string {
  if (isIndividual(account)) return individual;
  const people = account.account_details?.business_person_details ?? [];
  const { front_file_id: front, first_name, last_name } = required;
  const byFile = people.findIndex(
    (one) =>
      !isEmpty(front) &&
      JSON.stringify(member(one, "identifications") ?? null).includes(JSON.stringify(front)),
  );
  const byName = people.findIndex(
    (one) =>
      !isEmpty(last_name) &&
      member(one, "last_name") === last_name &&
      member(one, "first_name") === first_name,
  );
  const only = people.length === 1 ? 0 : -1;
  const index = [byFile, byName, only].find((at) => at !== -1) ?? -1;
  return index === -1 ? `${persons}[]` : `${persons}[${index}]`;
}

function replacePhoto(
  account: Requiring,
  name: string,
  what: string,
  required: object,
): ReplaceFile {
  const path = `${individual}.${name}`;
  const code = member(required, "error_code");
  const message = member(required, "message");
  return {
    kind: "replace_photo",
    path,
    what: `Provide another ${what}`,
    why: typeof message === "string" ? message : reasonOf(code),
    code: typeof code === "string" ? code : undefined,
    rejectedFileIds: given([member(required, "photo_file_id")]),
    next: updateAt(account, path, "<file_id>"),
  };
}

function updateAt(
  account: Requiring,
  path: string,
  value: Parameters<typeof inputAt>[1],
): NextCall {
  const params = inputAt(path, value, account);
  return { method: "accounts.update", id: account.id, params, afterwards: "accounts.submit" };
}

/** `BLURRY_IMAGE` in words. */
function reasonOf(code: unknown): string {
  if (typeof code !== "string") return "It was not accepted";
  return `It was not accepted: ${code.toLowerCase().replaceAll("_", " ")}`;
}

function given(ids: readonly unknown[]): readonly string[] {
  return ids.filter((id): id is string => typeof id === "string" && id !== "");
}
