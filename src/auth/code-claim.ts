/**
 * Lets one callback per code through, in this process and between all that share the store: a code that
 * reaches Airwallex twice may be taken for stolen, which ends the connection that it gave. A double click
 * is enough for that.
 */

import { OAuthCallbackError } from "../errors.js";
import type { ClaimStore } from "../stores/store.js";
import { fingerprint } from "./oauth-state.js";

export interface Callback {
  readonly state: string;
  readonly code: string;
}

/** Longer than an exchange can take, with everything that follows it. */
const leaseMs = 5 * 60_000;
/** Longer than a state lives, which is refused before its code is looked at. */
const keepMs = 30 * 60_000;

/**
 * Runs the work for a callback, or waits for the same work where this process is already at it.
 *
 * The function throws OAuthCallbackError `code_used` where it was done before, or another process is at
 * it; otherwise what the work throws, and the callback can be tried again.
 */
export function createCodeClaims<T>(
  store: ClaimStore,
  prefix: string,
): (callback: Callback, work: () => Promise<T>) => Promise<T> {
  // By state as well: whoever has only got hold of the code shares nothing, and an emulator that is reset
  // gives the same codes again.
  const running = new Map<string, Promise<T>>();

  async function claimed(key: string, work: () => Promise<T>): Promise<T> {
    const id = `${prefix}callback:${await fingerprint(key)}`;
    const claim = await store.claim(id, { leaseMs });
    if (claim.kind !== "claimed") throw new OAuthCallbackError("code_used");
    try {
      const result = await work();
      // The connection is stored, whether this can be written down or not.
      await store.confirm(id, claim.token, { keepMs }).catch(() => undefined);
      return result;
    } catch (error) {
      await store.release(id, claim.token).catch(() => undefined);
      throw error;
    }
  }

  return ({ state, code }, work) => {
    const key = `${state} ${code}`;
    const started = running.get(key);
    if (started) return started;
    const working = claimed(key, work).finally(() => running.delete(key));
    running.set(key, working);
    return working;
  };
}
