/** A call that the API refused, or whose login it refused. */

import { CallError } from "./call-errors.js";
import {
  type ApiCode,
  type CallFacts,
  describeRefusal,
  type FieldError,
  type RemoteError,
} from "./facts.js";

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
