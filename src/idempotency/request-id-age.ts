/**
 * Refuses a `request_id` that the API may have forgotten: a payment repeated with it could be made twice.
 *
 * The age of an id is known where it is a UUID of version 7, which begins with the time at which it was
 * made, or where the caller says when it was first used. Any other id is taken for a young one.
 */

import type { ResponseInfo } from "../call/call.js";
import { kindOf } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";

/** What a caller may say about the age of a `request_id`. */
export interface RequestIdAge {
  /**
   * When a call with this `request_id` was first made, or any time before that, such as when you stored the
   * id. Default: the time in the id, if it is a UUID of version 7, and otherwise not known.
   */
  readonly requestIdFirstUsedAt?: Date | undefined;
  /**
   * Sends a `request_id` that is older than the API remembers. If it was used before, the work is done
   * again. Default false.
   */
  readonly allowOldRequestId?: boolean | undefined;
}

export interface RememberedFor {
  /** How long the API knows an id, in days. */
  readonly days: number;
  /** Where the caller can look for what was made, such as `payouts.list({ request_id })`. */
  readonly lookIn: string;
}

const dayMs = 24 * 60 * 60_000;

/** For the time of a call with its retries, and for clocks that differ. */
const marginMs = 10 * 60_000;

/** @throws ValidationError for an id that is older than the API remembers. */
export function refuseOldRequestId(
  operation: string,
  requestId: unknown,
  { requestIdFirstUsedAt, allowOldRequestId = false }: RequestIdAge,
  { days, lookIn }: RememberedFor,
): void {
  const sinceMs = firstUsedMs(operation, requestIdFirstUsedAt) ?? timeInUuid(requestId);
  if (allowOldRequestId || sinceMs === undefined) return;
  const ageMs = Date.now() - sinceMs;
  if (ageMs < days * dayMs - marginMs) return;
  const age = (ageMs / dayMs).toFixed(1);
  const message = `is ${age} days old, and the API knows one for ${days} days: this call could do its work a second time. Look in ${lookIn} first, as the account that pays; if nothing is there, use a new request_id, or repeat this one with the option allowOldRequestId`;
  throw new ValidationError(operation, [{ path: ["request_id"], message }]);
}

/** Whether what was made then has been forgotten, so that this call cannot have made it. */
export function isForgotten(
  createdAt: string | undefined,
  { headers }: Pick<ResponseInfo, "headers">,
  { days }: RememberedFor,
): boolean {
  const told = Date.parse(headers["date"] ?? "");
  const nowMs = Number.isNaN(told) ? Date.now() : told;
  return nowMs - Date.parse(createdAt ?? "") > days * dayMs;
}

function firstUsedMs(operation: string, at: unknown): number | undefined {
  if (at === undefined) return undefined;
  if (at instanceof Date && !Number.isNaN(at.getTime())) return at.getTime();
  const message = `is ${at instanceof Date ? "not a time" : kindOf(at)}, expected a Date`;
  throw new ValidationError(operation, [{ path: ["requestIdFirstUsedAt"], message }]);
}

const uuidV7 = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

/** The Unix time in milliseconds that a UUID of version 7 begins with (RFC 9562, section 5.7). */
function timeInUuid(id: unknown): number | undefined {
  const [, high, low] = (typeof id === "string" && uuidV7.exec(id)) || [];
  return high && low ? Number.parseInt(high + low, 16) : undefined;
}
