/** What can go wrong with a call. */

import type { Account } from "../generated/accounts.js";
import {
  type ApiCode,
  adviseOnUnknown,
  type CallFacts,
  describeCall,
  describeRefusal,
  type FieldError,
  type Issue,
  listIssues,
  type Outcome,
  type RemoteError,
  showLines,
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

/** Codes of {@link NetworkError}. */
export type NetworkErrorCode = "timeout" | "unreachable" | "response_lost";

/** Codes of {@link ShapeError}. */
export type ShapeErrorCode = "unexpected_shape" | "unreadable_response" | "repeated_page";

/** Codes of {@link AccountStatusError}. */
export type AccountStatusErrorCode = "status_unreachable" | "status_timeout";

abstract class CallError extends SdkError implements CallFacts {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Whether the call changed anything: `not_done`, `unknown` (check before retrying) or `done`. */
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

/** Set when it was not the call itself that failed, but the login before it. */
interface LoginFailed {
  readonly because?: string;
  readonly cause?: unknown;
}

abstract class RefusalError extends CallError implements RemoteError {
  readonly status: number;
  /** The API's own code, such as `insufficient_fund`; undefined if the body had none. */
  readonly apiCode: ApiCode | undefined;
  readonly remoteMessage: string | undefined;
  readonly source: string | undefined;
  readonly details: unknown;
  readonly fieldErrors: readonly FieldError[];
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    name: string,
    hint: string,
    remote: RemoteError,
    facts: CallFacts,
    { because, cause }: LoginFailed = {},
  ) {
    super(name, describeRefusal(remote, facts, because) + hint, facts, cause);
    this.status = remote.status;
    this.apiCode = remote.apiCode;
    this.remoteMessage = remote.remoteMessage;
    this.source = remote.source;
    this.details = remote.details;
    this.fieldErrors = remote.fieldErrors;
    this.traceId = remote.traceId;
    this.retryAfterMs = remote.retryAfterMs;
    this.#headers = remote.headers ?? {};
  }

  /** The headers of the response, names in lower case, without cookies, sessions and tokens. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

/**
 * The API refused the call.
 *
 * `code` follows the HTTP status; `apiCode` is the API's own code.
 * See https://www.airwallex.com/docs/api#/Errors.
 */
export class ApiError extends RefusalError {
  readonly code: ApiErrorCode;
  readonly #body: unknown;

  constructor(
    code: ApiErrorCode,
    remote: RemoteError,
    facts: CallFacts,
    answer: { readonly body: unknown; readonly hint?: string } & LoginFailed,
  ) {
    super("ApiError", answer.hint ?? "", remote, facts, answer);
    this.code = code;
    this.#body = answer.body;
  }

  /** The body as received. It can contain personal data: do not log it. */
  get body(): unknown {
    return this.#body;
  }
}

/** The login was refused, or a token was refused and renewing it did not help. */
export class AuthenticationError extends RefusalError {
  readonly code: AuthenticationErrorCode;
  readonly #check: string;

  constructor(
    code: AuthenticationErrorCode,
    remote: RemoteError,
    facts: CallFacts,
    {
      check = usualChecks[code],
      advice = adviseOnRefusal(code, remote, check),
      ...login
    }: LoginFailed & {
      readonly check?: string | undefined;
      readonly advice?: string | undefined;
    } = {},
  ) {
    super("AuthenticationError", `; ${advice}`, remote, facts, login);
    this.code = code;
    this.#check = check;
  }

  /** What to check, in terms of the client's options. */
  get check(): string {
    return this.#check;
  }
}

const usualChecks: Record<AuthenticationErrorCode, string> = {
  login_refused: "check clientId and apiKey, and that they belong to this environment",
  token_refused: "check the permissions of the API key, and its IP allow-list",
};

function adviseOnRefusal(
  code: AuthenticationErrorCode,
  { apiCode, remoteMessage }: RemoteError,
  check: string,
): string {
  if (code === "login_refused") return check;
  // Permissions and allow-lists do not make a token expire.
  return /expired/i.test(`${apiCode} ${remoteMessage}`)
    ? "it ended before its time; call again in a few seconds, and the client gets another one"
    : `a valid token was refused; ${check}`;
}

/**
 * Strong customer authentication (SCA): a person has to verify before the call is made. Nothing was done.
 *
 * Let them verify with `scaSessionCode`, and call again with the option `scaToken` and, where there is one,
 * with `idempotencyKey` as the `request_id`. docs/sca.md shows how. A token that was used up or is too old is
 * refused in the same way, with a new session.
 */
export class ScaRequiredError extends RefusalError {
  readonly code = "sca_required";
  readonly #scaSessionCode: string | undefined;

  constructor(remote: RemoteError, facts: CallFacts, scaSessionCode: string | undefined) {
    const { outcome, idempotencyKey: id } = facts;
    const again = id === undefined || outcome === "unknown" ? "" : ` and the request_id "${id}"`;
    const advice = `; let a person verify (error.scaSessionCode), then call again with scaToken${again}`;
    super("ScaRequiredError", advice, remote, facts);
    this.#scaSessionCode = scaSessionCode;
  }

  /**
   * The session to verify in, for `scaVerify` of the component package; undefined if the API gave none. It
   * is for the browser of that person alone: do not log it.
   */
  get scaSessionCode(): string | undefined {
    return this.#scaSessionCode;
  }
}

/** No response: the connection failed or was lost, or the deadline passed. */
export class NetworkError extends CallError {
  readonly code: NetworkErrorCode;
  /** What the call was doing, such as `waiting for the answer`. */
  readonly phase: string;

  constructor(
    code: NetworkErrorCode,
    phase: string,
    message: string,
    facts: CallFacts,
    cause?: unknown,
  ) {
    super("NetworkError", message, facts, cause);
    this.code = code;
    this.phase = phase;
  }
}

/** The input cannot be sent. Thrown before any I/O. */
export class ValidationError extends SdkError {
  readonly code = "invalid_input";
  readonly operation: string;
  /** Nothing was sent. */
  readonly outcome: "not_done" = "not_done";
  readonly issues: readonly Issue[];

  constructor(operation: string, issues: readonly Issue[], cause?: unknown) {
    super("ValidationError", `Cannot call ${operation}: ${listIssues(issues)}`, cause);
    this.operation = operation;
    this.issues = showLines(issues);
  }
}

/**
 * The call succeeded, but the response body is not what was expected.
 *
 * `unreadable_response` is always thrown for a body that is not JSON, or that lacks what every answer of
 * the call has, such as its id: it may come from a proxy, so the outcome of a write is then `unknown`.
 * `unexpected_shape` is thrown only under `validation: "strict"`: the answer comes from the API, so the work
 * was done. `data` holds what was received.
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
    cause?: unknown,
  ) {
    super("ShapeError", message, facts, cause);
    this.code = code;
    this.issues = showLines(issues);
    this.#data = data;
  }

  /** The data as received. It can contain personal data: do not log it. */
  get data(): unknown {
    return this.#data;
  }
}

/**
 * An account did not reach the awaited status. `whatIsMissing(error)` lists what holds it up.
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
   * The account as last read; undefined if not even the first read succeeded. It can contain personal
   * data: do not log it.
   */
  get account(): Account | undefined {
    return this.#account;
  }
}
