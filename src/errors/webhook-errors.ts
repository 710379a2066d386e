/** What can go wrong with receiving a webhook and with handling it. */

import { isError } from "../checks/errors.js";
import { printable } from "../checks/printable.js";
import { describeError, SdkError } from "./sdk-error.js";

/**
 * Codes of {@link WebhookVerificationError}.
 *
 * - `webhook_body_not_raw`: not the raw body but the output of a body parser. A bug in the app.
 * - `webhook_header_missing`, `webhook_header_repeated`, `webhook_header_malformed`: not a signed delivery.
 * - `webhook_signature_mismatch`: signed with none of the secrets, or altered since; it may be forged.
 * - `webhook_timestamp_stale`, `webhook_timestamp_future`: genuine, but signed outside the time window.
 */
export type WebhookVerificationErrorCode =
  | "webhook_body_not_raw"
  | "webhook_header_missing"
  | "webhook_header_repeated"
  | "webhook_header_malformed"
  | "webhook_signature_mismatch"
  | "webhook_timestamp_stale"
  | "webhook_timestamp_future";

/** A delivery that cannot be proven recent and from Airwallex. Contains no secret and no payload. */
export class WebhookVerificationError extends SdkError {
  readonly code: WebhookVerificationErrorCode;
  /** The header at fault, if any. */
  readonly header: string | undefined;

  constructor(code: WebhookVerificationErrorCode, why: string, header?: string) {
    super("WebhookVerificationError", `Cannot verify the webhook: ${why}`);
    this.code = code;
    this.header = header;
  }
}

/**
 * Codes of {@link WebhookPayloadError}.
 *
 * - `webhook_body_not_json`: the body is not UTF-8 or not JSON.
 * - `webhook_envelope_invalid`: the body is JSON but not an event: `id` or `name` is missing, or the `id` is
 *   none that a store can hold (1 to 512 characters of well-formed text, without U+0000).
 */
export type WebhookPayloadErrorCode = "webhook_body_not_json" | "webhook_envelope_invalid";

/** The signature is valid, but the body is not an event. Contains nothing from the body. */
export class WebhookPayloadError extends SdkError {
  readonly code: WebhookPayloadErrorCode;

  constructor(code: WebhookPayloadErrorCode, why: string) {
    super("WebhookPayloadError", `Cannot read the webhook: ${why}`);
    this.code = code;
  }
}

/**
 * Codes of {@link WebhookRequestError}.
 *
 * - `webhook_body_too_large`, `webhook_body_timeout`, `webhook_body_lost`: the body was not fully read.
 * - `webhook_body_encoded`: the body is compressed, which is not supported.
 * - `webhook_method_not_allowed`: not a POST.
 */
export type WebhookRequestErrorCode =
  | "webhook_body_too_large"
  | "webhook_body_timeout"
  | "webhook_body_lost"
  | "webhook_body_encoded"
  | "webhook_method_not_allowed";

/** A request that could not be read as a webhook delivery. */
export class WebhookRequestError extends SdkError {
  readonly code: WebhookRequestErrorCode;

  constructor(code: WebhookRequestErrorCode, why: string) {
    super("WebhookRequestError", `Cannot receive the webhook: ${why}`);
    this.code = code;
  }
}

/** The name or the id of an event for a message. Both come from outside, and must not steer a terminal. */
export const shown = (text: string): string => printable(text.slice(0, 100));

/** One or more handlers of an event failed. The event was released: its next delivery runs them again. */
export class WebhookHandlerError extends SdkError {
  readonly code = "webhook_handler_failed";
  readonly eventId: string;
  readonly eventName: string;
  /**
   * What each failed handler threw, in handler order. These are the app's own errors and may contain
   * anything; they are logged, because they are the reason for the failure.
   */
  readonly errors: readonly unknown[];

  constructor(event: { readonly id: string; readonly name: string }, errors: readonly unknown[]) {
    const count = errors.length === 1 ? "a handler" : `${errors.length} handlers`;
    super(
      "WebhookHandlerError",
      `Cannot handle the event ${shown(event.name)} ${shown(event.id)}: ${count} failed`,
    );
    this.eventId = event.id;
    this.eventName = event.name;
    this.errors = errors;
  }

  /** The error as plain data, with the name, message and code of each handler's error. */
  override toJSON(): Record<string, unknown> {
    const errors = this.errors.map((one) => (isError(one) ? describeError(one) : String(one)));
    return { ...super.toJSON(), errors };
  }
}
