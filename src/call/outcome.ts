/** Turns a response, or the lack of one, into a typed result or an error of ours. */

import { isObject, textOf } from "../checks/values.js";
import type { CallFacts } from "../errors/index.js";
import {
  ApiError,
  AuthenticationError,
  listIssues,
  NetworkError,
  ScaRequiredError,
  SdkError,
  ShapeError,
  ValidationError,
} from "../errors/index.js";
import { findDrift } from "../report/drift.js";
import { createRedactor, type Redactor, redactPath, shorten } from "../report/redact.js";
import type { Endpoint } from "../schemas/endpoint.js";
import { describeUnreadable, parseBody, textOfBody } from "../transport/body.js";
import { DeadlineError } from "../transport/deadline.js";
import {
  NoTokenError,
  requestIdOf,
  WireError,
  type WireRequest,
  type WireResponse,
} from "../transport/wire.js";
import { readRemoteError, toApiError } from "./api-error.js";
import { parseExactly } from "./exact-json.js";
import { asksForSca, scaSessionCodeOf } from "./sca.js";
import type { CallExtras, CallSettings } from "./settings.js";

/** Everything that was sent, so that it is recognised where the response quotes it. */
export interface Sent {
  readonly bodies: readonly unknown[];
  readonly query: unknown;
}

/** A response with status 300 or above, as an error. */
export function refusal(
  request: WireRequest,
  response: WireResponse,
  sent: Sent,
  { unauthorized, check }: CallSettings,
): Error {
  const scaSessionCode = scaSessionCodeOf(response);
  const secrets = [...secretsOf(request), scaSessionCode ?? ""];
  const redactor = createRedactor(sent.bodies, secrets, sent.query);
  const facts = factsOf(request, response, redactor);
  if (asksForSca(response)) {
    const remote = readRemoteError(response, parseBody(response), redactor);
    return new ScaRequiredError(remote, facts, scaSessionCode);
  }
  if (response.status !== 401) return toApiError(response, facts, redactor, request.progress.hint);
  const remote = readRemoteError(response, parseBody(response), redactor);
  return new AuthenticationError(unauthorized, remote, facts, {
    check,
    advice: request.progress.hint,
  });
}

/** The parsed body of a successful response; undefined if there is none, or it is not JSON. */
export function readBody(
  response: WireResponse,
  { anyBody, exactNumbers }: Pick<CallExtras<unknown>, "anyBody" | "exactNumbers">,
): unknown {
  const data = parseBody(response, exactNumbers ? parseExactly : JSON.parse);
  if (data !== undefined || !anyBody || response.body.length === 0) return data;
  return textOfBody(response.body);
}

/**
 * Why a successful response is no answer of the endpoint; undefined if it is one. Proxies, sign-in and
 * maintenance pages return 200 too, and some of them JSON.
 */
export function problemWithAnswer(
  { mustHave }: Endpoint,
  response: WireResponse,
  data: unknown,
  anyBody: boolean | undefined,
): string | undefined {
  if (data === undefined) return anyBody ? undefined : describeUnreadable(response);
  if (mustHave === undefined) return undefined;
  if (mustHave.length === 0) return Array.isArray(data) ? undefined : "the answer is not a list";
  const has = (name: string): boolean => {
    const value = isObject(data) ? data[name] : undefined;
    if (name === "items") return Array.isArray(value);
    // Nothing can be found again by an id that is empty, or no text.
    if (/(^|_)id$/.test(name)) return typeof value === "number" || textOf(value) !== undefined;
    return value !== undefined && value !== null;
  };
  if (mustHave.some(has)) return undefined;
  return `the answer has ${mustHave.length === 1 ? "no" : "none of"} ${mustHave.join(", ")}`;
}

/** The error for such a response: a write is then as unknown as after a lost response. */
export function noAnswer(
  request: WireRequest,
  response: WireResponse,
  data: unknown,
  problem: string,
): ShapeError {
  const outcome = request.retry === "safe" ? "done" : "unknown";
  const facts: CallFacts = { ...factsOf(request, response), outcome };
  const message = `Cannot read the answer to ${request.operation}: status ${response.status}, and ${problem}`;
  return new ShapeError(
    "unreadable_response",
    message,
    facts,
    [],
    data ?? response.body.toString(),
  );
}

/** Reports what a successful response has that the model has not; throws for a wrong shape if validation is strict. */
export async function reportDrift(
  { response: shape }: Endpoint,
  request: WireRequest,
  response: WireResponse,
  data: unknown,
  { validation, topics: { drift } }: CallSettings,
): Promise<void> {
  const strict = validation === "strict";
  if (!shape || !(strict || drift.active())) return;
  const differences = await findDrift(shape, data);
  if (differences.length === 0) return;
  const { operation, method } = request;
  const path = redactPath(request.path);
  const requestId = requestIdOf(response.headers);
  if (drift.active()) {
    drift.publish({ operation, method, path, requestId, shape: shape.name, issues: differences });
  }
  const issues = differences.filter(({ kind }) => kind === "mismatch");
  if (!strict || issues.length === 0) return;
  const facts: CallFacts = { ...factsOf(request, response), outcome: "done" };
  const message = `Cannot accept the answer to ${operation}: ${issues.length} ${issues.length === 1 ? "member differs" : "members differ"} from ${shape.name}; ${listIssues(issues)}`;
  throw new ShapeError("unexpected_shape", message, facts, issues, data);
}

