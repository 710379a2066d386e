/** The turns that a process has been given and not used yet. */

export interface Turns {
  /** When the turns of an endpoint are, by `performance.now()`, in order. */
  of(endpoint: string): readonly number[];
  /** The next turn of an endpoint that is not missed. */
  next(endpoint: string): number | undefined;
  add(endpoint: string, atMs: number): void;
  /** A request goes at the next turn. */
  use(endpoint: string): void;
  /** Leaves out the next turn of an endpoint, if it is before this time. */
  skip(endpoint: string, beforeMs: number): void;
  /** Drops the turns of an endpoint. */
  drop(endpoint: string): void;
  /** Drops the turns before a time. */
  dropBefore(timeMs: number): void;
  count(): number;
}

/** A turn that is later than this is not used: the next process's turn is close behind. */
export const mostLatenessMs = 16;

export function createTurns(): Turns {
  const byEndpoint = new Map<string, number[]>();
  /** Until when the next turn of an endpoint is left out, once for each entry. */
  const skipped = new Map<string, number[]>();
  const of = (endpoint: string): number[] => {
    const times = byEndpoint.get(endpoint) ?? [];
    byEndpoint.set(endpoint, times);
    return times;
  };
  const isSkipped = (endpoint: string, atMs: number): boolean => {
    const left = skipped.get(endpoint)?.filter((beforeMs) => atMs < beforeMs) ?? [];
    const isOne = left.shift() !== undefined;
    if (left.length > 0) skipped.set(endpoint, left);
    else skipped.delete(endpoint);
    return isOne;
  };
  const isMissed = (atMs: number): boolean => atMs < performance.now() - mostLatenessMs;
  return {
    of,
    next(endpoint) {
      const times = of(endpoint);
      while (times[0] !== undefined && (isSkipped(endpoint, times[0]) || isMissed(times[0]))) {
        times.shift();
      }
      return times[0];
    },
    add: (endpoint, atMs) => void of(endpoint).push(atMs),
    use: (endpoint) => void of(endpoint).shift(),
    skip(endpoint, beforeMs) {
      skipped.set(endpoint, [...(skipped.get(endpoint) ?? []), beforeMs]);
    },
    drop: (endpoint) => void byEndpoint.delete(endpoint),
    dropBefore(timeMs) {
      for (const [endpoint, times] of byEndpoint) {
        byEndpoint.set(
          endpoint,
          times.filter((atMs) => atMs >= timeMs),
        );
      }
    },
    count: () => [...byEndpoint.values()].reduce((sum, { length }) => sum + length, 0),
  };
}
