/**
 * Runs the work of an event once, however often the event is delivered, in whatever process.
 *
 * 1. The id is claimed. Somebody else's claim: `busy`. Confirmed before: `duplicate`.
 * 2. The work runs. Where it fails, the claim is given back, and the next delivery runs it again.
 * 3. The id is confirmed. From here on it never runs again for `keepMs`. An answer that was lost is asked
 *    for again, because without it the work would be done twice.
 *
 * A process that dies in 2 keeps its claim until `claimMs` is over. One that dies between 2 and 3 has done
 * the work, and it is done once more. Only a transaction of the work's own closes that gap:
 * `createPostgresInbox`.
 *
 * The claim is not prolonged while the work runs. Whoever delivers has given up on an answer long before
 * five minutes are over; work that takes longer belongs into a queue, or under a longer claim.
 */

import { StoreError } from "../errors/store-errors.js";
import { checkDuration } from "../stores/check-input.js";
import { checkKeep, type Inbox } from "../stores/inbox.js";
import type { ClaimStore } from "../stores/store.js";

export type { Inbox, InboxOutcome } from "../stores/inbox.js";

/** Options of {@link createInbox}. */
export interface InboxOptions {
  /**
   * How long a process may work on one event, in milliseconds; default 300 000 (5 minutes). That long is
   * the event of a process that died kept from the others. Work that takes longer may run twice at once.
   */
  readonly claimMs?: number | undefined;
  /**
   * How long it is remembered that an event was handled, in milliseconds; default 604 800 000 (a week),
   * at least three days, because that is how long Airwallex delivers an event again.
   */
  readonly keepMs?: number | undefined;
}

/**
 * An inbox on the claims of a store: memory for one process, file for one machine, Redis or Postgres for
 * any number of processes.
 *
 * `run` also rejects with what the store rejects with, and with a `StoreError` of code `claim_lost` where
 * the work took longer than `claimMs` and somebody else began it meanwhile.
 *
 * @throws RangeError for `claimMs` under 1, or `keepMs` under three days.
 * @example
 * const inbox = createInbox(createMemoryStore());
 * const outcome = await inbox.run("evt_1", async () => console.log("once"));
 * console.log(outcome); // handled
 */
export function createInbox(store: ClaimStore, options: InboxOptions = {}): Inbox {
  const claimMs = checkDuration("claimMs", options.claimMs ?? defaultClaimMs, 1);
  const keepMs = checkKeep(options.keepMs);

  return {
    async run(id, work) {
      const claim = await store.claim(id, { leaseMs: claimMs });
      if (claim.kind === "done") return "duplicate";
      if (claim.kind === "busy") return "busy";
      try {
        await work(undefined);
      } catch (error) {
        // The work's error is the one to tell: where giving back fails too, the claim runs out.
        await store.release(id, claim.token).catch(() => undefined);
        throw error;
      }
      const ours = await persist(() => store.confirm(id, claim.token, { keepMs }));
      if (!ours) throw claimLost(id, claimMs);
      return "handled";
    },
  };
}

const defaultClaimMs = 5 * 60_000;
const pausesMs = [50, 500];

/** Asks up to three times; confirming twice changes nothing. */
async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return ask();
}

function claimLost(id: string, claimMs: number): StoreError {
  return new StoreError(
    "claim_lost",
    `Cannot confirm the event: somebody else has begun it too, expected the work to end within ${claimMs} ms`,
    { key: id },
  );
}
