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
 *    An endpoint that refuses also the replacement of a token that others accept is to blame itself.
 *
 * Times are monotonic, so that a clock change neither extends nor ends a token's life.
 */

import { ApiError, AuthenticationError } from "../errors/index.js";
import type { Topics } from "../report/observe.js";
import { longestHoldMs } from "../retry/retry-after.js";
import { type Deadline, DeadlineError } from "../transport/deadline.js";
import { NoTokenError } from "../transport/wire.js";
import { createRefusals } from "./refusals.js";

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
  /**
   * Another token in place of one that an endpoint refused, or undefined if there is no point in trying.
   */
  replace(refused: string, deadline: Deadline, endpoint: string): Promise<string | undefined>;
  /** Called for every response that proves the token was accepted, so it must cost next to nothing. */
  worked?(token: string): void;
  /** The endpoint has refused the replacement as well. */
  refusedTwice?(endpoint: string): void;
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
  const single = createSingleLogin<HeldToken>(login, { token: topic });
  const refusals = createRefusals(() => performance.now());

  function obtain(replacement: boolean): Promise<HeldToken> {
    return single.login(held?.value, (issued) => {
      held = toHeld(issued, replacement);
      return held;
    });
  }

  async function wait(deadline: Deadline, replacement: boolean): Promise<string> {
    try {
      const token = await deadline.race("waiting for the login", obtain(replacement));
      return token.value;
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new DeadlineError(error.ended, single.lastError());
    }
  }

  return {
    current(deadline) {
      const now = performance.now();
      if (held && now < held.expiresAtMs) {
        if (now >= held.renewAtMs) obtain(false).catch(() => undefined);
        return held.value;
      }
      return wait(deadline, false);
    },
    async replace(refused, deadline, endpoint) {
      if (held && held.value !== refused) return held.value;
      if (topic.active()) topic.publish({ kind: "refused" });
      const rested = held && performance.now() - held.obtainedAtMs >= replacementRestMs;
      if (held && !held.proven && !rested) return undefined;
      return refusals.isToBlame(endpoint) ? undefined : wait(deadline, true);
    },
    worked(token) {
      if (held?.value !== token) return;
      held.proven = true;
      refusals.accepted();
    },
    refusedTwice: refusals.refusedTwice,
  };
}

function toHeld(
  { value, lifetimeMs, renewBeforeMs }: IssuedToken,
  replacement: boolean,
): HeldToken {
  const now = performance.now();
  const early = Math.min(renewBeforeMs ?? usualRenewBeforeMs, lifetimeMs / 2);
  return {
    value,
    proven: !replacement,
    obtainedAtMs: now,
    renewAtMs: now + lifetimeMs - early,
    expiresAtMs: now + lifetimeMs,
  };
}

interface SingleLogin<Held> {
  /**
   * Joins the login that is under way, or begins one, and keeps its token with `keep`; rejects with
   * {@link NoTokenError}.
   */
  login(insteadOf: string | undefined, keep: (issued: IssuedToken) => Held): Promise<Held>;
  /** How the login has failed so far. */
  lastError(): unknown;
}

/** One login at a time, and none for a while after one has failed. */
function createSingleLogin<Held>(
  login: Login,
  { token: topic }: Pick<Topics, "token">,
): SingleLogin<Held> {
  let pending: Promise<Held> | undefined;
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined;
  let lastError: unknown;

  const obtain: SingleLogin<Held>["login"] = async (insteadOf, keep) => {
    try {
      const issued = await login((error) => {
        lastError = error;
      }, insteadOf);
      failure = undefined;
      lastError = undefined;
      const held = keep(issued);
      const { lifetimeMs, adopted } = issued;
      if (topic.active()) topic.publish({ kind: adopted ? "adopted" : "login", lifetimeMs });
      return held;
    } catch (error) {
      failure = { error, untilMs: performance.now() + memoryOf(error) };
      lastError = error;
      if (topic.active()) topic.publish({ kind: "login_failed", error });
      throw new NoTokenError("the login failed", error);
    } finally {
      pending = undefined;
    }
  };

  return {
    login(insteadOf, keep) {
      if (pending) return pending;
      const restMs = failure ? failure.untilMs - performance.now() : 0;
      if (failure && restMs > 0) return Promise.reject(remembered(failure.error, restMs));
      pending = obtain(insteadOf, keep);
      return pending;
    },
    lastError: () => lastError,
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
