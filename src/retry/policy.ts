/**
 * Which failed attempts may be made again.
 *
 * | what happened                            | made again for                       | because                              |
 * |------------------------------------------|--------------------------------------|--------------------------------------|
 * | never sent (refused, DNS, connect)       | every class                          | the API has not seen it              |
 * | 429                                      | every class                          | refused before any work              |
 * | 409                                      | safe, request_id                     | the same request is in progress      |
 * | 408, 425, 500, 502, 503, 504, 507, 509,  | safe, idempotent, request_id, lookup | the work may have been done          |
 * | 520 to 530 (gateways)                    |                                      |                                      |
 * | answer lost (cut, reset)                 | safe, idempotent, request_id, lookup | the work may have been done          |
 * | anything else                            | none                                 | it would be refused again            |
 *
 * After an attempt that may have done its work, `lookup` is made again only once a look-up has found no
 * trace of it. A 409 that says that the `request_id` has been used is final. A body that exists only once
 * is sent only once.
 */

import type { RetryClass } from "../schemas/endpoint.js";
import { apiCodeOf } from "../transport/body.js";
import { isReadOnce, WireError, type WireRequest, type WireResponse } from "../transport/wire.js";
import { failureCode } from "./observed.js";

const every: readonly RetryClass[] = ["safe", "idempotent", "request_id", "lookup", "never"];
const repeatable: readonly RetryClass[] = ["safe", "idempotent", "request_id", "lookup"];

const gateways: readonly number[] = [507, 509, ...Array.from({ length: 11 }, (_, i) => 520 + i)];

const policy: Readonly<Record<string, readonly RetryClass[] | undefined>> = {
  "not sent": every,
  "answer lost": repeatable,
  "409": ["safe", "request_id"],
  "429": every,
  ...Object.fromEntries(
    [408, 425, 500, 502, 503, 504, ...gateways].map((status) => [status, repeatable]),
  ),
};

/** The codes with which the API refuses a `request_id` that was used before. */
export const usedIdCodes: readonly string[] = [
  "request_id_duplicate",
  "duplicate_request",
  "duplicate_request_id",
  "already_exists",
];

/** How an attempt ended: with a response, or with the reason why there is none. */
export type Ending = WireResponse | { readonly error: unknown };

/** Why an attempt may be made again, such as `429` or `answer lost`; undefined if it may not. */
export function reasonToRetry(request: WireRequest, ending: Ending): string | undefined {
  const reason = reasonOf(ending);
  if (!policy[reason]?.includes(request.retry)) return undefined;
  const sent = "error" in ending ? reason !== "not sent" : true;
  if (sent && isReadOnce(request)) return undefined;
  if (reason === "409" && !isInProgress(request, ending)) return undefined;
  return reason;
}

function reasonOf(ending: Ending): string {
  if (!("error" in ending)) return String(ending.status);
  const { error } = ending;
  if (!(error instanceof WireError)) return "another error";
  if (error.sent) return "answer lost";
  return passing.has(failureCode(error)) ? "not sent" : "unsendable";
}

/** Whether the API is still working on the same request. */
export function isInProgress({ retry }: WireRequest, ending: Ending): boolean {
  if ("error" in ending || ending.status !== 409) return false;
  return retry !== "request_id" || !usedIdCodes.includes(apiCodeOf(ending));
}

/** Whether a write may have been done although the attempt failed. */
export function isAmbiguous(request: WireRequest, ending: Ending): boolean {
  if (request.retry === "safe") return false;
  if ("error" in ending) return ending.error instanceof WireError && ending.error.sent;
  const { status } = ending;
  if (status === 409) return request.retry === "request_id" && isInProgress(request, ending);
  // The API redirects nobody: whoever does may stand before it or behind it.
  const isRedirect = status >= 300 && status < 400;
  return status >= 500 || isRedirect || status === 408 || status === 425;
}

/** Connection failures that may be transient, unlike a bad certificate or a bad request. */
const passing: ReadonlySet<string | undefined> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
]);
