/** How connecting an account, or keeping its tokens fresh, can fail. */

import { reasonIn } from "../checks/errors.js";
import { SdkError } from "./sdk-error.js";

/** Codes of {@link ConnectionRevokedError}. */
export type ConnectionRevokedErrorCode = "connection_revoked" | "connection_missing";

/** Codes of {@link OAuthCallbackError}. */
export type OAuthCallbackErrorCode =
  | "access_denied"
  | "authorization_failed"
  | "code_missing"
  | "code_refused"
  | "code_used"
  | "state_missing"
  | "state_invalid"
  | "state_expired"
  | "state_mismatch";

const callbackHints: Readonly<Record<OAuthCallbackErrorCode, string>> = {
  access_denied: "the customer declined",
  authorization_failed: "Airwallex did not authorize it",
  code_missing: "it has neither a code nor an error",
  code_refused:
    "Airwallex refuses its code, which is too old or was used; let the customer begin again",
  code_used:
    "its code was used by another callback, which may have brought the connection; do not use it again",
  state_missing: "it has no state, so nobody knows who began it",
  state_invalid: "its state was not made by this app",
  state_expired: "its state is too old; let the customer begin again",
  state_mismatch: "its state belongs to another session; it may be forged or replayed",
};

/**
 * A callback from the consent pages that did not produce a connection. Every code except `code_used` means
 * that the customer has to start over. With `code_used` the connection may already exist, made by an
 * earlier callback with the same code, such as the first click of a double click.
 */
export class OAuthCallbackError extends SdkError {
  readonly code: OAuthCallbackErrorCode;
  /** The `error` from the callback or the token endpoint, if any. */
  readonly remoteError: string | undefined;

  constructor(code: OAuthCallbackErrorCode, remoteError?: string, cause?: unknown) {
    const said = remoteError === undefined ? "" : ` (${remoteError})`;
    super("OAuthCallbackError", `Cannot accept the callback: ${callbackHints[code]}${said}`, cause);
    this.code = code;
    this.remoteError = remoteError;
  }
}

abstract class TokenError extends SdkError {
  /** The API's own id of the connection. */
  readonly connectionId: string;

  constructor(name: string, message: string, connectionId: string, cause: unknown) {
    super(name, `Cannot use connection ${connectionId}: ${message}`, cause);
    this.connectionId = connectionId;
  }
}

/**
 * The connection was revoked or does not exist: the customer has to consent again. Send them to
 * `oauth.authorizationUrl()`.
 */
export class ConnectionRevokedError extends TokenError {
  readonly code: ConnectionRevokedErrorCode;

  constructor(code: ConnectionRevokedErrorCode, connectionId: string, cause?: unknown) {
    const what =
      code === "connection_revoked" ? "it has been revoked" : "there is no such connection";
    const message = `${what}; send the customer to oauth.authorizationUrl() to consent again`;
    super("ConnectionRevokedError", message, connectionId, cause);
    this.code = code;
  }
}

/**
 * The refresh token was spent, the response was lost, and it is too late to spend the token again: the
 * server would treat that as a leak. Another process may still hold the new pair and store it. If none
 * does, `oauth.refresh(id, { force: true })` tries anyway; if the server then rejects the token, the
 * connection is revoked.
 */
export class RefreshOutcomeUnknownError extends TokenError {
  readonly code = "refresh_outcome_unknown";
  /** How long ago the refresh token was first spent, in milliseconds. */
  readonly spentForMs: number;

  constructor(connectionId: string, spentForMs: number) {
    const seconds = Math.round(spentForMs / 1000);
    const message = `its refresh token was spent ${seconds} s ago and the answer was lost`;
    super("RefreshOutcomeUnknownError", message, connectionId, undefined);
    this.spentForMs = Math.round(spentForMs);
  }
}

/**
 * The tokens could not be renewed right now. With the outcome `not_done` nothing is lost, and a later call
 * can succeed. With `unknown` the answer to a refresh is missing; this process asks for it again in the
 * background, for as long as that is safe: use the connection again within half a minute, or keep the process.
 */
export class TokenRefreshUnavailableError extends TokenError {
  readonly code = "refresh_unavailable";
  /** Whether the refresh token may have been spent: `unknown`, or `not_done`. */
  readonly outcome: "not_done" | "unknown";

  constructor(connectionId: string, cause: unknown, outcome: "not_done" | "unknown") {
    const why = reasonIn(cause);
    const doubt =
      outcome === "unknown"
        ? "; an answer is missing, and is asked for again in the background"
        : "";
    super(
      "TokenRefreshUnavailableError",
      `its tokens cannot be renewed now, ${why}${doubt}`,
      connectionId,
      cause,
    );
    this.outcome = outcome;
  }
}

/** How many connections a message names; `connectionIds` has all of them. */
const mostNamed = 3;

/**
 * `close()` ended while tokens that were issued were not stored, because the store could not be reached in
 * time. When the process ends, they are lost: another process may get the connections back within a minute
 * of the refresh, and later those customers have to consent again.
 */
export class UnsavedTokensError extends SdkError {
  readonly code = "tokens_unsaved";
  /** The API's own ids of the connections. */
  readonly connectionIds: readonly string[];

  constructor(connectionIds: readonly string[], cause: unknown) {
    const named = connectionIds.slice(0, mostNamed).join(", ");
    const more =
      connectionIds.length > mostNamed ? ` and ${connectionIds.length - mostNamed} more` : "";
    super(
      "UnsavedTokensError",
      `Cannot close the client in time: tokens are not stored, of ${named}${more}; keep the process until the store is back and close again, or let these customers consent again`,
      cause,
    );
    this.connectionIds = connectionIds;
  }
}