/** Translates a lower-level failure into what the caller sees; an abort becomes the caller's own reason. */
export function translate(error: unknown, request: WireRequest): unknown {
  const { operation, deadline } = request;
  // Also covers an abort between two waits, which interrupted neither.
  if (deadline.ended?.kind === "aborted") return deadline.ended.reason;
  const facts = factsOf(request, undefined);
  if (isEnd(error)) {
    const phase = error instanceof WireError ? error.phase : deadline.phase;
    const cause = error instanceof DeadlineError ? error.cause : undefined;
    const failed = cause instanceof Error ? `, which had failed: ${cause.message}` : "";
    const message = `Cannot finish ${operation} in time: the deadline passed while ${phase}${failed}`;
    return new NetworkError("timeout", phase, message, facts, cause);
  }
  if (error instanceof NoTokenError) return translateNoToken(error, request);
  if (!(error instanceof WireError)) return error;
  const { sent, phase } = error;
  const own = ownError(error.cause);
  // Re-created, because only here does the stack lead back to the caller.
  if (own instanceof ValidationError) return new ValidationError(operation, own.issues, own.cause);
  if (own) return own;
  const cause = plainCause(error.cause, quotedIn(request));
  const text = reasonOf(cause);
  return sent
    ? new NetworkError(
        "response_lost",
        phase,
        `Cannot finish ${operation}: the connection was lost while ${phase}, ${text}`,
        facts,
        cause,
      )
    : new NetworkError(
        "unreachable",
        phase,
        `Cannot reach ${request.origin} for ${operation}: ${text}`,
        facts,
        cause,
      );
}

/**
 * If another call, such as a login shared by many, kept this one from being made, each gets an error of
 * its own with the other call's error as its cause. Other errors are returned unchanged.
 */
function translateNoToken({ reason, cause }: NoTokenError, request: WireRequest): unknown {
  if (!(cause instanceof SdkError)) return cause;
  if (request.progress.ambiguous) return lost(cause, request);
  const because = `${reason}, `;
  const facts = factsOf(request, undefined);
  const message = `Cannot call ${request.operation}: ${because}${cause.message}`;
  if (cause instanceof ApiError)
    return new ApiError(cause.code, cause, facts, { body: cause.body, because, cause });
  if (cause instanceof AuthenticationError) {
    const { code, check } = cause;
    return new AuthenticationError(code, cause, facts, { because, cause, check });
  }
  if (cause instanceof ShapeError)
    return new ShapeError(cause.code, message, facts, cause.issues, cause.data, cause);
  if (cause instanceof NetworkError)
    return new NetworkError(cause.code, cause.phase, message, facts, cause);
  return cause;
}

/** A write that may have been done and could not be repeated. */
function lost(error: SdkError, request: WireRequest): NetworkError {
  const message = `Cannot finish ${request.operation}: its answer was lost, and it could not be made again, ${error.message}`;
  const { phase } = request.deadline;
  return new NetworkError("response_lost", phase, message, factsOf(request, undefined), error);
}

/** Finds an error thrown by the request body while being read, such as a stream too long; fetch wraps it. */
function ownError(error: unknown): SdkError | undefined {
  if (error instanceof SdkError) return error;
  return error instanceof Error ? ownError(error.cause) : undefined;
}

/**
 * A copy of a transport's error without data it may carry: undici's parser error has the response's bytes.
 */
function plainCause(error: unknown, redactor: Redactor): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = plainCause(error.cause, redactor);
  const message = redactor.text(shorten(error.message));
  const options = cause && { cause };
  const plain =
    error instanceof AggregateError
      ? new AggregateError(plainErrors(error.errors, redactor), message, options)
      : new Error(message, options);
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string") Object.assign(plain, { code });
  Object.defineProperty(plain, "name", { value: error.name });
  // Only the message is redacted in the stack: a path such as node_modules/@scope is not an email address.
  const stack = error.stack?.replace(error.message, () => message);
  Object.defineProperty(plain, "stack", { value: stack });
  return plain;
}

function plainErrors(errors: readonly unknown[], redactor: Redactor): readonly Error[] {
  return errors.slice(0, 10).flatMap((error) => plainCause(error, redactor) ?? []);
}

/** What went wrong, in the words of the deepest error that has any. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown reason";
  // OpenSSL ends its messages with a newline.
  const own = error.message.trim();
  const deeper = error instanceof AggregateError ? error.errors : [error.cause];
  const reasons = deeper.filter((one) => one instanceof Error).map(reasonOf);
  // fetch says only that it failed; an AggregateError says nothing.
  if (reasons.length > 0 && (own === "" || own === "fetch failed")) {
    return [...new Set(reasons)].join("; ");
  }
  const { code } = error as { readonly code?: unknown };
  return own || (typeof code === "string" ? code : error.name);
}

/** Mocks, and an app's own `fetch`, may quote the URL, headers and body of a request they could not send. */
function quotedIn(request: WireRequest): Redactor {
  const { query, body } = request;
  const text = typeof body === "string" ? body : "";
  const sent = [asJson(text), { token: [query.slice(1), text] }];
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return createRedactor(sent, secretsOf(request), parameters);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEnd(error: unknown): boolean {
  return (error instanceof WireError ? error.cause : error) instanceof DeadlineError;
}

function factsOf(
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

/** Header values that must never be quoted back. */
function secretsOf({ headers, progress }: WireRequest): readonly string[] {
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
