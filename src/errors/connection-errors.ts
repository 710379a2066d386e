/** What can become of a connected account's tokens. */

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
 * A callback of the consent pages that brings no connection. Every code but `code_used` means that the
 * customer has to begin again; with `code_used` the connection may be there already, by an earlier
 * callback with the same code, such as the first of a double click.
 */
export class OAuthCallbackError extends SdkError {
  readonly code: OAuthCallbackErrorCode;
  /** The `error` of the callback or of the token endpoint, where there was one. */
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
 * The connection is over, or never was: the customer has to consent again. `oauth.authorizationUrl`
 * says where to send them.
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
 * The refresh token was spent, the answer was lost, and it is too late to spend it again: that would
 * be taken for a leak. Another process may still hold the new pair and write it. If that does not
 * happen, `oauth.refresh(id, { force: true })` tries all the same; if even that fails, the connection
 * is revoked.
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

/** The tokens could not be renewed now; nothing is lost. Try again later. */
export class TokenRefreshUnavailableError extends TokenError {
  readonly code = "refresh_unavailable";

  constructor(connectionId: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : "the reason is not known";
    super(
      "TokenRefreshUnavailableError",
      `its tokens cannot be renewed now, ${why}`,
      connectionId,
      cause,
    );
  }
}
