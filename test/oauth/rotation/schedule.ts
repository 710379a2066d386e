/** What happens in one run of the simulation: who asks for tokens when, and what goes wrong. */

import fc from "fast-check";

/**
 * What happens to one request to the store or the server.
 *
 * - `crash_before`, `crash_after`: the process dies before the request leaves, or after the work is done.
 * - `fail_before`, `fail_after`: an error comes back, and the work was not done, or was.
 * - `fail_late`: an error comes back, and the work is done some time later. At the server: the work is done,
 *   and no answer comes.
 * - `slow_in`, `slow_out`: the request takes long to arrive, or to be worked on and answered.
 * - `pause`: the process is stopped for a while as soon as the request has left.
 */
export const faultKinds = [
  "crash_before",
  "crash_after",
  "fail_before",
  "fail_after",
  "fail_late",
  "slow_in",
  "slow_out",
  "pause",
] as const;

export interface Fault {
  /** Index of the request among those of all processes. */
  readonly step: number;
  readonly kind: (typeof faultKinds)[number];
  readonly ms: number;
}

/** `before`: refused. `after`: worked on, but the answer is lost. `hang`: worked on once it is over. */
export interface Outage {
  readonly of: "store" | "server";
  readonly kind: "before" | "after" | "hang";
  readonly fromMs: number;
  readonly forMs: number;
}

export interface Asking {
  readonly slot: number;
  readonly atMs: number;
  /** `refused`: asks for a token other than the one it gets. `renew`: wants a new one in any case. */
  readonly kind: "use" | "refused" | "renew";
}

export interface Schedule {
  readonly seed: number;
  /** Places for processes; where one ends, another starts. */
  readonly slots: number;
  readonly restartMs: number;
  readonly askings: readonly Asking[];
  /** How often everybody asks besides; 0: never. */
  readonly everyMs: number;
  readonly faults: readonly Fault[];
  readonly outages: readonly Outage[];
  readonly clockSteps: readonly { slot: number; atMs: number; byMs: number }[];
  /** Machines that sleep: every process has one of its own. */
  readonly suspends: readonly { slot: number; atMs: number; forMs: number }[];
  /** Processes that are told to end. */
  readonly shutdowns: readonly { slot: number; atMs: number }[];
  /**
   * The store fails over: some time after its n-th change it is away for a while, and has gone back to what
   * it was before.
   */
  readonly failovers: readonly {
    change: number;
    afterMs: number;
    backMs: number;
    awayMs: number;
  }[];
  /** When the customer ends the connection. */
  readonly disconnectMs: number | undefined;
  /** When the customer consents again, and the first process stores it. */
  readonly reconnectMs: number | undefined;
}

/** The part in which things go wrong. */
export const troubleMs = 11 * 60_000;

/** Short, as long as a lease, as long as the grace, or longer than an access token lives. */
const span = fc.oneof(
  fc.integer({ min: 0, max: 500 }),
  fc.integer({ min: 500, max: 30_000 }),
  fc.integer({ min: 30_000, max: 75_000 }),
  fc.integer({ min: 75_000, max: 400_000 }),
);
/** Around the expiry of access tokens, or anywhere. */
const moment = fc.oneof(
  fc.integer({ min: 295_000, max: 306_000 }),
  fc.integer({ min: 240_000, max: 420_000 }),
  fc.integer({ min: 0, max: troubleMs }),
);
const shortSpan = fc.integer({ min: 0, max: 2000 });
const slot = fc.nat({ max: 7 });

function some<T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { maxLength, size: "max" });
}

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  const never = fc.constant(undefined);
  return fc.oneof({ weight: 14, arbitrary: never }, { weight: 1, arbitrary });
}

function schedulesWith(span: fc.Arbitrary<number>): fc.Arbitrary<Schedule> {
  return fc.record({
    seed: fc.nat({ max: 2 ** 30 }),
    slots: fc.integer({ min: 2, max: 8 }),
    restartMs: span,
    askings: some(
      fc.record({
        slot,
        atMs: moment,
        kind: fc.oneof(
          { weight: 6, arbitrary: fc.constant("use" as const) },
          { weight: 1, arbitrary: fc.constantFrom("refused" as const, "renew" as const) },
        ),
      }),
      20,
    ),
    everyMs: fc.constantFrom(0, 0, 7000, 20_000, 50_000),
    faults: some(
      fc.record({
        step: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 60 })),
        kind: fc.constantFrom(...faultKinds),
        ms: span,
      }),
      8,
    ),
    outages: some(
      fc.record({
        of: fc.constantFrom("store" as const, "server" as const),
        kind: fc.constantFrom("before" as const, "after" as const, "hang" as const),
        fromMs: moment,
        forMs: span,
      }),
      3,
    ),
    clockSteps: some(
      fc.record({ slot, atMs: moment, byMs: fc.integer({ min: -600_000, max: 600_000 }) }),
      2,
    ),
    suspends: some(fc.record({ slot, atMs: moment, forMs: span }), 2),
    shutdowns: some(fc.record({ slot, atMs: moment }), 3),
    failovers: fc.constant([]),
    disconnectMs: seldom(moment),
    reconnectMs: seldom(moment),
  });
}

/** In one schedule of four, only little goes wrong. */
export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 3, arbitrary: schedulesWith(span) },
  { weight: 1, arbitrary: schedulesWith(shortSpan) },
);

/** A schedule in which nothing goes wrong unless `more` says so. */
export function scheduleOf(more: Partial<Schedule>): Schedule {
  const never = { disconnectMs: undefined, reconnectMs: undefined };
  const nothing = { askings: [], faults: [], outages: [], clockSteps: [] };
  const noneOf = { suspends: [], shutdowns: [], failovers: [] };
  return {
    ...{ seed: 1, slots: 2, restartMs: 1000, everyMs: 0 },
    ...never,
    ...nothing,
    ...noneOf,
    ...more,
  };
}

/**
 * A mark whose write seems to fail, is taken as never made, and arrives three seconds later. Where
 * compare-and-set lets it in, because nobody has written since, only the fence keeps it out. Among random
 * schedules, only one in some thousand needs the fence.
 */
export const lateMark = scheduleOf({
  askings: [
    { slot: 0, atMs: 1000, kind: "use" },
    { slot: 0, atMs: 241_000, kind: "use" },
  ],
  faults: [{ step: 2, kind: "fail_late", ms: 3000 }],
});
