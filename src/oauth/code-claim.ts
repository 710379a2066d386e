/**
 * Lets one callback per code through, within this process and across all that share the store. A code that
 * reaches Airwallex twice may be treated as stolen, which ends the connection it created. A double click
 * is enough for that.
 */

import { fingerprint } from "../auth/pkce.js";
import { OAuthCallbackError } from "../errors/index.js";
import type { ClaimStore } from "../stores/store.js";

export interface Callback {
  readonly state: string;
  readonly code: string;
}

/** Runs the work for a callback, or waits for it if this process is already doing it. */
export type CodeClaims<T> = (callback: Callback, work: () => Promise<T>) => Promise<T>;

/** Longer than an exchange can take, including everything that follows it. */
const leaseMs = 5 * 60_000;
/** Longer than the lifetime of a state; an expired state is refused before its code is looked at. */
const keepMs = 30 * 60_000;

/**
 * The function throws OAuthCallbackError `code_used` if the work was already done or another process is
 * doing it. Otherwise it throws what the work throws, and the callback can be retried.
 */
export function createCodeClaims<T>(store: ClaimStore, prefix: string): CodeClaims<T> {
  // Keyed by state as well: someone who only has the code must not share the result, and an emulator
  // issues the same codes again after a reset.
  const running = new Map<string, Promise<T>>();

  async function claimed(key: string, work: () => Promise<T>): Promise<T> {
    const id = `${prefix}callback:${await fingerprint(key)}`;
    const claim = await store.claim(id, { leaseMs });
    if (claim.kind !== "claimed") throw new OAuthCallbackError("code_used");
    try {
      const result = await work();
      // The connection is stored, so failing to record that here is harmless.
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
