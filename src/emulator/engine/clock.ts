/** The emulator's clock: real time plus an offset that tests control, and tasks that fall due on it. */

import { longestTimerMs } from "../../checks/values.js";
import { parseDuration } from "./duration.js";

/** The time of an emulator. It runs with real time until it is frozen. */
export interface EmulatorClock {
  /** The emulator's present time. */
  now(): Date;
  /**
   * Moves forward by a number of milliseconds, or by a duration such as `"500ms"`, `"5s"`, `"6m"`, `"2h"`,
   * `"90d"`.
   *
   * @throws RangeError for a negative or unreadable duration.
   */
  advance(by: string | number): void;
  /**
   * Jumps to a moment, earlier or later.
   *
   * @throws RangeError for an invalid date.
   */
  set(to: Date | string | number): void;
  /** Stops the clock at its present time; `advance` and `set` still move it. */
  freeze(): void;
  /** Lets a frozen clock run again. */
  resume(): void;
}

/** A task receives the time at which it was due, which may be in the past. */
export type Task = (dueMs: number) => void;

/** The clock as the emulator itself sees it. */
export interface Clock extends EmulatorClock {
  nowMs(): number;
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

export function createClock({ now: start, frozen }: ClockOptions): Clock {
  const startMs = start === undefined ? undefined : toMs(start);
  let offsetMs = 0;
  let frozenMs: number | undefined;

  const nowMs = (): number => frozenMs ?? Date.now() + offsetMs;
  const alarm = createAlarm(() => tasks.runDue());
  const tasks = createTasks(nowMs, (dueMs) => {
    alarm.set(dueMs === undefined || frozenMs !== undefined ? undefined : dueMs - nowMs());
  });
  const moveTo = (ms: number): void => {
    if (frozenMs === undefined) offsetMs = ms - Date.now();
    else frozenMs = ms;
    tasks.runDue();
  };
  const reset = (): void => {
    tasks.clear();
    offsetMs = 0;
    frozenMs = frozen ? Date.now() : undefined;
    if (startMs !== undefined) moveTo(startMs);
  };
  reset();
  return {
    now: () => new Date(nowMs()),
    nowMs,
    advance: (by) => moveTo(nowMs() + parseDuration(by)),
    set: (to) => moveTo(toMs(to)),
    freeze() {
      frozenMs ??= nowMs();
      tasks.runDue();
    },
    resume() {
      if (frozenMs === undefined) return;
      offsetMs = frozenMs - Date.now();
      frozenMs = undefined;
      tasks.runDue();
    },
    schedule: tasks.schedule,
    runDue: tasks.runDue,
    reset,
    stop: alarm.stop,
  };
}

interface Alarm {
  /** Undefined cancels it. */
  set(delayMs: number | undefined): void;
  stop(): void;
}

function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  return {
    set(delayMs) {
      clearTimeout(timer);
      if (stopped || delayMs === undefined) return;
      // One that rings too early finds nothing due and is set again.
      timer = setTimeout(ring, Math.min(Math.max(delayMs, 0), longestTimerMs));
      timer.unref();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface Scheduled {
  readonly dueMs: number;
  readonly task: Task;
}

interface Tasks extends Pick<Clock, "schedule" | "runDue"> {
  clear(): void;
}

/** @param onNext Called with the time of the next task whenever it may have changed. */
function createTasks(nowMs: () => number, onNext: (dueMs: number | undefined) => void): Tasks {
  let waiting: Scheduled[] = [];
  const findNext = () => waiting.reduce<Scheduled | undefined>(earlier, undefined);
  const remove = (scheduled: Scheduled): void => {
    waiting = waiting.filter((other) => other !== scheduled);
  };
  const takeDue = (): Scheduled | undefined => {
    const next = findNext();
    if (next === undefined || next.dueMs > nowMs()) return undefined;
    remove(next);
    return next;
  };
  return {
    schedule(dueMs, task) {
      const scheduled = { dueMs, task };
      waiting.push(scheduled);
      onNext(findNext()?.dueMs);
      return () => {
        remove(scheduled);
        onNext(findNext()?.dueMs);
      };
    },
    runDue() {
      // A task may schedule others, so look for the earliest again each time.
      for (let due = takeDue(); due !== undefined; due = takeDue()) due.task(due.dueMs);
      onNext(findNext()?.dueMs);
    },
    clear() {
      waiting = [];
      onNext(undefined);
    },
  };
}

function earlier(first: Scheduled | undefined, second: Scheduled): Scheduled {
  return first === undefined || second.dueMs < first.dueMs ? second : first;
}

function toMs(moment: Date | string | number): number {
  const ms = new Date(moment).getTime();
  if (Number.isNaN(ms)) {
    throw new RangeError(`Cannot set clock: the moment is "${moment}", expected a date`);
  }
  return ms;
}
