/**
 * Process warnings, which Node prints on stderr, of what the app would otherwise not learn. They contain
 * nothing from a delivery but the name of its event.
 */

import { shown } from "../errors/webhook-errors.js";

export function warn(message: string): void {
  process.emitWarning(message, "AirwallexWebhookWarning");
}

/** TypeScript rejects unknown names; JavaScript gets a warning, because a handler with a typo never runs. */
export async function warnOfOtherNames(registered: readonly string[]): Promise<void> {
  // Loaded with the first event, to keep the entry point small.
  const [{ eventNames }, { closest }] = await Promise.all([
    import("../generated/event-names.js"),
    import("../checks/closest.js"),
  ]);
  const known: readonly string[] = eventNames;
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
  const event = `"${shown(name)}"`;
  warn(
    `The event ${event} was ignored: no handler takes it; add on(${event}) or onAny(), or unsubscribe from it`,
  );
}
