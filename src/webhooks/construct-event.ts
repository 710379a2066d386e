/** Verifies, parses and checks a delivery: from raw body and headers to a typed event. */

import { channel } from "node:diagnostics_channel";
import type { DriftIssue, OnceEach } from "../report/drift.js";
import type { Shape } from "../schemas/shape.js";
import type { EventName, WebhookEvent } from "./events.js";
import type { WebhookHeaders } from "./header-values.js";
import { parseEvent } from "./parse.js";
import { type RawBody, type VerifySignatureOptions, verifySignature } from "./signature.js";

/**
 * The data of an event differs from the model: in its shape, or by a field or an enum value that is new. The
 * event was delivered anyway.
 */
export interface WebhookDrift {
  readonly eventId: string;
  readonly eventName: string;
  /** Name of the expected shape, such as `Account`. */
  readonly shape: string;
  /** What differs and was not reported before. */
  readonly issues: readonly DriftIssue[];
}

/** Options of {@link constructEvent}. */
export interface ConstructEventOptions extends VerifySignatureOptions {
  /**
   * Called if the data of an event differs from the model, once for each shape and field. Errors it throws are
   * ignored. The same is published on the `node:diagnostics_channel` channel `airwallex-connect:webhook-drift`.
   */
  readonly onDrift?: ((drift: WebhookDrift) => void) | undefined;
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
  if (options.onDrift !== undefined || drifts.hasSubscribers) {
    const shape = shapeOf(event, loaded ?? (await loadShapes()));
    if (shape) await tellDrift(event, shape, options.onDrift);
  }
  return event;
}

type Shapes = Readonly<Record<string, Partial<Record<"current" | "legacy", Shape<unknown>>>>>;

/** The names alone are half the size of this entry point, so they are loaded with the first event. */
let loaded: Shapes | undefined;

async function loadShapes(): Promise<Shapes> {
  loaded ??= (await import("../generated/event-shapes.js")).eventShapes;
  return loaded;
}

/** Whether an event of this name is modelled. */
export async function isModelled(name: string): Promise<boolean> {
  return Object.hasOwn(loaded ?? (await loadShapes()), name);
}

const drifts = channel("airwallex-connect:webhook-drift");

function shapeOf({ name, format }: WebhookEvent, shapes: Shapes): Shape<unknown> | undefined {
  const ofName = Object.hasOwn(shapes, name) ? shapes[name as EventName] : undefined;
  return ofName?.[format] ?? ofName?.current;
}

async function tellDrift(
  event: WebhookEvent,
  shape: Shape<unknown>,
  onDrift: ConstructEventOptions["onDrift"],
): Promise<void> {
  const { createOnceEach, findDrift } = await import("../report/drift.js");
  const all = await findDrift(shape, event.data);
  if (all.length === 0) return;
  const about = (to: object): WebhookDrift | undefined => {
    const onlyNew = reportedTo.get(to) ?? createOnceEach();
    reportedTo.set(to, onlyNew);
    const issues = onlyNew(shape.name, all);
    if (issues.length === 0) return undefined;
    return { eventId: event.id, eventName: event.name, shape: shape.name, issues };
  };
  const forHook = onDrift && about(onDrift);
  try {
    const answer: unknown = forHook && onDrift(forHook);
    if (answer instanceof Promise) answer.catch(() => undefined);
  } catch {
    // Observing a delivery must not lose it.
  }
  const forChannel = drifts.hasSubscribers ? about(drifts) : undefined;
  if (forChannel) drifts.publish(forChannel);
}

/** What has been reported to each listener. */
const reportedTo = new WeakMap<object, OnceEach>();
