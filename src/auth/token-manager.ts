/**
 * One login for any number of callers.
 *
 * 1. A fresh token is used.
 * 2. A token in the last part of its life (five minutes, or half its life if that is less) is used,
 *    and renewed in the background; if that fails, the token is still good.
 * 3. Without a token, callers share one login. A caller that gives up does not stop it for the others.
 * 4. A failed login is remembered briefly, because the API allows a hundred a minute. Calls made in the
 *    meantime fail with the remembered error; a call that times out during a login reports how the login
 *    has failed so far.
 * 5. A refused token is replaced once: callers with an older token get the newer one, and a replacement
 *    that never worked is not replaced again at once. One that has worked is a token like any other.
 *
 * Times are monotonic, so that a clock change neither extends nor ends a token's life.
 */

import { ApiError, AuthenticationError } from "../errors/index.js";
import type { Topics } from "../report/observe.js";
import { longestHoldMs } from "../retry/retry-after.js";
import { type Deadline, DeadlineError } from "../transport/deadline.js";
import { NoTokenError } from "../transport/wire.js";

/** A token as issued by the login. */
export interface IssuedToken {
  readonly value: string;
  readonly lifetimeMs: number;
  /** Another process has logged in for it. */
  readonly adopted?: boolean | undefined;
  /** How long before its end to renew it. Default: five minutes. */
  readonly renewBeforeMs?: number | undefined;
}

/**
 * Obtains a token.
 *
 * @param onRetry Called when a login failed and is made again.
 * @param insteadOf The token that is to be replaced, because it was refused or ends soon.
 */
export type Login = (
  onRetry: (error: unknown) => void,
  insteadOf: string | undefined,
) => Promise<IssuedToken>;

export interface TokenManager {
  /** A valid token; a promise only if there is something to wait for. */
  current(deadline: Deadline): string | Promise<string>;
  /** Another token in place of a refused one, or undefined if there is no point in trying. */
  replace(refused: string, deadline: Deadline): Promise<string | undefined>;
  /** Called for every response that proves the token was accepted, so it must cost next to nothing. */
  worked?(token: string): void;
}

interface HeldToken {
  readonly value: string;
  readonly obtainedAtMs: number;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
  /** False for a replacement of a refused token, until a call with it has been answered. */
  proven: boolean;
}

const usualRenewBeforeMs = 5 * 60_000;
const replacementRestMs = 5000;
const rememberedMs = { refused: 10_000, failed: 1000 };

export function createTokenManager(
  login: Login,
  { token: topic }: Pick<Topics, "token">,
): TokenManager {
  let held: HeldToken | undefined;
  let pending: Promise<HeldToken> | undefined;
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined;
  let lastError: unknown;

  async function obtain(replacement: boolean): Promise<HeldToken> {
    try {
      const { value, lifetimeMs, adopted, renewBeforeMs } = await login((error) => {
        lastError = error;
      }, held?.value);
      const now = performance.now();
      failure = undefined;
      lastError = undefined;
      held = {
        value,
        proven: !replacement,
        obtainedAtMs: now,
        renewAtMs: now + lifetimeMs - Math.min(renewBeforeMs ?? usualRenewBeforeMs, lifetimeMs / 2),
        expiresAtMs: now + lifetimeMs,
      };
      if (topic.active()) topic.publish({ kind: adopted ? "adopted" : "login", lifetimeMs });
      return held;
    } catch (error) {
      failure = { error, untilMs: performance.now() + memoryOf(error) };
      lastError = error;
      if (topic.active()) topic.publish({ kind: "login_failed" });
      throw new NoTokenError("the login failed", error);
    } finally {
      pending = undefined;
    }
  }

  function shared(replacement: boolean): Promise<HeldToken> {
    if (pending) return pending;
    const restMs = failure ? failure.untilMs - performance.now() : 0;
    if (failure && restMs > 0) return Promise.reject(remembered(failure.error, restMs));
    pending = obtain(replacement);
    return pending;
  }

  async function wait(deadline: Deadline, replacement: boolean): Promise<string> {
    try {
      const token = await deadline.race("waiting for the login", shared(replacement));
      return token.value;
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new DeadlineError(error.ended, lastError);
    }
  }

  return {
    current(deadline) {
      const now = performance.now();
      if (held && now < held.expiresAtMs) {
        if (now >= held.renewAtMs) shared(false).catch(() => undefined);
        return held.value;
      }
      return wait(deadline, false);
    },
    async replace(refused, deadline) {
      if (held && held.value !== refused) return held.value;
      if (topic.active()) topic.publish({ kind: "refused" });
      const rested = held && performance.now() - held.obtainedAtMs >= replacementRestMs;
      if (held && !held.proven && !rested) return undefined;
      return wait(deadline, true);
    },
    worked(token) {
      if (held && !held.proven && held.value === token) held.proven = true;
    },
  };
}

function remembered(error: unknown, restMs: number): NoTokenError {
  const seconds = (restMs / 1000).toFixed(1);
  const reason = `the login failed a moment ago and is not made again for ${seconds} s`;
  return new NoTokenError(reason, error);
}

function memoryOf(error: unknown): number {
  if (error instanceof AuthenticationError) return rememberedMs.refused;
  if (error instanceof ApiError) {
    return Math.min(error.retryAfterMs ?? rememberedMs.failed, longestHoldMs);
  }
  return rememberedMs.failed;
}
