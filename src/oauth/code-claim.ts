/**
 * Lets one callback per code through, within this process and across all that share the store. A code that
 * reaches Airwallex twice may be treated as stolen, which ends the connection it created. A double click
 * is enough for that.
 *
 * What a code was exchanged for is kept until the work that follows has succeeded: if that fails, the same
 * callback can be handled again in this process, without the code.
 */

import { fingerprint } from "../auth/pkce.js";
import { OAuthCallbackError } from "../errors/index.js";
import type { ClaimStore } from "../stores/store.js";

export interface Callback {
  readonly state: string;
  readonly code: string;
}

export interface CodeWork<Exchanged, Result> {
  /** Sends the code. */
  readonly exchange: () => Promise<Exchanged>;
  /** What follows; may be repeated. */
  readonly finish: (exchanged: Exchanged) => Promise<Result>;
}

/**
 * Does the work for a callback, or waits for it if this process is already doing it.
 *
 * @throws OAuthCallbackError `code_used` if the work was already done or another process is doing it;
 *   otherwise what the work throws, and the callback can be handled again
 */
export type CodeClaims<Exchanged, Result> = (
  callback: Callback,
  work: CodeWork<Exchanged, Result>,
) => Promise<Result>;

/** Longer than an exchange can take, including everything that follows it. */
const leaseMs = 5 * 60_000;
/** Longer than the lifetime of a state; an expired state is refused before its code is looked at. */
const keepMs = 30 * 60_000;

interface Claimed<Exchanged> {
  readonly id: string;
  readonly token: string;
  readonly exchanged: Exchanged;
  /** Monotonic. */
  readonly untilMs: number;
}

export function createCodeClaims<Exchanged, Result>(
  store: ClaimStore,
  prefix: string,
): CodeClaims<Exchanged, Result> {
  // Keyed by state as well: someone who only has the code must not share the result. The claim is for the
  // code alone: with another state it must not be sent again either.
  const running = new Map<string, Promise<Result>>();
  const unfinished = new Map<string, Claimed<Exchanged>>();

  async function work(key: string, code: string, parts: CodeWork<Exchanged, Result>) {
    const { exchange, finish } = parts;
    for (const [other, { untilMs }] of unfinished) {
      if (untilMs < performance.now()) unfinished.delete(other);
    }
    const claimed = unfinished.get(key) ?? (await claim(store, prefix, code, exchange));
    unfinished.set(key, claimed);
    const result = await finish(claimed.exchanged);
    unfinished.delete(key);
    // The connection is stored, so failing to record that here is harmless.
    await store.confirm(claimed.id, claimed.token, { keepMs }).catch(() => undefined);
    return result;
  }

  return ({ state, code }, parts) => {
    const key = `${state} ${code}`;
    const started = running.get(key);
    if (started) return started;
    const working = work(key, code, parts).finally(() => running.delete(key));
    running.set(key, working);
    return working;
  };
}

async function claim<Exchanged>(
  store: ClaimStore,
  prefix: string,
  code: string,
  exchange: () => Promise<Exchanged>,
): Promise<Claimed<Exchanged>> {
  const id = `${prefix}callback:${await fingerprint(code)}`;
  const claimed = await store.claim(id, { leaseMs });
  if (claimed.kind !== "claimed") throw new OAuthCallbackError("code_used");
  const { token } = claimed;
  try {
    const exchanged = await exchange();
    return { id, token, exchanged, untilMs: performance.now() + keepMs };
  } catch (error) {
    await store.release(id, token).catch(() => undefined);
    throw error;
  }
}
