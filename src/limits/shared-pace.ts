/**
 * When requests may go, by a schedule that several processes share through a store.
 *
 * 1. Requests that wait are counted, and turns for them are taken from the schedule, a batch at a time.
 * 2. Each request goes at its turn. A turn that was missed by more than a moment is not used.
 * 3. Another batch is asked for shortly before the last turn of this one.
 * 4. A refusal or a pause is reported to the others at once.
 * 5. While the store is away, this process keeps to its share of the limits by itself.
 */

import { createPacer, type Pacer, type RateLimits } from "../retry/pace.js";
import type { AskingPacer, Traffic } from "../retry/rate-limit.js";
import { watchSilence } from "../stores/silence.js";
import type { RecordStore } from "../stores/store.js";
import { heartbeatMs, type Reservation, reserve, type TurnRequest } from "./schedule.js";
import { createScheduleRecord, type ScheduleRecord } from "./schedule-record.js";
import { createTurns, mostLatenessMs, type Turns } from "./turns.js";

export interface SharedPaceOptions {
  readonly store: RecordStore;
  /** Key of the record. */
  readonly name: string;
  readonly limits: RateLimits;
  readonly random: () => number;
  /** Called when the store fails, once until it is back. */
  readonly onAway: (error: unknown) => void;
}

/**
 * - `gapMs`: the shortest time between two requests for turns. With many processes or a slow store it is
 *   longer, so that few come at the same moment.
 * - `leadMs`: how long before the last turn of a batch the next one is asked for.
 * - `aheadMs`: endpoints whose turns end within this time are asked for together.
 */
const least = { gapMs: 20, leadMs: 100, aheadMs: 300 };
/** The API counts requests in the second before each. */
const secondMs = 1000;
/** How long a process waits that was given nothing. */
const emptyMs = 100;
/** A store that has not answered for this long is away, and is asked again after these times. */
const away = { silenceMs: 2000, firstMs: 1000, mostMs: 30_000 };

interface State {
  readonly options: SharedPaceOptions;
  readonly traffic: Traffic;
  readonly record: ScheduleRecord;
  readonly turns: Turns;
  /** The name of this process in the schedule. */
  readonly member: string;
  /** What the schedule does not know yet. */
  readonly unreported: { passed: number; readonly refused: Set<string>; pausedUntilMs: number };
  /** Paces this process while the store is away. */
  ownPacer: Pacer | undefined;
  retryMs: number;
  retryAtMs: number;
  last: Answer;
}

/** What the schedule has answered last. */
interface Answer {
  readonly atMs: number;
  readonly members: number;
  readonly isScarce: boolean;
  /** How many permits this process can hold. */
  readonly share: number;
  /** How many it holds by the schedule. */
  readonly permits: number;
  /** Whether it was given no turn, though it asked for some. */
  readonly isEmpty: boolean;
}

const noAnswer: Answer = {
  ...{ atMs: Number.NEGATIVE_INFINITY, isEmpty: false },
  ...{ members: 1, isScarce: false, share: 1, permits: 0 },
};

export function createSharedPacer(options: SharedPaceOptions, traffic: Traffic): AskingPacer {
  const state: State = {
    ...{ options, traffic, turns: createTurns(), last: noAnswer },
    record: createScheduleRecord(options.store, options.name, options.random),
    member: crypto.randomUUID().slice(0, 8),
    unreported: { passed: 0, refused: new Set(), pausedUntilMs: 0 },
    ...{ ownPacer: undefined, retryMs: 0, retryAtMs: 0 },
  };
  const { turns, unreported } = state;
  const { ask, demand } = createAsking(state);

  return {
    demand,
    readyAtMs(endpoint) {
      if (state.ownPacer) return state.ownPacer.readyAtMs(endpoint);
      return turns.next(endpoint) ?? Number.POSITIVE_INFINITY;
    },
    anyReadyAtMs: () => state.ownPacer?.anyReadyAtMs() ?? unreported.pausedUntilMs,
    sent(endpoint) {
      if (state.ownPacer) state.ownPacer.sent(endpoint);
      else turns.use(endpoint);
    },
    passed() {
      state.ownPacer?.passed();
      unreported.passed++;
    },
    left(endpoint, sentAtMs, readyAtMs) {
      const now = performance.now();
      if (state.ownPacer) state.ownPacer.left(endpoint, sentAtMs, readyAtMs);
      // It goes close to what others send, so that it needs the room of another turn.
      else if (now - readyAtMs > mostLatenessMs) turns.skip(endpoint, now + secondMs);
    },
    refused(endpoint) {
      state.ownPacer?.refused(endpoint);
      unreported.refused.add(endpoint);
      turns.drop(endpoint);
      ask();
    },
    pause(ms) {
      state.ownPacer?.pause(ms);
      unreported.pausedUntilMs = Math.max(unreported.pausedUntilMs, performance.now() + ms);
      turns.dropBefore(unreported.pausedUntilMs);
      ask();
    },
  };
}

