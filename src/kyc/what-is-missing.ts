/** One to-do list, from an account, a request for information, a refused call, or several of them. */

import { AccountStatusError, ApiError, ValidationError } from "../errors.js";
import type { Account, Rfi } from "../schemas/index.js";
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

/** What says that something is missing. */
export type MissingSource =
  | Account
  | Rfi
  | EventRequirements
  | ApiError
  | ValidationError
  | AccountStatusError;

/** Options of {@link whatIsMissing}. */
export interface WhatIsMissingOptions {
  /**
   * The account that a refused call or an event was about, where it is not among the sources. With it
   * the inputs name the persons of a business by their ids, so that an update leaves the others as they
   * are. For an event `{ id: event.accountId }` is enough to know which account `next` is about.
   */
  readonly account?: Known;
}

/**
 * Says what an account waits for, as one typed list: which field, file or question, why, and what to
 * call next with an input of which shape. It takes
 *
 * - an account: its `requirements`; that it was never submitted; or that an RFI must be the reason,
 * - a request for information: its questions that wait,
 * - the data of `account.action_required`, in either spelling: requirements of an account that they do
 *   not name,
 * - an `ApiError` or `ValidationError` of create, update, submit or respond: the fields it names,
 * - an `AccountStatusError` of waitForStatus: what its account waits for.
 *
 * Several of them about one account make one list, in which nothing is there twice: the questions of
 * an RFI stand in place of the advice to look for one.
 *
 * An empty list means that nothing is waited for. It asks nobody: read the account first. Items quote
 * the API, and can hold personal data as the account does.
 *
 * See https://www.airwallex.com/docs/connected-accounts/handle-rfis
 *
 * @throws TypeError for anything else, such as an error that says nothing of fields, or of an account
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
  const all = (isList(sources) ? sources : [sources]).map(accountOf);
  const known = options.account ?? all.find(isAccount);
  return merge(all.map((source) => fromOne(source, known)));
}

function fromOne(source: MissingSource, known: Known): readonly ToDo[] {
  if (source instanceof ValidationError) return fromRefusal(source, known);
  if (source instanceof ApiError && source.code === "invalid_request") {
    return fromRefusal(source, known);
  }
  if (isAccount(source)) return fromAccount(source);
  if (isRfi(source)) return fromRfi(source);
  if (isEventRequirements(source)) {
    const { id, account_details } = known ?? {};
    const requirements = asRequirements(source);
    return fromAccount({ id, account_details, status: "ACTION_REQUIRED", requirements });
  }
  throw new TypeError(
    "Cannot say what is missing: expected an account, a request for information, data of account.action_required, or an error that refuses fields",
    { cause: source },
  );
}

/** What an error of waitForStatus is about, if it was ever read. */
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
  return !((source as unknown) instanceof Error) && typeof member(source, "id") === "string";
}

/**
 * The first of those that ask for the same; advice goes where there is something to follow. One source
 * may ask for several things in one place, such as persons of several roles; it knows why.
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

/** A refusal and a requirement may tell the reason in different words. */
function nameOf({ kind, path, code, why, next }: ToDo): string {
  const reason = path === undefined ? [code, why] : [];
  return JSON.stringify([kind, path, ...reason, next && "id" in next ? next.id : undefined]);
}
