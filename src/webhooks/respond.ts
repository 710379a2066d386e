/**
 * Turns a delivery into the response that makes Airwallex do the right thing: 200 ends it, anything else
 * makes Airwallex deliver it again, for about three days.
 *
 * | what happened                                            | response           |
 * | -------------------------------------------------------- | ------------------ |
 * | handled, handled before, no handler, enqueued            | 200                |
 * | not properly signed, not an event, or body cut off       | 400                |
 * | another process is handling it                           | 409                |
 * | body too slow, too large, compressed; not a POST         | 408, 413, 415, 405 |
 * | a handler, inbox or `enqueue` failed; body not raw       | 500                |
 */

import { SdkError } from "../errors/sdk-error.js";
import {
  shown,
  WebhookHandlerError,
  WebhookPayloadError,
  WebhookRequestError,
  type WebhookRequestErrorCode,
  WebhookVerificationError,
} from "../errors/webhook-errors.js";
import type { WebhookEvent } from "./events.js";
import type { Webhooks } from "./handlers.js";
import type { WebhookHeaders } from "./header-values.js";
import type { RawBody } from "./signature.js";
import { warn } from "./warnings.js";

/** Options of {@link respondToDelivery} and of the HTTP handlers. */
export interface RespondToDeliveryOptions {
  /**
   * Takes the event instead of the handlers, which run later behind a queue, through `hooks.handle`. The
   * response is sent when its promise is fulfilled, so the queue must have the event by then.
   */
  readonly enqueue?: ((event: WebhookEvent) => unknown) | undefined;
  /**
   * Called with every error, that is for every response other than 200 or 409. Errors it throws are ignored.
   * Without it, the process emits an `AirwallexWebhookWarning`: for every 500 response, but only for the
   * first response of each other code, because anyone can cause those. The warning describes the error but
   * leaves out what the app threw, which may be personal data.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A response, as plain data. Its body is a word for people, such as `handled` or the code of an error. After
 * `ignored` follows the name of the event; nothing else of the delivery is in it.
 */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A delivery whose body has already been read. */
export interface RawDelivery {
  readonly rawBody: RawBody;
  readonly headers: WebhookHeaders;
}

/**
 * Verifies a delivery, handles or enqueues its event, and returns the response to send. Never rejects. For
 * environments that already have the raw body, such as AWS Lambda; elsewhere use `fetchHandler` or
 * `nodeHandler`.
 *
 * @example
 * const hooks = createWebhooks({ secrets: "whsec_test" });
 * const rawBody = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
 * const headers = signPayload(rawBody, { secret: "whsec_test" });
 * const { status } = await respondToDelivery(hooks, { rawBody, headers });
 */
export function respondToDelivery<Context>(
  hooks: Webhooks<Context>,
  delivery: RawDelivery,
  options: RespondToDeliveryOptions = {},
): Promise<WebhookAnswer> {
  return respondTo(hooks, async () => delivery, { ...options });
}

/** The same, with the body still to be read. */
export async function respondTo<Context>(
  hooks: Webhooks<Context>,
  read: () => Promise<RawDelivery>,
  { enqueue, onError }: RespondToDeliveryOptions,
): Promise<WebhookAnswer> {
  try {
    const { rawBody, headers } = await read();
    const event = await hooks.constructEvent(rawBody, headers);
    if (enqueue) {
      await enqueue(event);
      return answer(200, "enqueued");
    }
    const outcome = await hooks.handle(event);
    if (outcome === "ignored") return answer(200, `ignored: no handler for ${shown(event.name)}`);
    return outcome === "busy" ? answer(409, "busy") : answer(200, outcome);
  } catch (error) {
    const answer = answerTo(error);
    if (onError) tell(onError, error);
    else warnOf(error, answer);
    return answer;
  }
}

const warned = new Set<string>();

function warnOf(error: unknown, { status, body }: WebhookAnswer): void {
  if (status !== 500 && warned.has(body)) return;
  warned.add(body);
  // Any other error is the app's own or its store's, and its message may contain anything.
  const what = error instanceof SdkError ? error.message : "Cannot handle the webhook";
  warn(`${what}; answered with ${status} ${body}. Pass onError to be told of the error itself`);
}

function tell(onError: (error: unknown) => void, error: unknown): void {
  try {
    const told: unknown = onError(error);
    if (told instanceof Promise) told.catch(() => undefined);
  } catch {
    // Failing to log must not change the response.
  }
}

const requestStatus: Readonly<Record<WebhookRequestErrorCode, number>> = {
  webhook_body_too_large: 413,
  webhook_body_timeout: 408,
  webhook_body_lost: 400,
  webhook_body_encoded: 415,
  webhook_method_not_allowed: 405,
};

function answerTo(error: unknown): WebhookAnswer {
  if (error instanceof WebhookRequestError) {
    const headers = error.code === "webhook_method_not_allowed" ? { allow: "POST" } : {};
    return answer(requestStatus[error.code], error.code, headers);
  }
  if (error instanceof WebhookPayloadError) return answer(400, error.code);
  if (error instanceof WebhookVerificationError) {
    // A body that is not raw is the app's mistake, and must not look like a forged delivery.
    return answer(error.code === "webhook_body_not_raw" ? 500 : 400, error.code);
  }
  return answer(500, error instanceof WebhookHandlerError ? error.code : "internal_error");
}

function answer(status: number, word: string, headers: object = {}): WebhookAnswer {
  const type = { "content-type": "text/plain; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: word };
}
