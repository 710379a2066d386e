/** One to-do list, from an account, a request for information, a refused call, or several of them. */

import { isError } from "../checks/errors.js";
import { checkOptions } from "../checks/options.js";
import { AccountStatusError, ApiError, ValidationError } from "../errors/index.js";
import type { Account, Rfi } from "../generated/index.js";
import type { CheckRequirementsOptions } from "./check-requirements.js";
import {
  asRequirements,
  type EventRequirements,
  isEventRequirements,
} from "./event-requirements.js";
import { fromRefusal } from "./from-refusal.js";
import { fromAccount } from "./from-requirements.js";
import { fromRfi } from "./from-rfi.js";
import type { Known } from "./input-shape.js";
import { member } from "./paths.js";
import type { ToDo } from "./to-do.js";

/** Sources that say what is missing. */
export type MissingSource =
  | Account
  | Rfi
  | EventRequirements
  | ApiError
  | ValidationError
  | AccountStatusError;

/** Options of {@link whatIsMissing}. */
export interface WhatIsMissingOptions extends CheckRequirementsOptions {
  /**
   * The account that a refused call or an event was about, if it is not among the sources. With it,
   * inputs name the persons of a business by id, so that an update leaves the others unchanged. For an
   * event, `{ id: event.accountId }` is enough to tell which account `next` is about.
   */
  readonly account?: Known;
}

/**
 * Returns what an account is waiting for, as one typed list: which field, file or question, why, and
 * what to call next, with the shape of its params. It takes
 *
 * - an account: its `requirements`, or that an RFI must be the reason; before it is submitted, what
 *   `checkRequirements` finds, or else that it has to be submitted,
 * - a request for information: its open questions,
 * - the data of `account.action_required`, in either spelling: requirements, without the account they
 *   belong to,
 * - an `ApiError` or `ValidationError` of create, update, submit or respond: the fields it names,
 * - an `AccountStatusError` of waitForStatus: what its account is waiting for.
 *
 * Several sources about one account make one list without duplicates: the questions of an RFI replace
 * the advice to look for one.
 *
 * An empty list means that nothing is missing. It makes no request: read the account first. Items quote
 * the API, and can contain personal data just as the account does.
 *
 * See https://www.airwallex.com/docs/connected-accounts/handle-rfis
 *
 * @throws TypeError for anything else, such as an error that names no fields, or one about an account
 * that was never read; its `cause` is what was passed in
 *
 * @example
 * const waiting = await client.accounts.retrieve(account.id);
 * for (const { kind, path, what, why, next } of whatIsMissing(waiting)) {
 *   console.log(kind, path, what, why, next?.method);
 * }
 */
export function whatIsMissing(
  sources: MissingSource | readonly MissingSource[],
  options: WhatIsMissingOptions = {},
): readonly ToDo[] {
  const kinds = { account: "object", deferredIdentityVerification: "boolean" } as const;
  checkOptions("Cannot say what is missing", options, kinds);
  const all = (isList(sources) ? sources : [sources]).map(accountOf);
  const known = options.account ?? all.find(isAccount);
  return merge(all.map((source) => fromOne(source, known, options)));
}

function fromOne(
  source: MissingSource,
  known: Known,
  options: CheckRequirementsOptions,
): readonly ToDo[] {
  if (source instanceof ValidationError) return fromRefusal(source, known);
  if (source instanceof ApiError && source.code === "invalid_request") {
    return fromRefusal(source, known);
  }
  if (isAccount(source)) return fromAccount(source, options);
  if (isRfi(source)) return fromRfi(source);
  if (isEventRequirements(source)) {
    const { id, account_details } = known ?? {};
    const requirements = asRequirements(source);
    return fromAccount({ id, account_details, status: "ACTION_REQUIRED", requirements }, options);
  }
  throw new TypeError(
    "Cannot say what is missing: expected an account, a request for information, data of account.action_required, or an error that refuses fields",
    { cause: source },
  );
}

/** The account of an error from waitForStatus, if it was ever read. */
function accountOf(source: MissingSource): MissingSource {
  return source instanceof AccountStatusError ? (source.account ?? source) : source;
}

function isList(
  sources: MissingSource | readonly MissingSource[],
): sources is readonly MissingSource[] {
  return Array.isArray(sources);
}

function isAccount(source: MissingSource): source is Account {
  return hasId(source) && !isRfi(source);
}

function isRfi(source: MissingSource): source is Rfi {
  const own = ["active_request", "answered_requests", "account_id"];
  return hasId(source) && own.some((name) => name in source);
}

function hasId(source: MissingSource): boolean {
  return !isError(source) && typeof member(source, "id") === "string";
}

/**
 * Keeps the first of several items that ask for the same, and drops advice once the concrete items are
 * there. One source may still ask for several things at one path, such as persons in several roles.
 */
function merge(lists: readonly (readonly ToDo[])[]): readonly ToDo[] {
  const kinds = new Set(lists.flat().map(({ kind }) => kind));
  const merged: ToDo[] = [];
  const names = new Set<string>();
  for (const items of lists) {
    const fresh = items.filter((item) => !names.has(nameOf(item)));
    for (const item of fresh) {
      names.add(nameOf(item));
      if (item.kind === "look_at_rfis" && kinds.has("answer_question")) continue;
      if (item.kind === "submit" && kinds.has("provide_field")) continue;
      const isSame = (other: ToDo): boolean =>
        nameOf(other) === nameOf(item) && other.why === item.why;
      if (!merged.some(isSame)) merged.push(item);
    }
  }
  return merged;
}

/** A refusal and a requirement may word the same reason differently. */
function nameOf({ kind, path, code, why, next }: ToDo): string {
  const reason = path === undefined ? [code, why] : [];
  return JSON.stringify([kind, path, ...reason, next && "id" in next ? next.id : undefined]);
}
