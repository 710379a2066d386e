/** What can go wrong with a call. */

import type { Account } from "../schemas/accounts.generated.js";
import {
  adviseOnUnknown,
  type CallFacts,
  describeCall,
  describeRefusal,
  type FieldError,
  type Issue,
  listIssues,
  type Outcome,
  type RemoteError,
} from "./facts.js";
import { SdkError } from "./sdk-error.js";

/** Codes of {@link ApiError}, from the HTTP status. */
export type ApiErrorCode =
  | "invalid_request"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "rate_limited"
  | "server_error"
  | "refused";

/** Codes of {@link AuthenticationError}. */
export type AuthenticationErrorCode = "login_refused" | "token_refused";

/** Codes of {@link ConnectionError}. */
export type ConnectionErrorCode = "timeout" | "connection_failed" | "connection_lost";

/** Codes of {@link ShapeError}. */
export type ShapeErrorCode = "unexpected_shape" | "unreadable_response" | "repeated_page";

/** Codes of {@link AccountStatusError}. */
export type AccountStatusErrorCode = "status_unreachable" | "status_timeout";

abstract class CallError extends SdkError implements CallFacts {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly requestId: string | undefined;
  readonly idempotencyKey: string | undefined;

  constructor(name: string, message: string, facts: CallFacts, cause?: unknown) {
    super(name, `${message}${adviseOnUnknown(facts)} (${describeCall(facts)})`, cause);
    this.operation = facts.operation;
    this.method = facts.method;
    this.path = facts.path;
    this.outcome = facts.outcome;
    this.attempts = facts.attempts;
    this.requestId = facts.requestId;
    this.idempotencyKey = facts.idempotencyKey;
  }
}

abstract class RefusalError extends CallError implements RemoteError {
  readonly status: number;
  readonly apiCode: string | undefined;
  readonly remoteMessage: string | undefined;
  readonly source: string | undefined;
  readonly details: unknown;
  readonly fieldErrors: readonly FieldError[];
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(name: string, hint: string, remote: RemoteError, facts: CallFacts) {
    super(name, describeRefusal(remote, facts) + hint, facts);
    this.status = remote.status;
    this.apiCode = remote.apiCode;
    this.remoteMessage = remote.remoteMessage;
    this.source = remote.source;
    this.details = remote.details;
    this.fieldErrors = remote.fieldErrors;
    this.traceId = remote.traceId;
    this.retryAfterMs = remote.retryAfterMs;
  }
}

/**
 * The remote answered and refused.
 *
 * `code` follows the HTTP status; `apiCode` is the remote's own.
 * See https://www.airwallex.com/docs/api#/Errors.
 */
export class ApiError extends RefusalError {
  readonly code: ApiErrorCode;
  readonly #body: unknown;

  constructor(
    code: ApiErrorCode,
    remote: RemoteError,
    facts: CallFacts,
    answer: { readonly body: unknown; readonly hint?: string },
  ) {
    super("ApiError", answer.hint ?? "", remote, facts);
    this.code = code;
    this.#body = answer.body;
  }

  /** The body as it came. It can hold personal data: do not log it. */
  get body(): unknown {
    return this.#body;
  }
}

/** The login was refused, or a token was refused that no renewal could replace. */
export class AuthenticationError extends RefusalError {
  readonly code: AuthenticationErrorCode;

  constructor(code: AuthenticationErrorCode, remote: RemoteError, facts: CallFacts) {
    super("AuthenticationError", `; ${authenticationHints[code]}`, remote, facts);
    this.code = code;
  }
}

const authenticationHints: Record<AuthenticationErrorCode, string> = {
  login_refused: "check the client id and the API key, and that they belong to this environment",
  token_refused: "a valid token was refused; check the key's permissions and its IP allow-list",
};

/** No answer: the connection failed, was lost, or the deadline passed. */
export class ConnectionError extends CallError {
  readonly code: ConnectionErrorCode;
  /** What the call was doing, such as `waiting for the answer`. */
  readonly phase: string;

  constructor(
    code: ConnectionErrorCode,
    phase: string,
    message: string,
    facts: CallFacts,
    cause?: unknown,
  ) {
    super("ConnectionError", message, facts, cause);
    this.code = code;
    this.phase = phase;
  }
}

/** What was passed in cannot be sent. Thrown before any I/O. */
export class ValidationError extends SdkError {
  readonly code = "invalid_input";
  readonly operation: string;
  readonly issues: readonly Issue[];

  constructor(operation: string, issues: readonly Issue[]) {
    super("ValidationError", `Cannot call ${operation}: ${listIssues(issues)}`);
    this.operation = operation;
    this.issues = issues;
  }
}

/**
 * The remote answered with success, and the body is not what was expected.
 *
 * Thrown for an unreadable body always, and for an unexpected shape only under
 * `validation: "strict"`. The work was done: `data` holds what came.
 */
export class ShapeError extends CallError {
  readonly code: ShapeErrorCode;
  readonly issues: readonly Issue[];
  readonly #data: unknown;

  constructor(
    code: ShapeErrorCode,
    message: string,
    facts: CallFacts,
    issues: readonly Issue[],
    data: unknown,
  ) {
    super("ShapeError", message, facts);
    this.code = code;
    this.issues = issues;
    this.#data = data;
  }

  /** What came, unchanged. It can hold personal data: do not log it. */
  get data(): unknown {
    return this.#data;
  }
}

/**
 * An account did not reach the status that was waited for. `whatIsMissing(error)` lists what it waits for.
 */
export class AccountStatusError extends SdkError {
  readonly code: AccountStatusErrorCode;
  readonly accountId: string;
  readonly status: string;
  readonly waitedForMs: number;
  readonly #account: Account | undefined;

  constructor(
    code: AccountStatusErrorCode,
    message: string,
    facts: { readonly accountId: string; readonly status: string; readonly waitedForMs: number },
    account: Account | undefined,
  ) {
    super("AccountStatusError", message);
    this.code = code;
    this.accountId = facts.accountId;
    this.status = facts.status;
    this.waitedForMs = facts.waitedForMs;
    this.#account = account;
  }

  /**
   * The account as last read; undefined where not even the first read came back. It can hold personal
   * data: do not log it.
   */
  get account(): Account | undefined {
    return this.#account;
  }
}
