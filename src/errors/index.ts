/** Everything this package throws, and how to tell one failure from another. */

import type {
  AccountStatusError,
  NetworkError,
  ShapeError,
  ValidationError,
} from "./call-errors.js";
import type {
  ConnectionRevokedError,
  OAuthCallbackError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
  UnsavedTokensError,
} from "./connection-errors.js";
import type { ApiError, AuthenticationError, ScaRequiredError } from "./refusal-errors.js";
import { SdkError } from "./sdk-error.js";
import type { StoreError } from "./store-errors.js";
import type {
  WebhookHandlerError,
  WebhookPayloadError,
  WebhookRequestError,
  WebhookVerificationError,
} from "./webhook-errors.js";

export {
  AccountStatusError,
  type AccountStatusErrorCode,
  NetworkError,
  type NetworkErrorCode,
  ShapeError,
  type ShapeErrorCode,
  ValidationError,
} from "./call-errors.js";
export {
  ConnectionRevokedError,
  type ConnectionRevokedErrorCode,
  OAuthCallbackError,
  type OAuthCallbackErrorCode,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
  UnsavedTokensError,
} from "./connection-errors.js";
export type {
  ApiCode,
  CallFacts,
  FieldError,
  Issue,
  Outcome,
  RemoteError,
} from "./facts.js";
export { formatPath, listIssues } from "./facts.js";
export {
  ApiError,
  type ApiErrorCode,
  AuthenticationError,
  type AuthenticationErrorCode,
  ScaRequiredError,
} from "./refusal-errors.js";
export { SdkError } from "./sdk-error.js";
export { StoreError, type StoreErrorCode } from "./store-errors.js";
export {
  WebhookHandlerError,
  WebhookPayloadError,
  type WebhookPayloadErrorCode,
  WebhookRequestError,
  type WebhookRequestErrorCode,
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./webhook-errors.js";

/** Every `code` that an error from this package can have. */
export type SdkErrorCode = AirwallexError["code"];

/** Every error class in this package; a `switch` on `code` narrows it. */
export type AirwallexError =
  | ApiError
  | AuthenticationError
  | ScaRequiredError
  | NetworkError
  | ValidationError
  | ShapeError
  | AccountStatusError
  | ConnectionRevokedError
  | OAuthCallbackError
  | RefreshOutcomeUnknownError
  | TokenRefreshUnavailableError
  | UnsavedTokensError
  | StoreError
  | WebhookVerificationError
  | WebhookPayloadError
  | WebhookRequestError
  | WebhookHandlerError;

/**
 * True for every error from this package, including one from a duplicate copy of it. A
 * `switch (error.code)` then narrows the type.
 *
 * @example
 * try {
 *   await client.accounts.submit(id);
 * } catch (error) {
 *   if (isAirwallexError(error) && error.code === "invalid_request") console.log(error.fieldErrors);
 *   else throw error;
 * }
 */
export function isAirwallexError(value: unknown): value is AirwallexError {
  return value instanceof SdkError;
}
