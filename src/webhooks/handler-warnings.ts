/** Warnings about handlers that no event reaches, and events that reach no handler. */

import { closest } from "../checks/closest.js";
import { eventShapes } from "../generated/event-shapes.js";
import { warn } from "./warn.js";

/** TypeScript rejects unknown names; JavaScript gets a warning, because a handler with a typo never runs. */
export function warnOfOtherNames(registered: readonly string[]): void {
  const known = Object.keys(eventShapes);
  for (const name of registered.filter((one) => !known.includes(one))) {
    const near = closest(name, known);
    const meant =
      near === undefined
        ? "use onUnmodelled() or onAny() for other events"
        : `did you mean "${near}"`;
    warn(`There is a handler for "${name}", which is not a modelled event; ${meant}`);
  }
}

/** Nobody learns of it otherwise: it is answered with 200, which ends its deliveries. */
export function warnOfIgnored(name: string): void {
  const event = JSON.stringify(name);
  warn(
    `The event ${event} was ignored: no handler takes it; add on(${event}) or onAny(), or unsubscribe from it`,
  );
}
