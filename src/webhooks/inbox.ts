/**
 * Runs the work of an event once, however often and to whichever process the event is delivered.
 *
 * 1. Claim the id. If another process holds the claim: `busy`. If it was confirmed before: `duplicate`.
 * 2. Run the work. If it fails, the claim is released, and the next delivery runs it again.
 * 3. Confirm the id. From here on the work does not run again for `keepMs`. A confirmation that fails is
 *    retried, because without it the work would be done twice.
 *
 * If a process dies during step 2, its claim lasts until `claimMs` is over. If it dies between 2 and 3, the
 * work was done and will be done once more. Only a transaction that includes the work closes that gap: see
 * `createPostgresInbox`.
 *
 * The claim is not extended while the work runs. Airwallex gives up on a response long before five minutes
 * have passed; work that takes longer belongs in a queue, or needs a longer claim.
 */

import { checkOptions } from "../checks/options.js";
import { kindOf } from "../checks/values.js";
import { StoreError } from "../errors/store-errors.js";
import { checkDuration } from "../stores/check-input.js";
import { checkKeep, type Inbox } from "../stores/inbox.js";
import type { ClaimStore } from "../stores/store.js";

export type { Inbox, InboxOutcome } from "../stores/inbox.js";

/** Options of {@link createInbox}. */
export interface InboxOptions {
  /**
   * How long a process may work on one event, in milliseconds; default 300 000 (5 minutes). If the process
   * dies, others have to wait that long for the event. Work that takes longer may run twice concurrently.
   */
  readonly claimMs?: number | undefined;
  /**
   * How long to remember that an event was handled, in milliseconds. Default: 604 800 000 (a week). At least
   * three days, because that is how long Airwallex redelivers an event.
   */
  readonly keepMs?: number | undefined;
}

/**
 * An inbox based on a store's claims: memory for one process, file for one machine, Redis or Postgres for
 * any number of processes.
 *
 * `run` also rejects with what the store rejects with, and with a `StoreError` with code `claim_lost` if the
 * work took longer than `claimMs` and another process started it meanwhile.
 *
 * @throws RangeError for `claimMs` under 1, or `keepMs` under three days.
 * @example
 * const inbox = createInbox(createMemoryStore());
 * const outcome = await inbox.run("evt_1", async () => console.log("once"));
 * console.log(outcome); // handled
 */
export function createInbox(store: ClaimStore, options: InboxOptions = {}): Inbox {
  if (typeof store?.claim !== "function") {
    throw new TypeError("Cannot create inbox: the store has no claim function, expected a store");
  }
  checkOptions("Cannot create inbox", options, { claimMs: "number", keepMs: "number" });
  const claimMs = checkDuration("claimMs", options.claimMs ?? defaultClaimMs, 1);
  const keepMs = checkKeep(options.keepMs);

  return {
    async run(id, work) {
      if (typeof work !== "function") {
        throw new TypeError(
          `Cannot handle the event: work is ${kindOf(work)}, expected a function`,
        );
      }
      const claim = await store.claim(id, { leaseMs: claimMs });
      if (claim.kind === "done") return "duplicate";
      if (claim.kind === "busy") return "busy";
      try {
        await work(undefined);
      } catch (error) {
        // The work's error is the one to report; if the release fails too, the claim expires by itself.
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

/** Tries up to three times; confirming twice is harmless. */
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
