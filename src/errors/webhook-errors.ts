/** What can be wrong with a delivery of a webhook, and with handling it. */

import { describeError, SdkError } from "./sdk-error.js";

/**
 * Codes of {@link WebhookVerificationError}.
 *
 * - `webhook_body_not_raw`: not the body as it came, but what a parser made of it. The app's mistake.
 * - `webhook_header_missing`, `webhook_header_repeated`, `webhook_header_malformed`: not a signed delivery.
 * - `webhook_signature_mismatch`: signed with none of the secrets, or changed since; it may be forged.
 * - `webhook_timestamp_stale`, `webhook_timestamp_future`: genuine, and signed outside the window.
 */
export type WebhookVerificationErrorCode =
  | "webhook_body_not_raw"
  | "webhook_header_missing"
  | "webhook_header_repeated"
  | "webhook_header_malformed"
  | "webhook_signature_mismatch"
  | "webhook_timestamp_stale"
  | "webhook_timestamp_future";

/** A delivery that nothing proves to be from Airwallex, or to be recent. Holds no secret and no payload. */
export class WebhookVerificationError extends SdkError {
  readonly code: WebhookVerificationErrorCode;
  /** The header to blame, where it is one. */
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
 * - `webhook_envelope_invalid`: it is JSON, and not an event: `id` or `name` is missing.
 */
export type WebhookPayloadErrorCode = "webhook_body_not_json" | "webhook_envelope_invalid";

/** The signature is good, and the body is not an event. Holds nothing of the body. */
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
 * - `webhook_body_too_large`, `webhook_body_timeout`, `webhook_body_lost`: the body did not arrive whole.
 * - `webhook_body_encoded`: it is compressed, which nobody asked for.
 * - `webhook_method_not_allowed`: not a POST.
 */
export type WebhookRequestErrorCode =
  | "webhook_body_too_large"
  | "webhook_body_timeout"
  | "webhook_body_lost"
  | "webhook_body_encoded"
  | "webhook_method_not_allowed";

/** A request that is no delivery that could be looked at. */
export class WebhookRequestError extends SdkError {
  readonly code: WebhookRequestErrorCode;

  constructor(code: WebhookRequestErrorCode, why: string) {
    super("WebhookRequestError", `Cannot receive the webhook: ${why}`);
    this.code = code;
  }
}

/** Handlers of an event failed. The event was given back: its next delivery runs them again. */
export class WebhookHandlerError extends SdkError {
  readonly code = "webhook_handler_failed";
  readonly eventId: string;
  readonly eventName: string;
  /**
   * What each failed handler threw, in their order. It is the app's own and may hold anything; a log
   * shows it, because it is the reason.
   */
  readonly errors: readonly unknown[];

  constructor(event: { readonly id: string; readonly name: string }, errors: readonly unknown[]) {
    const count = errors.length === 1 ? "a handler" : `${errors.length} handlers`;
    super(
      "WebhookHandlerError",
      `Cannot handle the event ${event.name} ${event.id}: ${count} failed`,
    );
    this.eventId = event.id;
    this.eventName = event.name;
    this.errors = errors;
  }

  /** As plain data, each of the errors by its name, message and code. */
  override toJSON(): Record<string, unknown> {
    const errors = this.errors.map((one) =>
      one instanceof Error ? describeError(one) : String(one),
    );
    return { ...super.toJSON(), errors };
  }
}
