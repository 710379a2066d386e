import { expect, test } from "vitest";
import {
  ApiError,
  type ApiErrorCode,
  NetworkError,
  ValidationError,
} from "../../src/errors/index.js";
import { pauseAfter } from "../../src/onboarding/steps.js";

const facts = {
  operation: "accounts.submit",
  method: "POST",
  path: "/api/v1/accounts/acct_1/submit",
  outcome: "not_done",
  attempts: 4,
} as const;

function refused(code: ApiErrorCode, status: number): ApiError {
  const remote = {
    status,
    apiCode: undefined,
    remoteMessage: undefined,
    source: undefined,
    details: undefined,
    fieldErrors: [],
    traceId: undefined,
    retryAfterMs: undefined,
  };
  return new ApiError(code, remote, facts, { body: undefined });
}

test.each([
  ["a conflict", refused("conflict", 409)],
  ["a rate limit", refused("rate_limited", 429)],
  ["a server that fails", refused("server_error", 503)],
  ["a timeout", new NetworkError("timeout", "connecting", "Cannot call", facts)],
  ["a refused connection", new NetworkError("unreachable", "connecting", "", facts)],
  ["a lost answer", new NetworkError("response_lost", "waiting", "Cannot call", facts)],
])("pauseAfter() tries again after %s, four times, each wait up to twice as long", (_, error) => {
  for (const [failures, mostMs] of [1000, 2000, 4000, 8000].entries()) {
    const pauseMs = pauseAfter(error, failures) ?? 0;
    expect(pauseMs).toBeGreaterThanOrEqual(mostMs / 2);
    expect(pauseMs).toBeLessThanOrEqual(mostMs);
  }
  expect(pauseAfter(error, 4)).toBeUndefined();
});

test.each([
  ["wrong data", refused("invalid_request", 400)],
  ["a missing permission", refused("forbidden", 403)],
  ["wrong input", new ValidationError("accounts.submit", [])],
  ["an error of the app's own", new Error("timeout")],
])("pauseAfter() gives up at once after %s", (_, error) => {
  expect(pauseAfter(error, 0)).toBeUndefined();
});
