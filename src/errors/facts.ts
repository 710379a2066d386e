/** What an error knows of the call that failed, and how it says so. */

import { whenUnknown } from "../schemas/when-unknown.generated.js";

/**
 * Whether a failed call changed anything at the remote.
 *
 * - `not_done`: never sent, refused, or a read; trying again changes nothing twice.
 * - `unknown`: sent, and the answer was lost or cannot be read, or the remote failed while working on
 *   it. Look before trying again.
 * - `done`: answered with success in JSON, and only the answer could not be used.
 */
export type Outcome = "not_done" | "unknown" | "done";

/** What every error of a call says about that call. */
export interface CallFacts {
  /** The method that was called, such as `accounts.create`. */
  readonly operation: string;
  readonly method: string;
  /** Path with its ids, without the query: a query can hold personal data. */
  readonly path: string;
  /** Whether the call changed anything: `not_done`, `unknown` (look before trying again) or `done`. */
  readonly outcome: Outcome;
  /** Requests sent or tried, the last one included. */
  readonly attempts: number;
  /** The remote's `x-request-id`, for its support. */
  readonly requestId?: string | undefined;
  /**
   * The `request_id` in the body of a call that has one, yours or ours. Not the remote's `requestId`:
   * with this one the same call can be made again, and its work is done once.
   */
  readonly idempotencyKey?: string | undefined;
}

/** One field that the remote refused. */
export interface FieldError {
  /** Dotted path of the field, such as `account_details.individual_details.date_of_birth`. */
  readonly field: string;
  /** The remote's code, such as `field_required`. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/**
 * The remote's own codes, as far as they are documented or were seen. There are others, and more may come.
 *
 * See https://www.airwallex.com/docs/api/errors
 */
export type ApiCode =
  | "account_not_authorized"
  | "already_exists"
  | "amount_above_limit"
  | "bad_request"
  | "can_not_be_edited"
  | "concurrent_update"
  | "credentials_expired"
  | "credentials_invalid"
  | "duplicate_request"
  | "field_required"
  | "forbidden"
  | "insufficient_fund"
  | "internal_error"
  | "invalid_argument"
  | "invalid_grant"
  | "invalid_state_for_operation"
  | "invalid_status_for_operation"
  | "method_not_allowed"
  | "not_found"
  | "operation_failed"
  | "request_id_duplicate"
  | "resource_already_exists"
  | "resource_not_found"
  | "service_unavailable"
  | "term_agreement_is_required"
  | "too_many_requests"
  | "unauthorized"
  | "unsupported_country_code"
  | "unsupported_currency"
  | "validation_error"
  | "validation_failed"
  | (string & {});

/** What an error body said, without secrets, e-mail addresses and personal data that was sent. */
export interface RemoteError {
  readonly status: number;
  /** The remote's own code, such as `field_required`; undefined where the body had none. */
  readonly apiCode: ApiCode | undefined;
  /** The remote's own message. Its words are not ours, and may name a person. */
  readonly remoteMessage: string | undefined;
  /** The field or area that the remote blames. */
  readonly source: string | undefined;
  readonly details: unknown;
  /** The fields that the remote named, in its order; empty when it named none. */
  readonly fieldErrors: readonly FieldError[];
  readonly traceId: string | undefined;
  /** How long the remote asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/** One thing wrong with a value: where, and what was expected. Never the value itself. */
export interface Issue {
  /** Path from the root of the value, such as `["account_details", "store_details"]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The member that was probably meant, where an unknown one is close to it. */
  readonly suggestion?: string | undefined;
}

export function describeCall(facts: CallFacts): string {
  const { method, path, attempts, outcome, requestId, idempotencyKey } = facts;
  const parts = [`${method} ${path}`, `outcome ${outcome}`];
  if (attempts !== 1) parts.push(`${attempts} attempts`);
  if (requestId !== undefined) parts.push(`request id ${requestId}`);
  if (idempotencyKey !== undefined) parts.push(`idempotency key ${idempotencyKey}`);
  return parts.join(", ");
}

/** What to do about an outcome that is unknown. */
export function adviseOnUnknown({ operation, outcome, idempotencyKey }: CallFacts): string {
  if (outcome !== "unknown") return "";
  if (idempotencyKey !== undefined) {
    return `; it may have been done: call again with the request_id "${idempotencyKey}", which does it once, or look it up in the list`;
  }
  return `; it may have been done: ${whenUnknown[operation] ?? "look before you call again"}`;
}

export function describeRefusal(
  remote: RemoteError,
  { operation }: CallFacts,
  because = "",
): string {
  const { status, apiCode, remoteMessage, source, traceId } = remote;
  let text = `Cannot call ${operation}: ${because}${status}`;
  if (apiCode !== undefined) text += ` ${apiCode}`;
  if (remoteMessage !== undefined) text += `, "${remoteMessage}"`;
  if (source !== undefined) text += `, source ${source}`;
  if (traceId !== undefined) text += `, trace id ${traceId}`;
  return text;
}

/** As many as a message has room for; all of them are in `issues`. */
const mostListed = 3;

export function listIssues(issues: readonly Issue[]): string {
  const listed = issues.slice(0, mostListed).map(describeIssue);
  const rest = issues.length - listed.length;
  return (rest === 0 ? listed : [...listed, `and ${rest} more`]).join("; ");
}

/** The same list, which the console shows line by line: it would leave paths out, as too deep. */
export function showLines(issues: readonly Issue[]): readonly Issue[] {
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  return Object.defineProperty([...issues], inspect, { value: () => issues.map(describeIssue) });
}

function describeIssue({ path, message, suggestion }: Issue): string {
  const hint = suggestion === undefined ? "" : `, did you mean "${suggestion}"`;
  return `${formatPath(path)}: ${message}${hint}`;
}

/** Writes a path the way the API does: `persons[0].email`. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text === "" ? "input" : text;
}
