/**
 * The schedule that processes share: who may send when. Plain data, and one pure function that changes it.
 *
 * - Time runs in slots, as many as the limit for all endpoints together allows. Each slot is given to one
 *   request, so that no second holds more than the limit.
 * - Each endpoint has a time from which its next slot may be taken, one interval after the last.
 * - A process takes turns in batches: fewer the more processes there are, so that each comes round within
 *   the horizon, and a process that dies takes no more than its batch with it.
 * - A turn holds a permit until its request is over. There are as many permits as requests may be in flight,
 *   and each process has its share of them. The permits of a process that is silent for a while come back.
 * - A refusal slows an endpoint down for everybody, and a pause holds everything.
 *
 * All times are milliseconds since the schedule was begun, by the clock of the store.
 */

import type { RateLimits } from "../retry/pace.js";

export interface Schedule {
  /** Tells it apart from the schedule before it, whose clock was another. */
  readonly id: string;
  readonly endpoints: Readonly<Record<string, EndpointSchedule>>;
  /** The slots that are taken and not over. */
  readonly taken: readonly number[];
  /** No turn begins before this. */
  readonly resumesAtMs: number;
  readonly members: Readonly<Record<string, Member>>;
}

interface EndpointSchedule {
  readonly nextAtMs: number;
  /** How many times slower than the limit; 1 is the limit itself. */
  readonly slowness: number;
  readonly heldUntilMs: number;
}

/** A process. */
interface Member {
  /** How many it holds: its requests in flight, and its turns not yet used. */
  readonly permits: number;
  readonly seenAtMs: number;
}

/** What a process reports, and what it asks for. */
export interface TurnRequest {
  readonly member: string;
  /** How many requests it has in flight. */
  readonly running: number;
  /** How many turns it has not used yet. */
  readonly unused: number;
  /** How many more turns it has use for, by endpoint. */
  readonly wanted: readonly (readonly [endpoint: string, count: number])[];
  /** Requests that went without a turn, such as logins. */
  readonly passed: number;
  /** Endpoints that have refused a request with 429. */
  readonly refused: readonly string[];
  readonly pauseMs: number;
}

export interface Turn {
  readonly endpoint: string;
  readonly atMs: number;
}

export interface Reservation {
  readonly schedule: Schedule;
  readonly turns: readonly Turn[];
  /** How many permits a process can hold. */
  readonly share: number;
  /** How many processes were seen lately, this one included. */
  readonly members: number;
  /** Whether so few permits are left that a process should give back those that it does not need at once. */
  readonly isScarce: boolean;
}

/** A second's quota is spread over this much time: room for requests that travel at different speeds. */
const windowMs = 1024;
/** A turn may begin this much after its endpoint allows, because slots are whole, without delaying the next. */
const mostRoundingMs = 10;
/** How far ahead the turns of all processes together reach. */
const horizonMs = 1000;
const largestBatch = 10;
/** A process with requests in flight reports this often, and counts as gone after three times as long. */
export const heartbeatMs = 1000;
const memberLifeMs = 3 * heartbeatMs;
const slowdown = { factor: 1.05, most: 16, recovery: 0.993, shortestHoldMs: 100, holdMs: 300 };
/** An endpoint that is not used for this long is forgotten. */
const endpointMs = 60_000;

export function emptySchedule(id: string, resumesAtMs: number): Schedule {
  return { id, endpoints: {}, taken: [], resumesAtMs, members: {} };
}

export interface ReserveOptions {
  readonly limits: RateLimits;
  /** From 0 up to 1. */
  readonly random: number;
}

/** @param nowMs When the first turn can be used. */
export function reserve(
  before: Schedule,
  nowMs: number,
  request: TurnRequest,
  { limits, random }: ReserveOptions,
): Reservation {
  const others = Object.entries(before.members).filter(
    ([id, { seenAtMs }]) => id !== request.member && nowMs - seenAtMs < memberLifeMs,
  );
  const permitsOfOthers = others.reduce((sum, [, { permits }]) => sum + permits, 0);
  const members = 1 + others.length;
  const share = Math.max(1, Math.floor(limits.concurrent / members));
  const held = request.running + request.unused;
  const free = Math.min(share, limits.concurrent - permitsOfOthers) - held;

  const resumesAtMs = request.pauseMs > 0 ? nowMs + request.pauseMs : 0;
  const begins = Math.max(before.resumesAtMs, resumesAtMs);
  const slots = createSlots(before.taken, Math.max(nowMs, begins), windowMs / limits.perSecond);
  for (let count = 0; count < request.passed; count++) slots.take(nowMs);
  const endpoints = refuse(before.endpoints, request.refused, nowMs, random);
  const turns = giveTurns({ slots, endpoints, request, free, members, limits });

  const permits = held + turns.length;
  const own: Member = { permits, seenAtMs: nowMs };
  const isMember = permits > 0 || request.wanted.length > 0;
  return {
    ...{ turns, share, members },
    isScarce: permitsOfOthers + permits > 0.8 * limits.concurrent,
    schedule: {
      id: before.id,
      endpoints: recent(endpoints, nowMs),
      taken: slots.taken(),
      resumesAtMs: begins,
      members: Object.fromEntries([...others, ...(isMember ? [[request.member, own]] : [])]),
    },
  };
}

