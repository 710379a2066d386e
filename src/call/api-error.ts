/** Turns an error response into an error of ours, whatever the shape of its body. */

import { isObject, textOf } from "../checks/values.js";
import type { CallFacts, FieldError, RemoteError } from "../errors/index.js";
import { ApiError, type ApiErrorCode } from "../errors/index.js";
import { type Redactor, shorten } from "../report/redact.js";
import { retryAfterMs, waitInWords } from "../retry/retry-after.js";
import { describeUnreadable, parseBody } from "../transport/body.js";
import { header, type WireHeaders, type WireResponse } from "../transport/wire.js";

const codes: Readonly<Record<number, ApiErrorCode | undefined>> = {
  400: "invalid_request",
  401: "refused",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  422: "invalid_request",
  429: "rate_limited",
};

const longestMessage = 1000;
const longestCode = 200;

export function toApiError(
  response: WireResponse,
  facts: CallFacts,
  redactor: Redactor,
  known: string | undefined,
): ApiError {
  const { status } = response;
  const body = parseBody(response);
  const code = codes[status] ?? (status >= 500 ? "server_error" : "refused");
  const remote = readRemoteError(response, body, redactor);
  const hint = known ?? hintOf(response, body, remote);
  const raw = body === undefined ? response.body.toString() : body;
  return new ApiError(code, remote, facts, {
    body: raw,
    hint: hint === undefined ? "" : `; ${hint}`,
  });
}

/** What the API's own message does not say about the response, and what to do about it. */
function hintOf(
  response: WireResponse,
  body: unknown,
  { apiCode, remoteMessage, retryAfterMs: waitMs = 0 }: RemoteError,
): string | undefined {
  if (response.status < 400) return "redirects are not followed; check baseUrl";
  const wait = waitMs > 0 ? `the API asks to wait ${waitInWords(waitMs)}` : undefined;
  if (body === undefined) return [describeUnreadable(response), wait].filter(Boolean).join("; ");
  if (wait !== undefined) return wait;
  const isSilent = apiCode === undefined && remoteMessage === undefined;
  return isSilent ? "the answer has neither code nor message, see error.body" : undefined;
}

/** Reads an error body in the API's envelope, `{ code, message, source, details, trace_id }`. */
export function readRemoteError(
  { status, headers }: WireResponse,
  body: unknown,
  redactor: Redactor,
): RemoteError {
  const envelope = (isObject(body) ? body : {}) as Record<string, unknown>;
  // The token endpoint may use the OAuth 2 names instead.
  const message = textOf(envelope["message"]) ?? textOf(envelope["error_description"]);
  const details = envelope["details"];
  const remote = {
    apiCode: readCode(textOf(envelope["code"]) ?? textOf(envelope["error"]), redactor),
    // Truncated after redaction: a value cut in half would not be recognised.
    remoteMessage: message && redactor.excerpt(message).slice(0, longestMessage),
    source: cleanText(envelope["source"], redactor),
    details: details === undefined || details === null ? undefined : redactor.deep(details),
  };
  return {
    status,
    ...remote,
    fieldErrors: readFieldErrors(remote),
    traceId: cleanText(envelope["trace_id"], redactor)?.slice(0, longestCode),
    retryAfterMs: retryAfterMs(headers),
    headers: safeHeaders(headers, redactor),
  };
}

/** A word such as `field_required` is kept as it is, because programs compare it; anything else is no code. */
function readCode(code: string | undefined, redactor: Redactor): string | undefined {
  if (code === undefined || /^[a-z]+([_.-][a-z0-9]{1,30})*$/i.test(code)) {
    return code?.slice(0, longestCode);
  }
  return redactor.excerpt(code).slice(0, longestCode);
}

const secretHeader = /cookie|authoriz|authenticat|token|secret|session|api-?key/;

function safeHeaders(headers: WireHeaders, redactor: Redactor): Readonly<Record<string, string>> {
  const names = Object.keys(headers).filter((name) => !secretHeader.test(name));
  return Object.fromEntries(
    names.map((name) => [name, redactor.text(shorten(header(headers, name) ?? ""))]),
  );
}

/**
 * `details` is a list, or an object with an `errors` list, depending on API version and product. The
 * envelope's own `source` is the fallback.
 */
function readFieldErrors({
  details,
  source,
  apiCode,
  remoteMessage,
}: Pick<RemoteError, "details" | "source" | "apiCode" | "remoteMessage">): readonly FieldError[] {
  const list = Array.isArray(details) ? details : isObject(details) ? details["errors"] : undefined;
  const named = Array.isArray(list) ? list.flatMap(toFieldError) : [];
  if (named.length > 0) return named;
  return source === undefined ? [] : [{ field: source, code: apiCode, message: remoteMessage }];
}

function toFieldError(item: unknown): readonly FieldError[] {
  if (!isObject(item)) return [];
  const field = textOf(item["source"]) ?? textOf(item["field"]);
  if (field === undefined) return [];
  return [{ field, code: textOf(item["code"]), message: textOf(item["message"]) }];
}

function cleanText(value: unknown, redactor: Redactor): string | undefined {
  const plain = textOf(value);
  return plain === undefined ? undefined : redactor.text(shorten(plain));
}
