/** The emulator's clock: real time plus an offset that tests control, and tasks that fall due on it. */

import { types } from "node:util";
import { quoted } from "../../checks/printable.js";
import { longestTimerMs, showNumber } from "../../checks/values.js";
import { parseDuration } from "./duration.js";
import { createTaskQueue, type Task } from "./task-queue.js";

/** The time of an emulator. It runs with real time until it is frozen. */
export interface EmulatorClock {
  /** The emulator's present time. */
  now(): Date;
  /**
   * Moves forward by a number of milliseconds, or by a duration such as `"500ms"`, `"5s"`, `"6m"`, `"2h"`,
   * `"90d"`.
   *
   * @throws RangeError for a negative or unreadable duration, and beyond the year 9999.
   */
  advance(by: string | number): void;
  /**
   * Jumps to a moment, earlier or later.
   *
   * @throws RangeError for an invalid date, and for one beyond the year 9999.
   */
  set(to: Date | string | number): void;
  /** Stops the clock at its present time; `advance` and `set` still move it. */
  freeze(): void;
  /** Lets a frozen clock run again. */
  resume(): void;
}

/** The clock as the emulator itself sees it. */
export interface Clock extends EmulatorClock {
  nowMs(): number;
  readonly isFrozen: boolean;
  /** Runs a task once the clock reaches `dueMs`. Returns a function that cancels it. */
  schedule(dueMs: number, task: Task): () => void;
  /**
   * Runs the tasks that are due; called before every request and every look at the state. While the clock
   * is running, a timer does so too, without keeping the process alive.
   */
  runDue(): void;
  /** Returns to the start and drops all tasks. */
  reset(): void;
  /** Stops the timer. Tasks that fall due later run at the next `runDue`. */
  stop(): void;
}

export interface ClockOptions {
  /** Time to start at; real time if undefined. */
  readonly now: Date | string | number | undefined;
  readonly frozen: boolean;
}

export function createClock(options: ClockOptions): Clock {
  const time = createTime(options);
  const tasks = createTaskQueue();
  const alarm = createAlarm(() => runDue());
  const setAlarm = (): void => alarm.set(time.toReal(tasks.nextMs()));
  const runDue = (): void => {
    // A task may add others, so look for the next one again each time.
    while ((tasks.nextMs() ?? Number.POSITIVE_INFINITY) <= time.nowMs()) {
      const due = tasks.take();
      due?.task(due.dueMs);
    }
    setAlarm();
  };
  const andRunDue = (change: () => void): void => {
    change();
    runDue();
  };
  return {
    now: () => new Date(time.nowMs()),
    nowMs: time.nowMs,
    get isFrozen() {
      return time.isFrozen();
    },
    advance: (by) => andRunDue(() => time.moveTo(later(time.nowMs(), by))),
    set: (to) => andRunDue(() => time.moveTo(toMs("Cannot set clock: the moment", to))),
    freeze: () => andRunDue(time.freeze),
    resume: () => andRunDue(time.resume),
    schedule(dueMs, task) {
      const cancel = tasks.add(dueMs, task);
      setAlarm();
      return () => {
        cancel();
        setAlarm();
      };
    },
    runDue,
    reset() {
      tasks.clear();
      time.reset();
      setAlarm();
    },
    stop: alarm.stop,
  };
}

interface Time {
  nowMs(): number;
  isFrozen(): boolean;
  moveTo(ms: number): void;
  freeze(): void;
  resume(): void;
  /** When real time will be at a moment of this time; undefined while it is frozen. */
  toReal(ms: number | undefined): number | undefined;
  reset(): void;
}

function createTime({ now: start, frozen }: ClockOptions): Time {
  const startMs = start === undefined ? undefined : toMs("Cannot make emulator: now", start);
  let offsetMs = 0;
  let frozenMs: number | undefined;
  const nowMs = (): number => frozenMs ?? Date.now() + offsetMs;
  const moveTo = (ms: number): void => {
    if (frozenMs === undefined) offsetMs = ms - Date.now();
    else frozenMs = ms;
  };
  const reset = (): void => {
    offsetMs = 0;
    frozenMs = frozen ? Date.now() : undefined;
    if (startMs !== undefined) moveTo(startMs);
  };
  reset();
  return {
    nowMs,
    isFrozen: () => frozenMs !== undefined,
    moveTo,
    freeze() {
      frozenMs ??= nowMs();
    },
    resume() {
      if (frozenMs !== undefined) offsetMs = frozenMs - Date.now();
      frozenMs = undefined;
    },
    toReal: (ms) => (ms === undefined || frozenMs !== undefined ? undefined : ms - offsetMs),
    reset,
  };
}

interface Alarm {
  /** Takes real time in milliseconds; undefined cancels it. */
  set(realMs: number | undefined): void;
  stop(): void;
}

/** One that rings too early, because a timer cannot wait longer, finds nothing due and is set again. */
function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let setFor: number | undefined;
  let isStopped = false;
  return {
    set(realMs) {
      if (isStopped || realMs === setFor) return;
      clearTimeout(timer);
      setFor = realMs;
      if (realMs === undefined) return;
      const delayMs = Math.min(Math.max(realMs - Date.now(), 0), longestTimerMs);
      timer = setTimeout(() => {
        setFor = undefined;
        ring();
      }, delayMs);
      timer.unref();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function later(nowMs: number, by: string | number): number {
  const ms = nowMs + parseDuration(by, "Cannot advance clock: the duration");
  if (ms <= latestMs) return ms;
  throw new RangeError(
    `Cannot advance clock: the duration is ${showNumber(by)}, which leads beyond the year 9999`,
  );
}

/** The last moment of four-digit years, which timestamps are written with. */
const latestMs = Date.UTC(10_000, 0) - 1;

function toMs(what: string, moment: Date | string | number): number {
  const isMoment = typeof moment === "string" || typeof moment === "number" || types.isDate(moment);
  const ms = isMoment ? new Date(moment).getTime() : Number.NaN;
  if (Math.abs(ms) <= latestMs) return ms;
  const shown = typeof moment === "string" ? quoted(moment) : showNumber(moment);
  const found = !types.isDate(moment) ? shown : Number.isNaN(ms) ? "an invalid date" : String(ms);
  throw new RangeError(`${what} is ${found}, expected a date up to the year 9999`);
}