interface Slots {
  /** Takes the first slot that is free, not over, and not before this time. Returns its time. */
  take(atMs: number): number;
  taken(): readonly number[];
}

function createSlots(before: readonly number[], beginsAtMs: number, slotMs: number): Slots {
  const first = Math.floor(beginsAtMs / slotMs);
  const taken = new Set(before.filter((slot) => slot >= first));
  return {
    take(atMs) {
      let slot = Math.ceil(Math.max(atMs, beginsAtMs) / slotMs);
      while (taken.has(slot)) slot++;
      taken.add(slot);
      return slot * slotMs;
    },
    taken: () => [...taken],
  };
}

interface Giving {
  readonly slots: Slots;
  /** Changed by every turn. */
  readonly endpoints: Map<string, EndpointSchedule>;
  readonly request: TurnRequest;
  /** How many permits this process can still be given. */
  readonly free: number;
  readonly members: number;
  readonly limits: RateLimits;
}

function giveTurns({ slots, endpoints, request, free, members, limits }: Giving): readonly Turn[] {
  const shareMs = horizonMs / members;
  const most = Math.min(
    free,
    batchOf(limits.perSecond, shareMs, limits.perSecond) - request.unused,
  );
  const batch = batchOf(limits.perEndpointPerSecond, shareMs);
  const turns: Turn[] = [];
  for (const endpoint of inTurn(request.wanted, endpoints, batch)) {
    if (turns.length >= most) break;
    const { nextAtMs, slowness, heldUntilMs } = endpoints.get(endpoint) ?? freshEndpoint;
    const atMs = slots.take(nextAtMs);
    turns.push({ endpoint, atMs });
    const countsFromMs = Math.max(nextAtMs, atMs - mostRoundingMs);
    endpoints.set(endpoint, {
      nextAtMs: countsFromMs + (windowMs / limits.perEndpointPerSecond) * slowness,
      slowness: 1 + (slowness - 1) * slowdown.recovery,
      heldUntilMs,
    });
  }
  return turns;
}

const freshEndpoint: EndpointSchedule = { nextAtMs: 0, slowness: 1, heldUntilMs: 0 };

function refuse(
  before: Schedule["endpoints"],
  refused: readonly string[],
  nowMs: number,
  random: number,
): Map<string, EndpointSchedule> {
  const endpoints = new Map(Object.entries(before));
  for (const endpoint of refused) {
    const { nextAtMs, slowness, heldUntilMs } = endpoints.get(endpoint) ?? freshEndpoint;
    // Requests that were in flight together are refused for the same reason.
    if (nowMs < heldUntilMs) continue;
    const holdsUntilMs = nowMs + slowdown.shortestHoldMs + random * slowdown.holdMs;
    endpoints.set(endpoint, {
      nextAtMs: Math.max(nextAtMs, holdsUntilMs),
      slowness: Math.min(slowness * slowdown.factor, slowdown.most),
      heldUntilMs: holdsUntilMs,
    });
  }
  return endpoints;
}

function recent(
  endpoints: ReadonlyMap<string, EndpointSchedule>,
  nowMs: number,
): Schedule["endpoints"] {
  const used = [...endpoints].filter(([, { nextAtMs }]) => nowMs - nextAtMs < endpointMs);
  return Object.fromEntries(used);
}

/** How many turns fit into a process's share of the horizon. */
function batchOf(perSecond: number, shareMs: number, most = largestBatch): number {
  return Math.max(1, Math.min(most, Math.floor((shareMs * perSecond) / windowMs)));
}

/** One of each endpoint, then another of each, up to as many as wanted or as one batch holds. */
function* inTurn(
  wanted: TurnRequest["wanted"],
  endpoints: ReadonlyMap<string, EndpointSchedule>,
  batch: number,
): Generator<string> {
  const readyAtMs = (endpoint: string): number => endpoints.get(endpoint)?.nextAtMs ?? 0;
  const soonest = [...wanted].sort(([one], [other]) => readyAtMs(one) - readyAtMs(other));
  for (let round = 0; round < batch; round++) {
    for (const [endpoint, count] of soonest) if (round < count) yield endpoint;
  }
}
