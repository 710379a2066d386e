/** Handling an event once: webhooks/inbox.ts does it with claims, postgres-inbox.ts in a transaction. */

import { checkDuration } from "./check-input.js";

/**
 * The outcome of an event.
 *
 * - `handled`: the work was done now.
 * - `duplicate`: the work was already done.
 * - `busy`: another process is doing the work. The response makes Airwallex deliver the event again.
 */
export type InboxOutcome = "handled" | "duplicate" | "busy";

/**
 * Remembers which events were handled.
 *
 * `Context` is what the inbox passes to the work, such as the connection of its own transaction.
 */
export interface Inbox<Context = undefined> {
  /**
   * Runs `work`, unless it was done for this id or is being done. `id`: 1 to 512 characters.
   *
   * @throws What `work` throws, after releasing the id so that the next delivery runs it again.
   */
  run(id: string, work: (context: Context) => Promise<void>): Promise<InboxOutcome>;
}

const dayMs = 86_400_000;
const defaultKeepMs = 7 * dayMs;
/** Airwallex keeps redelivering an event for about three days. */
const leastKeepMs = 3 * dayMs;

/** How long an id is remembered; defaults to a week, as long as the widest window for signatures. */
export function checkKeep(keepMs: number = defaultKeepMs): number {
  return checkDuration("keepMs", keepMs, leastKeepMs);
}
