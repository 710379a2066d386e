/** What errors know of a request, and what of it they must not show. */

import type { CallFacts } from "../errors/index.js";
import { type Redactor, redactPath } from "../report/redact.js";
import { requestIdOf, type WireRequest, type WireResponse } from "../transport/wire.js";

/** What an error says about its call. */
export function factsOf(
  { operation, method, path, progress, idempotencyKey }: WireRequest,
  response: WireResponse | undefined,
  redactor?: Redactor,
): CallFacts {
  return {
    operation,
    method,
    path: redactPath(path, redactor),
    outcome: progress.ambiguous ? "unknown" : "not_done",
    attempts: progress.attempts,
    requestId: response && requestIdOf(response.headers),
    idempotencyKey,
  };
}

/** What authenticated the request, and must never be quoted back. */
export function secretsOf({ headers, progress }: WireRequest): readonly string[] {
  const values = headers.filter(
    (_, i) => i % 2 === 1 && secretHeaders.has(headers[i - 1] as string),
  );
  return [...values, ...(progress.credentials ?? [])];
}

const secretHeaders: ReadonlySet<string> = new Set([
  "x-api-key",
  "x-app-secret",
  "x-client-id",
  "x-sca-token",
]);
