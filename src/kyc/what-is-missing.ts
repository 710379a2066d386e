/** One to-do list, from an account, a request for information or a refused call. */

import { ApiError, ValidationError } from "../errors.js";
import type { Account, Rfi } from "../schemas/index.js";
import { fromRefusal } from "./from-refusal.js";
import { fromAccount } from "./from-requirements.js";
import { fromRfi } from "./from-rfi.js";
import type { Known } from "./input-shape.js";
import { member } from "./paths.js";
import type { ToDo } from "./to-do.js";

/** Options of {@link whatIsMissing}. */
export interface WhatIsMissingOptions {
  /**
   * The account that a refused call was about. With it the inputs name the persons of a business by
   * their ids, so that an update leaves the others as they are.
   */
  readonly account?: Known;
}

/**
 * Says what an account waits for, as one typed list: which field, file or question, why, and what to
 * call next with an input of which shape. It takes
 *
 * - an account: its `requirements`; that it was never submitted; or that an RFI must be the reason,
 * - a request for information: its questions that wait,
 * - an `ApiError` or `ValidationError` of create, update, submit or respond: the fields it names.
 *
 * An empty list means that nothing is waited for. It asks nobody: read the account first. Items quote
 * the API, and can hold personal data as the account does.
 *
 * See https://www.airwallex.com/docs/connected-accounts/handle-rfis
 *
 * @throws TypeError for anything else, such as an error that says nothing of fields; its `cause` is
 * what was passed in
 *
 * @example
 * const waiting = await client.accounts.retrieve(account.id);
 * for (const { kind, path, what, why, next } of whatIsMissing(waiting)) {
 *   console.log(kind, path, what, why, next?.method);
 * }
 */
export function whatIsMissing(
  source: Account | Rfi | ApiError | ValidationError,
  options: WhatIsMissingOptions = {},
): readonly ToDo[] {
  if (source instanceof ValidationError) return fromRefusal(source, options.account);
  if (source instanceof ApiError) {
    if (source.code === "invalid_request") return fromRefusal(source, options.account);
  } else if (!((source as unknown) instanceof Error) && typeof member(source, "id") === "string") {
    return isRfi(source) ? fromRfi(source) : fromAccount(source);
  }
  throw new TypeError(
    "Cannot say what is missing: expected an account, a request for information, or an error that refuses fields",
    { cause: source },
  );
}

function isRfi(source: Account | Rfi): source is Rfi {
  return ["active_request", "answered_requests", "account_id"].some((name) => name in source);
}
