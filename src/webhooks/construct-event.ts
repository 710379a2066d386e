/** Verifies and parses a delivery: from raw body and headers to a typed event. */

import type { DriftCheck } from "./drift-check.js";
import type { WebhookEvent } from "./events.js";
import type { WebhookHeaders } from "./header-values.js";
import { parseEvent } from "./parse.js";
import { type RawBody, type VerifySignatureOptions, verifySignature } from "./signature.js";

/** Options of {@link constructEvent}. */
export interface ConstructEventOptions extends VerifySignatureOptions {
  /** Made by `createDriftCheck`: tells what differs from the model. Default: nobody looks. */
  readonly driftCheck?: DriftCheck | undefined;
}

/**
 * Verifies a delivery and parses its event. Events that are not modelled, and data without the expected
 * shape, are returned as received.
 *
 * @throws WebhookVerificationError if the delivery is not properly signed; WebhookPayloadError if the
 * signature is valid but the body is not an event. TypeError or RangeError for invalid options.
 * @example
 * const body = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
 * const event = await constructEvent(body, signPayload(body, { secret: "whsec_test" }), { secrets: "whsec_test" });
 * if (event.name === "account.submitted") console.log(event.accountId);
 */
export async function constructEvent(
  rawBody: RawBody,
  headers: WebhookHeaders,
  options: ConstructEventOptions,
): Promise<WebhookEvent> {
  const { timestampMs } = verifySignature(rawBody, headers, options);
  const event = parseEvent(rawBody, timestampMs);
  await options.driftCheck?.(event);
  return event;
}
