/** Runs the work of an event once, however often the event is delivered. */

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
   * Runs `work` unless it was done for this id, or is being done.
   *
   * @throws What `work` throws, after the id was given back so that the next delivery runs it again.
   */
  run(id: string, work: (context: Context) => Promise<void>): Promise<InboxOutcome>;
}
