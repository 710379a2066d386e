/** The turns that a process has been given and not used yet. */

export interface Turns {
  /** When the turns of an endpoint are, by `performance.now()`, in order. */
  of(endpoint: string): readonly number[];
  /** The next turn of an endpoint that is not missed. */
  next(endpoint: string): number | undefined;
  add(endpoint: string, atMs: number): void;
  /** A request goes at the next turn. */
  use(endpoint: string): void;
  /** Drops the turns of an endpoint. */
  drop(endpoint: string): void;
  /** Drops the turns before a time. */
  dropBefore(timeMs: number): void;
  count(): number;
}

/** A turn that is later than this is not used: the next process's turn is close behind. */
const mostLatenessMs = 12;

export function createTurns(): Turns {
  const byEndpoint = new Map<string, number[]>();
  const of = (endpoint: string): number[] => {
    const times = byEndpoint.get(endpoint) ?? [];
    byEndpoint.set(endpoint, times);
    return times;
  };
  return {
    of,
    next(endpoint) {
      const times = of(endpoint);
      while (times[0] !== undefined && times[0] < performance.now() - mostLatenessMs) times.shift();
      return times[0];
    },
    add: (endpoint, atMs) => void of(endpoint).push(atMs),
    use: (endpoint) => void of(endpoint).shift(),
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
