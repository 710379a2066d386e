/** What it means to handle an event once; on claims in webhooks/inbox.ts, in a transaction in postgres-inbox.ts. */

import { checkDuration } from "./check-input.js";

/**
 * What became of an event.
 *
 * - `handled`: the work was done now.
 * - `duplicate`: it was done before.
 * - `busy`: another process is at it. The delivery is answered so that it comes again.
 */
export type InboxOutcome = "handled" | "duplicate" | "busy";

/**
 * Remembers which events were handled.
 *
 * `Context` is what the inbox hands to the work, such as the client of its own transaction.
 */
export interface Inbox<Context = undefined> {
  /**
   * Runs `work` unless it was done for this id, or is being done. `id`: 1 to 512 characters.
   *
   * @throws What `work` throws, after the id was given back so that the next delivery runs it again.
   */
  run(id: string, work: (context: Context) => Promise<void>): Promise<InboxOutcome>;
}

const dayMs = 86_400_000;
const defaultKeepMs = 7 * dayMs;
/** Airwallex delivers an event again and again for about three days. */
const leastKeepMs = 3 * dayMs;

/** How long an id is remembered; the default is a week, as long as the widest window for signatures. */
export function checkKeep(keepMs: number = defaultKeepMs): number {
  return checkDuration("keepMs", keepMs, leastKeepMs);
}
