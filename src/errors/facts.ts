/** What an error knows about the failed call, and how its message says so. */

import type { KnownApiCode } from "../generated/error-codes.js";
import { whenUnknown } from "../generated/when-unknown.js";

/**
 * Whether a failed call changed anything on the API's side.
 *
 * - `not_done`: never sent, refused, or a read that failed. Retrying cannot do the work twice.
 * - `unknown`: a write was sent, but the response was lost or unreadable, or the API failed while
 *   processing it. Check before retrying.
 * - `done`: it succeeded, and only the response could not be used.
 */
export type Outcome = "not_done" | "unknown" | "done";

/** What every call error says about its call. */
export interface CallFacts {
  /** The method that was called, such as `accounts.create`. */
  readonly operation: string;
  readonly method: string;
  /** Path with its ids but without the query, which can contain personal data. */
  readonly path: string;
  /** Whether the call changed anything: `not_done`, `unknown` (check before retrying) or `done`. */
  readonly outcome: Outcome;
  /** Requests sent or attempted, including the last. */
  readonly attempts: number;
  /**
   * The API's id of the request, to quote to Airwallex support: `x-awx-trace-id`, else `correlation-id`, else
   * `x-request-id`.
   */
  readonly requestId?: string | undefined;
  /**
   * The `request_id` in the body of a call that has one, whether yours or generated. Not the API's
   * `requestId`: repeat the call with this one, and its work is done only once.
   */
  readonly idempotencyKey?: string | undefined;
}

/** One field that the API rejected. */
export interface FieldError {
  /** Dotted path of the field, such as `account_details.individual_details.date_of_birth`. */
  readonly field: string;
  /** The API's code, such as `field_required`. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/**
 * The API's own codes, as far as they are documented or have been observed. There are others, and more may
 * be added.
 *
 * See https://www.airwallex.com/docs/api/errors
 */
export type ApiCode = KnownApiCode | (string & {});

/** What an error body said, with secrets, email addresses and any personal data we sent removed. */
export interface RemoteError {
  readonly status: number;
  /** The API's own code, such as `field_required`; undefined if the body had none. */
  readonly apiCode: ApiCode | undefined;
  /** The API's own message. Its wording is outside our control, and may name a person. */
  readonly remoteMessage: string | undefined;
  /** The field or area that the API blames. */
  readonly source: string | undefined;
  readonly details: unknown;
  /** The fields that the API named, in its order; empty if it named none. */
  readonly fieldErrors: readonly FieldError[];
  readonly traceId: string | undefined;
  /** How long the API asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** The headers of the response, names in lower case, without cookies, sessions and tokens. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One thing wrong with a value: where, and what was expected. Never the value itself. */
export interface Issue {
  /** Path from the root of the value, such as `["account_details", "store_details"]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The name or value that was probably meant, if the given one is close to it. */
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

/** What to do about an unknown outcome. */
export function adviseOnUnknown({ operation, outcome, idempotencyKey }: CallFacts): string {
  if (outcome !== "unknown") return "";
  const advice = whenUnknown[operation];
  if (idempotencyKey !== undefined) {
    return `; it may have been done: call again with the request_id "${idempotencyKey}", which does it once, or ${advice ?? "look it up in the list"}`;
  }
  return `; it may have been done: ${advice ?? "look before you call again"}`;
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

/** How many fit in a message; `issues` has all of them. */
const mostListed = 3;

export function listIssues(issues: readonly Issue[]): string {
  const listed = issues.slice(0, mostListed).map(describeIssue);
  const rest = issues.length - listed.length;
  return (rest === 0 ? listed : [...listed, `and ${rest} more`]).join("; ");
}

/** The same list, printed one line per issue: by default the console omits the paths as too deep. */
export function showLines(issues: readonly Issue[]): readonly Issue[] {
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  return Object.defineProperty([...issues], inspect, { value: () => issues.map(describeIssue) });
}

function describeIssue({ path, message, suggestion }: Issue): string {
  const hint = suggestion === undefined ? "" : `, did you mean "${suggestion}"`;
  return `${formatPath(path)}: ${message}${hint}`;
}

/** Formats a path the way the API does: `persons[0].email`. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text === "" ? "input" : text;
}