/** Asks for turns when there is a need, one request at a time. */
function createAsking(state: State) {
  const { traffic } = state;
  let asking = false;
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  async function askNow(): Promise<void> {
    // Requests that are made together are asked for together.
    await Promise.resolve();
    const watch = watchSilence("Cannot share the rate limit", away.silenceMs);
    try {
      const taken = takeTurns(state, watch.signal);
      const { request, ...reserved } = await Promise.race([taken, watch.silence]);
      adopt(state, request, reserved);
      heartbeat = setTimeout(beat, heartbeatMs).unref();
    } catch (error) {
      fallBack(state, error);
    } finally {
      watch.end();
      asking = false;
    }
    traffic.changed();
    demand();
  }

  function ask(): void {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    clearTimeout(heartbeat);
    void askNow();
  }

  /** So that the permits of requests that take long are not taken back. */
  function beat(): void {
    if (traffic.running() > 0) ask();
  }

  function demand(): void {
    if (asking) return;
    const inMs = askAtMs(state) - performance.now();
    clearTimeout(timer);
    if (inMs <= 0) ask();
    else if (inMs < Number.POSITIVE_INFINITY) timer = setTimeout(ask, inMs);
  }

  return { ask, demand };
}

function takeTurns(
  state: State,
  signal: AbortSignal,
): Promise<Reservation & { readonly request: TurnRequest }> {
  const { limits, random } = state.options;
  return state.record.change((schedule, nowMs) => {
    const request = requestOf(state);
    return { ...reserve(schedule, nowMs, request, { limits, random: random() }), request };
  }, signal);
}

function requestOf(state: State): TurnRequest {
  const { traffic, turns, unreported, member } = state;
  const now = performance.now();
  const { aheadMs } = timingOf(state);
  const lastOf = (endpoint: string): number => turns.of(endpoint).at(-1) ?? 0;
  return {
    member,
    running: traffic.running(),
    unused: turns.count(),
    wanted: unmet(state).filter(([endpoint]) => lastOf(endpoint) < now + aheadMs),
    passed: unreported.passed,
    refused: [...unreported.refused],
    pauseMs: Math.max(0, unreported.pausedUntilMs - now),
  };
}

/** How many requests wait without a turn, by endpoint. */
function unmet({ traffic, turns }: State): (readonly [endpoint: string, count: number])[] {
  return [...traffic.waiting()]
    .map(([endpoint, count]) => [endpoint, count - turns.of(endpoint).length] as const)
    .filter(([, count]) => count > 0);
}

function adopt(state: State, request: TurnRequest, { turns: given, ...answer }: Reservation): void {
  const { record, turns, unreported } = state;
  unreported.passed -= request.passed;
  for (const endpoint of request.refused) unreported.refused.delete(endpoint);
  for (const { endpoint, atMs } of given) turns.add(endpoint, record.toLocalMs(atMs));
  turns.dropBefore(record.toLocalMs(answer.schedule.resumesAtMs));
  const { members, isScarce, share } = answer;
  const permits = request.running + request.unused + given.length;
  const isEmpty = given.length === 0 && request.wanted.length > 0;
  state.last = { atMs: performance.now(), members, isScarce, share, permits, isEmpty };
  Object.assign(state, { ownPacer: undefined, retryMs: 0 });
}

function fallBack(state: State, error: unknown): void {
  const { options, turns, last } = state;
  if (!state.ownPacer) {
    options.onAway(error);
    state.ownPacer = createPacer(shareOf(options.limits, last.members), options.random);
    turns.dropBefore(Number.POSITIVE_INFINITY);
  }
  state.retryMs = Math.min(Math.max(away.firstMs, state.retryMs * 2), away.mostMs);
  state.retryAtMs = performance.now() + state.retryMs;
}

function shareOf(limits: RateLimits, members: number): RateLimits {
  const { perSecond, perEndpointPerSecond, concurrent } = limits;
  return {
    perSecond: perSecond / members,
    perEndpointPerSecond: perEndpointPerSecond / members,
    concurrent,
  };
}

function timingOf({ record, last }: State): typeof least {
  const tripMs = record.tripMs();
  const gapMs = Math.max(least.gapMs, 3 * last.members * tripMs);
  const leadMs = Math.max(least.leadMs, gapMs + 2 * tripMs);
  return { gapMs, leadMs, aheadMs: Math.max(least.aheadMs, 2 * leadMs) };
}

/** When the schedule is asked next; `Infinity` if there is no need. */
function askAtMs(state: State): number {
  const { traffic, turns, last } = state;
  const waiting = unmet(state);
  if (state.ownPacer) return waiting.length > 0 ? state.retryAtMs : Number.POSITIVE_INFINITY;
  if (waiting.length === 0) {
    // Places are given back with the next request, or at once if others need them.
    const isIdle = traffic.running() + turns.count() === 0;
    return isIdle && last.isScarce && last.permits > 0 ? 0 : Number.POSITIVE_INFINITY;
  }
  const { gapMs, leadMs } = timingOf(state);
  if (last.isEmpty) return last.atMs + Math.max(gapMs, emptyMs);
  const room = last.share - traffic.running() - turns.count();
  if (room < Math.max(1, Math.floor(last.share / 2))) return Number.POSITIVE_INFINITY;
  const times = waiting.map(([endpoint]) => (turns.of(endpoint).at(-1) ?? 0) - leadMs);
  return Math.max(Math.min(...times), last.atMs + gapMs);
}
