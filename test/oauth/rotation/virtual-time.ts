/** Time that stands still until everything that can happen now has happened. */

export interface VirtualTime {
  nowMs(): number;
  /** Runs something at a moment, after whatever was planned for that moment before. */
  at(atMs: number, run: () => void): void;
  /** Advances the time to a moment, or until `over` says that it is enough. */
  runUntil(endMs: number, over?: () => boolean): Promise<void>;
}

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** @param settled The real work that must finish before time goes on, such as that of an emulator. */
export function createVirtualTime(
  settled: () => Promise<unknown> | undefined = () => undefined,
): VirtualTime {
  const heap: Planned[] = [];
  let nowMs = 0;
  let order = 0;

  return {
    nowMs: () => nowMs,
    at: (atMs, run) => push(heap, { atMs: Math.max(atMs, nowMs), order: order++, run }),
    async runUntil(endMs, over) {
      for (let next = heap[0]; next && next.atMs <= endMs && !over?.(); next = heap[0]) {
        pop(heap);
        nowMs = next.atMs;
        next.run();
        await immediate();
        for (let work = settled(); work; work = settled()) {
          await work;
          await immediate();
        }
      }
      nowMs = Math.max(nowMs, endMs);
    },
  };
}

/** By then, every promise that can go on has gone on. */
function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isEarlier(one: Planned | undefined, other: Planned | undefined): boolean {
  if (!one || !other) return one !== undefined;
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

function push(heap: Planned[], planned: Planned): void {
  let index = heap.push(planned) - 1;
  for (
    let up = (index - 1) >> 1;
    index > 0 && isEarlier(planned, heap[up]);
    up = (index - 1) >> 1
  ) {
    heap[index] = heap[up] as Planned;
    heap[up] = planned;
    index = up;
  }
}

function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let index = 0; ; ) {
    const left = 2 * index + 1;
    const down = isEarlier(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isEarlier(heap[down], last)) return;
    heap[index] = heap[down] as Planned;
    heap[down] = last;
    index = down;
  }
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
