/** Tasks in the order in which they fall due: a binary heap, as there may be many thousands. */

/** A task receives the time at which it was due, which may be in the past. */
export type Task = (dueMs: number) => void;

export interface TaskQueue {
  /** Returns a function that cancels the task. */
  add(dueMs: number, task: Task): () => void;
  /** When the next task is due; undefined if there is none. */
  nextMs(): number | undefined;
  /** Removes the next task; undefined if there is none. */
  take(): { readonly dueMs: number; readonly task: Task } | undefined;
  clear(): void;
}

interface Entry {
  readonly dueMs: number;
  /** Tasks that are due at the same time run in the order in which they were added. */
  readonly order: number;
  /** Undefined once it is cancelled. */
  task: Task | undefined;
}

export function createTaskQueue(): TaskQueue {
  let heap: Entry[] = [];
  let added = 0;
  let cancelled = 0;

  const first = (): Entry | undefined => {
    while (heap.length > 0 && heap[0]?.task === undefined) {
      removeFirst(heap);
      cancelled--;
    }
    return heap[0];
  };
  const cancel = (entry: Entry): void => {
    if (entry.task === undefined) return;
    entry.task = undefined;
    cancelled++;
    // Those in the middle of the heap are taken out together, once they are the greater part of it.
    if (cancelled * 2 < heap.length) return;
    heap = heap.filter(({ task }) => task !== undefined).sort(compare);
    cancelled = 0;
  };
  return {
    add(dueMs, task) {
      const entry: Entry = { dueMs, order: added++, task };
      insert(heap, entry);
      return () => cancel(entry);
    },
    nextMs: () => first()?.dueMs,
    take() {
      const entry = first();
      if (entry?.task === undefined) return undefined;
      removeFirst(heap);
      const { dueMs, task } = entry;
      // Cancelling what has run must not count.
      entry.task = undefined;
      return { dueMs, task };
    },
    clear() {
      heap = [];
      cancelled = 0;
    },
  };
}

function compare(a: Entry, b: Entry): number {
  return a.dueMs - b.dueMs || a.order - b.order;
}

function insert(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || compare(parent, entry) <= 0) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

/** Moves the last entry to the top and down again to its place. */
function removeFirst(heap: Entry[]): void {
  const entry = heap.pop();
  if (entry === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    const below = one && other && compare(other, one) < 0 ? left + 1 : left;
    const child = heap[below];
    if (child === undefined || compare(entry, child) <= 0) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = entry;
}
