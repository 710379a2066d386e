/** A log that keeps its newest entries. */

const kept = 1_000;

export interface Log<Entry> {
  add(entry: Entry): void;
  /** The newest 1,000, oldest first. */
  entries(): readonly Entry[];
  /** How many older entries were dropped. */
  readonly dropped: number;
}

export function createLog<Entry>(): Log<Entry> {
  let held: Entry[] = [];
  let added = 0;
  return {
    add(entry) {
      added++;
      held.push(entry);
      // Trimmed in bulk, so that a long run does not move a thousand entries each time.
      if (held.length >= 2 * kept) held = held.slice(-kept);
    },
    entries: () => held.slice(-kept),
    get dropped() {
      return Math.max(0, added - kept);
    },
  };
}
