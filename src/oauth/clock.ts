/**
 * Time that does not stand still while the machine is suspended.
 *
 * A monotonic clock stops in suspend (nodejs/node#47724), and a wall clock may be set. So whenever the wall
 * clock has gone ahead of the monotonic one, the difference counts as time that has passed: a token that
 * might be too old is not spent. A wall clock that is set back changes nothing.
 */

export interface Clock {
  /** Milliseconds; never goes back. */
  nowMs(): number;
  /** How far it is ahead of the monotonic clock. */
  suspendedMs(): number;
}

export interface ClockSources {
  /** As `performance.now()`. */
  readonly monotonicMs: () => number;
  /** As `Date.now()`. */
  readonly dateMs: () => number;
}

/** Smaller differences are the wall clock's own steps and corrections, and add up until they count. */
const toleranceMs = 1000;

export function createClock({ monotonicMs, dateMs }: ClockSources): Clock {
  let suspendedMs = 0;
  let lastAheadMs = dateMs() - monotonicMs();

  function look(): number {
    const nowMs = monotonicMs();
    const aheadMs = dateMs() - nowMs;
    const goneMs = aheadMs - lastAheadMs;
    if (goneMs > toleranceMs) suspendedMs += goneMs;
    if (Math.abs(goneMs) > toleranceMs) lastAheadMs = aheadMs;
    return nowMs;
  }

  return {
    nowMs: () => look() + suspendedMs,
    suspendedMs() {
      look();
      return suspendedMs;
    },
  };
}
