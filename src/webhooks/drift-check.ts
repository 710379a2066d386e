/**
 * Compares the data of events with the model. It is made by a function of its own, so that an app that does
 * not use it bundles none of the schemas.
 */

import { channel } from "node:diagnostics_channel";
import { entryOf } from "../checks/values.js";
import type { DriftIssue, OnceEach } from "../report/drift.js";
import type { Shape } from "../schemas/shape.js";
import type { WebhookEvent } from "./events.js";
import { warn } from "./warnings.js";

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

/** What {@link createDriftCheck} makes. It never rejects: observing a delivery must not lose it. */
export type DriftCheck = (event: WebhookEvent) => Promise<void>;

/**
 * Creates a check of the data of events, for the option `driftCheck` of `createWebhooks` and
 * `constructEvent`. The schemas are loaded with the first event.
 *
 * @param listener called if the data of an event differs from the model, once for each shape and field.
 * Errors it throws are ignored. The same is published on the `node:diagnostics_channel` channel
 * `airwallex-connect:webhook-drift`, also without a listener.
 * @example
 * const driftCheck = createDriftCheck(({ eventName, issues }) => console.warn(eventName, issues));
 * const hooks = createWebhooks({ secrets: "whsec_test", driftCheck });
 */
export function createDriftCheck(listener?: (drift: WebhookDrift) => void): DriftCheck {
  const told: Told = {};
  return async (event) => {
    if (listener === undefined && !drifts.hasSubscribers) return;
    try {
      await tell(event, told, listener);
    } catch (error) {
      warn(
        `The data of an event could not be compared with the model: ${(error as Error).message}`,
      );
    }
  };
}

async function tell(
  event: WebhookEvent,
  told: Told,
  listener: ((drift: WebhookDrift) => unknown) | undefined,
): Promise<void> {
  const [{ eventShapes }, { createOnceEach, findDrift }] = await loadModel();
  const shape = shapeOf(event, eventShapes);
  const all = shape ? await findDrift(shape, event.data) : [];
  if (!shape || all.length === 0) return;
  const about = (to: Told): WebhookDrift | undefined => {
    to.once ??= createOnceEach();
    const issues = to.once(shape.name, all);
    if (issues.length === 0) return undefined;
    return { eventId: event.id, eventName: event.name, shape: shape.name, issues };
  };
  const forListener = listener && about(told);
  if (forListener) callSafely(listener, forListener);
  const forChannel = drifts.hasSubscribers ? about(toldChannel) : undefined;
  if (forChannel) drifts.publish(forChannel);
}

const importModel = () =>
  Promise.all([import("../generated/event-shapes.js"), import("../report/drift.js")]);

let model: ReturnType<typeof importModel> | undefined;

/** Once: an import costs a few microseconds each time, also of what is there. */
function loadModel(): ReturnType<typeof importModel> {
  model ??= importModel();
  return model;
}

const drifts = channel("airwallex-connect:webhook-drift");

/** What a listener has been told. */
interface Told {
  once?: OnceEach;
}

const toldChannel: Told = {};

type Shapes = Readonly<Record<string, Partial<Record<"current" | "legacy", Shape<unknown>>>>>;

function shapeOf({ name, format }: WebhookEvent, shapes: Shapes): Shape<unknown> | undefined {
  const ofName = entryOf(shapes, name);
  return ofName?.[format] ?? ofName?.current;
}

/** Its errors are ignored, as promised. */
function callSafely(listener: (drift: WebhookDrift) => unknown, drift: WebhookDrift): void {
  try {
    const answer = listener(drift);
    if (answer instanceof Promise) answer.catch(() => undefined);
  } catch {
    // Of the listener.
  }
}
