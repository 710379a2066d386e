/** What can go wrong with a call, apart from a refusal. */

import type { Account } from "../generated/accounts.js";
import {
  adviseOnUnknown,
  type CallFacts,
  describeCall,
  type Issue,
  listIssues,
  type Outcome,
  showLines,
} from "./facts.js";
import { SdkError } from "./sdk-error.js";

/** Codes of {@link NetworkError}. */
export type NetworkErrorCode = "timeout" | "unreachable" | "response_lost";

/** Codes of {@link ShapeError}. */
export type ShapeErrorCode = "unexpected_shape" | "unreadable_response" | "repeated_page";

/** Codes of {@link AccountStatusError}. */
export type AccountStatusErrorCode = "status_unreachable" | "status_timeout";

export abstract class CallError extends SdkError implements CallFacts {
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
