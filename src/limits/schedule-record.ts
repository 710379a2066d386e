/** The schedule as a record in a store, and the time by the clock of that store. */

import type { RecordStore, StoredRecord } from "../stores/store.js";
import { emptySchedule, type Schedule } from "./schedule.js";

export interface ScheduleRecord {
  /**
   * Changes the schedule. `change` may be called more than once: again, if another process was first.
   *
   * @param change Gets the schedule, and the time at which it will have been stored.
   * @param signal Ends the attempts.
   * @returns what `change` returned with it
   */
  change<Result>(
    change: (schedule: Schedule, nowMs: number) => { schedule: Schedule } & Result,
    signal: AbortSignal,
  ): Promise<Result>;
  /** A time of the schedule by `performance.now()`. */
  toLocalMs(atMs: number): number;
  /** How long the store takes to answer. */
  tripMs(): number;
}

interface Known {
  readonly schedule: Schedule;
  readonly version: number;
  /** Whether the age of the record goes on counting; it is the clock. */
  readonly keepAge: boolean;
}

/** After its clock was set back, or its record lost, others may still use turns that nobody knows of. */
const freshPauseMs = 1000;

export function createScheduleRecord(
  store: RecordStore,
  name: string,
  random: () => number,
): ScheduleRecord {
  const clock = createClock();
  /** The schedule as this process wrote it last. Nobody else writes while it is alone, so it need not read. */
  let lastWritten: Known | undefined;

  async function read(): Promise<Known> {
    const askedAtMs = performance.now();
    const record = await store.read(name);
    const version = record?.version ?? 0;
    const schedule = record && parse(record);
    if (schedule === undefined || record?.ageMs === Number.POSITIVE_INFINITY) {
      const pauseMs = version > 0 || clock.isKnown() ? freshPauseMs : 0;
      clock.begin();
      return { schedule: emptySchedule(crypto.randomUUID(), pauseMs), version, keepAge: false };
    }
    clock.follow(schedule.id, record as StoredRecord, askedAtMs);
    return { schedule, version, keepAge: true };
  }

  /** Whether it was written; not if another process was first. */
  async function write(schedule: Schedule, { version, keepAge }: Known): Promise<boolean> {
    const askedAtMs = performance.now();
    const value = JSON.stringify(schedule, shorten);
    const asked = { value, expiresAtMs: undefined, expectedVersion: version, keepAge };
    const written = await store.compareAndSet(name, asked);
    const isAlone = Object.keys(schedule.members).length <= 1;
    lastWritten =
      written && isAlone ? { schedule, version: written.version, keepAge: true } : undefined;
    if (written) clock.follow(schedule.id, written, askedAtMs);
    return written !== undefined;
  }

  return {
    async change(change, signal) {
      for (;;) {
        const known = lastWritten ?? (await read());
        signal.throwIfAborted();
        const changed = change(known.schedule, clock.soonMs());
        if (await write(changed.schedule, known)) return changed;
        // Two that came at the same moment should not come at the same moment again.
        await wait(random() * 4 * clock.tripMs());
      }
    },
    ...{ toLocalMs: clock.toLocalMs, tripMs: clock.tripMs },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Microseconds are enough. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}

function parse({ value }: StoredRecord): Schedule | undefined {
  try {
    const schedule = JSON.parse(value) as Partial<Schedule>;
    const { id, endpoints, taken, members } = schedule;
    if (typeof id === "string" && endpoints && Array.isArray(taken) && members) {
      return schedule as Schedule;
    }
  } catch {
    // Something else is stored there: it is replaced.
  }
  return undefined;
}

/** The store's clock is the age of the record. It is known to half of the time that an answer takes. */
function createClock() {
  let id: string | undefined;
  /** Time of the schedule minus `performance.now()`. */
  let offsetMs = 0;
  let errorMs = Number.POSITIVE_INFINITY;
  let tripMs = 0;

  return {
    /** A new schedule begins with the next write. */
    begin(): void {
      id = undefined;
      offsetMs = -performance.now() - tripMs / 2;
      errorMs = Number.POSITIVE_INFINITY;
    },
    follow(of: string, { ageMs }: StoredRecord, askedAtMs: number): void {
      const answeredAtMs = performance.now();
      const tookMs = answeredAtMs - askedAtMs;
      tripMs = tripMs === 0 ? tookMs : 0.8 * tripMs + 0.2 * tookMs;
      // Clocks drift apart a little, so a sample does not stay the best for ever.
      errorMs += driftMs;
      if (of === id && tookMs / 2 > errorMs) return;
      id = of;
      errorMs = tookMs / 2;
      offsetMs = ageMs + 0.5 - (askedAtMs + answeredAtMs) / 2;
    },
    /** The time at which an answer to what is asked now can be used. */
    soonMs: () => performance.now() + offsetMs + tripMs,
    toLocalMs: (atMs: number) => atMs - offsetMs,
    tripMs: () => tripMs,
    isKnown: () => id !== undefined,
  };
}

const driftMs = 0.02;
