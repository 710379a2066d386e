/**
 * Finds out what became of a write whose answer was lost, where its resource says how.
 *
 * - Before it is sent again, if a second attempt could do the work twice.
 * - When the API refuses it because it was done already: what was made then is the result of the call.
 * - Once more at the end, so that nothing knowable is left unknown.
 */

import { type Ending, usedIdCodes } from "../retry/policy.js";
import { backOffStepMs, LookUpFirst } from "../retry/retry.js";
import { apiCodeOf } from "../transport/body.js";
import type { Send, WireRequest, WireResponse } from "../transport/wire.js";

/** How a resource finds out what became of a write. */
export interface Settlement<Output> {
  /**
   * Looks for the result of an earlier attempt; undefined means that there is no trace of it.
   * `remainingMs` is the time that the call has left.
   */
  readonly find: (remainingMs: number) => Promise<Finding<Output>>;
  /** The API's codes for a write that was done already. Default: those for a used `request_id`. */
  readonly doneCodes?: readonly string[] | undefined;
  /** Whether such a refusal of the first attempt counts too: an earlier call, or process, did the work. */
  readonly acrossCalls?: boolean | undefined;
}

export type Finding<Output> = Found<Output> | IdTaken | undefined;

/** The result of a write, found by looking it up. */
export interface Found<Output> {
  readonly found: Output;
}

/** The id of a write belongs to something else, so the write was not done and never will be under this id. */
export interface IdTaken {
  /** What the id belongs to and what to do about it, for the error message. */
  readonly taken: string;
}

/** Sends a write until its response is final, or its result has been found. */
export async function sendAndSettle<Output>(
  send: Send,
  request: WireRequest,
  settlement: Settlement<Output>,
  random: () => number,
): Promise<WireResponse | Found<Output>> {
  const { progress } = request;
  const look = { settlement, request, random };
  const last = await sendOrFind(send, look);
  if ("found" in last) return last;
  if (isSuccess(last)) return last;
  if (saysItIsDone(last, look)) {
    const finding = await lookUp(look, { untilFound: true });
    if (finding !== failed && finding && "found" in finding) return finding;
    const taken = finding === failed ? undefined : finding?.taken;
    progress.ambiguous = taken === undefined;
    progress.hint = taken;
  } else if (progress.ambiguous) {
    const found = await findOnce(settlement, request);
    if (found) return found;
  }
  if ("error" in last) throw last.error;
  return last;
}

/** Looks once; undefined if nothing was found, or if the look-up failed, which says nothing. */
export async function findOnce<Output>(
  { find }: Settlement<Output>,
  { deadline }: WireRequest,
): Promise<Found<Output> | undefined> {
  if (deadline.ended) return undefined;
  try {
    const finding = await find(deadline.remainingMs);
    return finding && "found" in finding ? finding : undefined;
  } catch {
    deadline.check();
    return undefined;
  }
}

interface Look<Output> {
  readonly settlement: Settlement<Output>;
  readonly request: WireRequest;
  readonly random: () => number;
}

/** Sends again only while a look-up finds no trace of an earlier attempt. */
async function sendOrFind<Output>(send: Send, look: Look<Output>): Promise<Ending | Found<Output>> {
  for (;;) {
    try {
      return await send(look.request);
    } catch (error) {
      if (!(error instanceof LookUpFirst)) return { error };
      const finding = await lookUp(look, { untilFound: false });
      if (finding === failed) return error.ending;
      if (finding && "found" in finding) return finding;
    }
  }
}

function isSuccess(ending: Ending): ending is WireResponse {
  // A redirect is none: whoever sends it may stand before the API or behind it.
  return !("error" in ending) && ending.status < 300;
}

/** Whether a refusal means that an earlier attempt, or an earlier call, did the work. */
function saysItIsDone<Output>(ending: Ending, { settlement, request }: Look<Output>): boolean {
  const { doneCodes = usedIdCodes, acrossCalls = false } = settlement;
  if ("error" in ending || !(request.progress.ambiguous || acrossCalls)) return false;
  return doneCodes.includes(apiCodeOf(ending));
}

/** A look-up failed, which says nothing about the write. */
const failed = "failed";

/** Looks until there is an answer, and where it must be there, until it is found. */
async function lookUp<Output>(
  { settlement, request: { deadline, maxRetries }, random }: Look<Output>,
  { untilFound }: { readonly untilFound: boolean },
): Promise<Finding<Output> | typeof failed> {
  for (let looks = 1; ; looks++) {
    const finding = await settlement.find(deadline.remainingMs).catch(() => {
      deadline.check();
      return failed as typeof failed;
    });
    // What was made a moment ago may not be in a list yet.
    const isEnough = finding === undefined ? !untilFound : finding !== failed;
    if (isEnough || looks > maxRetries) return finding;
    const delayMs = backOffStepMs(looks) * random();
    if (delayMs >= deadline.remainingMs) return finding;
    await deadline.sleep("looking for what was done", delayMs);
  }
}
