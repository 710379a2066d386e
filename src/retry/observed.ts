/** Tells observers of attempts and retries. */

import { causesOf, isError } from "../checks/errors.js";
import type { Topics } from "../report/observe.js";
import { redactPath } from "../report/redact.js";
import { requestIdOf, type Send, WireError, type WireRequest } from "../transport/wire.js";

/** Publishes each attempt to observers; costs nothing if there are none. */
export function observed(send: Send, { attempt }: Topics): Send {
  const watched: Send = async (request) => {
    const { operation, method, path, progress } = request;
    const startedAtMs = Date.now();
    const start = performance.now();
    const shown = redactPath(path);
    const common = { operation, method, path: shown, attempt: progress.attempts, startedAtMs };
    try {
      const response = await send(request);
      const { status, headers } = response;
      const requestId = requestIdOf(headers);
      attempt.publish({ ...common, durationMs: performance.now() - start, status, requestId });
      return response;
    } catch (error) {
      const failedWhile = error instanceof WireError ? error.phase : undefined;
      const failure = failureCode(error);
      attempt.publish({ ...common, durationMs: performance.now() - start, failedWhile, failure });
      throw error;
    }
  };
  return (request) => (attempt.active() ? watched(request) : send(request));
}

export function publishRetry(
  { retry }: Topics,
  { operation, method, path, progress }: WireRequest,
  reason: string,
  delayMs: number,
): void {
  if (!retry.active()) return;
  const attempt = progress.attempts;
  retry.publish({ operation, method, path: redactPath(path), attempt, reason, delayMs });
}

/** The first code in the chain of causes, such as `ECONNREFUSED`. */
export function failureCode(error: unknown): string | undefined {
  for (const one of causesOf(error)) {
    const { code } = one as { readonly code?: unknown };
    if (typeof code === "string") return code;
  }
  return isError(error) ? error.name : undefined;
}
