/** Turns the lack of a response into an error of ours. */

import { causesOf, errorsIn, isError, mostCauses } from "../checks/errors.js";
import {
  ApiError,
  AuthenticationError,
  NetworkError,
  SdkError,
  ShapeError,
  ValidationError,
} from "../errors/index.js";
import { createRedactor, type Redactor, shorten } from "../report/redact.js";
import { DeadlineError } from "../transport/deadline.js";
import { NoTokenError, WireError, type WireRequest } from "../transport/wire.js";
import { factsOf, secretsOf } from "./facts.js";

/** Translates a lower-level failure into what the caller sees; an abort becomes the caller's own reason. */
export function translate(error: unknown, request: WireRequest): unknown {
  const { operation, deadline } = request;
  // Also covers an abort between two waits, which interrupted neither.
  if (deadline.ended?.kind === "aborted") return deadline.ended.reason;
  const facts = factsOf(request, undefined);
  if (isEnd(error)) {
    const phase = error instanceof WireError ? error.phase : deadline.phase;
    const cause = error instanceof DeadlineError ? error.cause : undefined;
    const failed = isError(cause) ? `, which had failed: ${cause.message}` : "";
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
  for (const one of causesOf(error)) if (one instanceof SdkError) return one;
  return undefined;
}

/**
 * A copy of a transport's error without data it may carry: undici's parser error has the response's bytes.
 */
function plainCause(error: unknown, redactor: Redactor, depth = 0): Error | undefined {
  if (!isError(error) || depth >= mostCauses) return undefined;
  const cause = plainCause(error.cause, redactor, depth + 1);
  const message = redactor.text(shorten(error.message));
  const options = cause && { cause };
  const several = errorsIn(error);
  const plain = several
    ? new AggregateError(plainErrors(several, redactor, depth + mostCauses / 2), message, options)
    : new Error(message, options);
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string") Object.assign(plain, { code });
  Object.defineProperty(plain, "name", { value: error.name });
  // Only the message is redacted in the stack: a path such as node_modules/@scope is not an email address.
  const stack = error.stack?.replace(error.message, () => message);
  Object.defineProperty(plain, "stack", { value: stack });
  return plain;
}

function plainErrors(
  errors: readonly unknown[],
  redactor: Redactor,
  depth: number,
): readonly Error[] {
  return errors.slice(0, 10).flatMap((error) => plainCause(error, redactor, depth) ?? []);
}

/** What went wrong, in the words of the deepest error that has any. */
function reasonOf(error: unknown): string {
  if (!isError(error)) return "unknown reason";
  // OpenSSL ends its messages with a newline.
  const own = error.message.trim();
  const deeper = errorsIn(error) ?? [error.cause];
  const reasons = deeper.filter(isError).map(reasonOf);
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
