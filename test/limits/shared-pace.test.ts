/** Processes that share a rate limit, a store and an API with limits of its own, all in virtual time. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSharedPacer } from "../../src/limits/shared-pace.js";
import type { RateLimits } from "../../src/retry/pace.js";
import { createRateLimiter, type Permit } from "../../src/retry/rate-limit.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import type { Store } from "../../src/stores/store.js";
import { Deadline } from "../../src/transport/deadline.js";

const production: RateLimits = { perSecond: 100, perEndpointPerSecond: 20, concurrent: 50 };

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "Date", "performance"],
  });
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** An API that counts as the emulator does: the requests of the second before each. */
function createApi(limits: RateLimits) {
  const accepted: { readonly atMs: number; readonly by: number }[] = [];
  const windows = new Map<string, number[]>();
  const recent = (name: string): number[] => {
    const times = windows.get(name) ?? [];
    windows.set(name, times);
    while ((times[0] ?? Number.POSITIVE_INFINITY) <= performance.now() - 1000) times.shift();
    return times;
  };
  let refused = 0;
  let running = 0;
  return {
    accepted,
    refused: () => refused,
    async send(endpoint: string, by: number, tookMs: number): Promise<boolean> {
      const [all, here] = [recent("all"), recent(endpoint)];
      const isOver =
        all.length >= limits.perSecond ||
        here.length >= limits.perEndpointPerSecond ||
        running >= limits.concurrent;
      if (isOver) {
        refused++;
        await delay(tookMs);
        return false;
      }
      const atMs = performance.now();
      for (const times of [all, here]) times.push(atMs);
      accepted.push({ atMs, by });
      running++;
      await delay(tookMs);
      running--;
      return true;
    },
  };
}

/** The store as one process sees it, over a network; it can be cut off. */
function overNetwork(store: Store, tripMs: number, random: () => number) {
  let cut: "no" | "rejects" | "hangs" = "no";
  let trips = 0;
  const trip = async <T>(work: () => Promise<T>): Promise<T> => {
    trips++;
    if (cut === "hangs") return new Promise(() => undefined);
    await delay(tripMs * (0.5 + random()));
    if (cut === "rejects") throw new Error("the store is away");
    const answer = await work();
    await delay(tripMs * (0.5 + random()));
    return answer;
  };
  const seen: Store = {
    ...store,
    read: (name) => trip(() => store.read(name)),
    compareAndSet: (name, write) => trip(() => store.compareAndSet(name, write)),
  };
  return {
    store: seen,
    cut: (how: typeof cut) => {
      cut = how;
    },
    trips: () => trips,
  };
}

interface Options {
  readonly limits?: RateLimits;
  readonly endpoints?: number;
  /** How many requests each process keeps waiting at each endpoint. */
  readonly waiting?: number;
  readonly answerMs?: number;
  /** How long the store takes in each direction. */
  readonly tripMs?: number;
  /** How long a request takes to leave where no socket is open and idle. */
  readonly connectMs?: number;
}

function setUp({
  limits = production,
  endpoints = 1,
  waiting = 6,
  answerMs = 60,
  tripMs = 1,
  connectMs = 0,
}: Options = {}) {
  const shared = createMemoryStore();
  const api = createApi(limits);
  const warnings: unknown[] = [];
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const processes: ReturnType<typeof start>[] = [];

  function start(number: number, work = waiting) {
    const network = overNetwork(shared, tripMs, random);
    const options = {
      ...{ store: network.store, name: "limits", limits, random },
      onAway: (error: unknown) => void warnings.push(error),
    };
    const limiter = createRateLimiter(limits, (traffic) => createSharedPacer(options, traffic));
    let alive = true;
    let idleSockets = 0;
    const connect = async ({ left }: Permit): Promise<void> => {
      if (idleSockets > 0) idleSockets--;
      else if (connectMs > 0) await delay(connectMs);
      left();
    };
    const sendOne = async (endpoint: string): Promise<void> => {
      const deadline = new Deadline(600_000, undefined);
      const permit = await limiter.enter(endpoint, deadline);
      deadline.close();
      await connect(permit);
      if (!alive) return;
      await delay(0.5 + random());
      const done = await api.send(endpoint, number, answerMs * (0.5 + random()));
      permit.end();
      idleSockets++;
      if (!done) limiter.refused(endpoint);
    };
    const sendAll = async (endpoint: string): Promise<void> => {
      while (alive) await sendOne(endpoint);
    };
    for (let index = 0; index < endpoints; index++) {
      for (let count = 0; count < work; count++) void sendAll(`endpoint ${index}`);
    }
    const kill = (): void => {
      alive = false;
      network.cut("hangs");
    };
    return { network, limiter, sendOne, kill };
  }

  const begin = (number: number, work?: number) => {
    const process = start(number, work);
    processes.push(process);
    return process;
  };

  /** What happened from a time on. */
  function since(startMs: number) {
    const seconds = (performance.now() - startMs) / 1000;
    const accepted = api.accepted.filter(({ atMs }) => atMs >= startMs);
    const counts = new Map<number, number>();
    for (const { by } of accepted) counts.set(by, (counts.get(by) ?? 0) + 1);
    const most = Math.min(limits.perSecond, limits.perEndpointPerSecond * endpoints);
    return {
      used: accepted.length / (most * seconds),
      slowest: Math.min(...counts.values()) / (accepted.length / counts.size),
      busiest: counts,
      trips:
        (100 * processes.reduce((sum, { network }) => sum + network.trips(), 0)) / accepted.length,
    };
  }
  return { api, begin, since, warnings, shared };
}

/** Kills a process every five seconds, six times. Another one takes its place. */
async function killInTurn<P extends { kill(): void }>(
  running: P[],
  begin: (number: number) => P,
): Promise<void> {
  for (let kills = 0; kills < 6; kills++) {
    await pass(4500);
    running[kills % 8]?.kill();
    // As long as a process takes to start.
    await pass(500);
    running[kills % 8] = begin(kills % 8);
  }
}

describe("createSharedPacer()", { timeout: 90_000 }, () => {
  it.each([
    [8, 1],
    [8, 6],
    [2, 1],
    [1, 1],
    [1, 6],
    [30, 3],
  ])(
    "lets %i processes with %i endpoints use the limit together, without a refusal",
    async (count, endpoints) => {
      const { api, begin, since } = setUp({ endpoints });
      for (let number = 0; number < count; number++) begin(number);
      await pass(2000);
      const startMs = performance.now();
      await pass(20_000);
      const { used, slowest, trips } = since(startMs);
      console.log(
        `${count} processes, ${endpoints} endpoints: ${used.toFixed(3)} of the limit, the slowest ${slowest.toFixed(2)} of its share, ${api.refused()} refused, ${trips.toFixed(0)} round trips per 100 calls`,
      );
      expect(api.refused()).toBe(0);
      expect(used).toBeGreaterThan(0.95);
      expect(slowest).toBeGreaterThan(0.8);
    },
  );

  it.each([1, 6])(
    "goes on when a process is killed every five seconds, with %i endpoints",
    async (endpoints) => {
      const { api, begin, since } = setUp({ endpoints });
      const running = Array.from({ length: 8 }, (_, number) => begin(number));
      await pass(2000);
      const startMs = performance.now();
      await killInTurn(running, begin);
      const { used, slowest } = since(startMs);
      console.log(
        `a kill every 5 s, ${endpoints} endpoints: ${used.toFixed(3)} of the limit, the slowest ${slowest.toFixed(2)}, ${api.refused()} refused`,
      );
      expect(api.refused()).toBe(0);
      expect(used).toBeGreaterThan(0.94);
      expect(slowest).toBeGreaterThan(0.8);
    },
  );

  it.each([1, 6])(
    "has none refused when fresh processes have to open their sockets first, with %i endpoints",
    async (endpoints) => {
      const { api, begin, since } = setUp({ endpoints, connectMs: 60 });
      const running = Array.from({ length: 8 }, (_, number) => begin(number));
      const startMs = performance.now();
      await killInTurn(running, begin);
      const { used } = since(startMs);
      console.log(
        `sockets that take 60 ms to open, ${endpoints} endpoints: ${used.toFixed(3)} of the limit, ${api.refused()} refused`,
      );
      expect(api.refused()).toBe(0);
      expect(used).toBeGreaterThan(0.9);
    },
  );

  it("uses the limit together over a store that is slow to answer", async () => {
    const { api, begin, since } = setUp({ endpoints: 6, tripMs: 5 });
    for (let number = 0; number < 8; number++) begin(number);
    await pass(5000);
    const startMs = performance.now();
    await pass(20_000);
    const { used, slowest, trips } = since(startMs);
    console.log(
      `a store that takes 10 ms: ${used.toFixed(3)} of the limit, the slowest ${slowest.toFixed(2)}, ${api.refused()} refused, ${trips.toFixed(0)} round trips per 100 calls`,
    );
    expect(api.refused()).toBe(0);
    expect(used).toBeGreaterThan(0.9);
    expect(slowest).toBeGreaterThan(0.8);
  });

  it("leaves nobody waiting when processes are too busy to send in time", async () => {
    const { api, begin, since } = setUp({ endpoints: 2 });
    const { setTimeout: onTime } = globalThis;
    let seed = 7;
    const late = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % 5 === 0 ? seed % 80 : 0;
    };
    vi.stubGlobal("setTimeout", (work: () => void, ms: number) => onTime(work, ms + late()));
    for (let number = 0; number < 8; number++) begin(number);
    await pass(5000);
    const startMs = performance.now();
    await pass(30_000);
    vi.unstubAllGlobals();
    const { used, slowest } = since(startMs);
    console.log(
      `a fifth of all timers late: ${used.toFixed(3)} of the limit, the slowest ${slowest.toFixed(2)}, ${api.refused()} refused`,
    );
    expect(api.refused() / (used * 1200)).toBeLessThan(0.03);
    expect(slowest).toBeGreaterThan(0.8);
  });

  it("takes one round trip for a lone call, after the first, and none while it is idle", async () => {
    const { begin } = setUp();
    const process = begin(0, 0);
    const call = async () => {
      const sending = process.sendOne("endpoint 0");
      await pass(500);
      await sending;
    };
    await call();
    expect(process.network.trips()).toBe(2);
    await call();
    expect(process.network.trips()).toBe(3);
    await pass(3_600_000);
    expect(process.network.trips()).toBe(3);
  });

  it("keeps a call of a quiet process waiting for no more than a turn of the busy ones", async () => {
    const { begin } = setUp({ endpoints: 1 });
    for (let number = 0; number < 7; number++) begin(number);
    const quiet = begin(7, 0);
    await pass(5000);
    for (let calls = 0; calls < 10; calls++) {
      const startMs = performance.now();
      let tookMs = 0;
      void quiet.sendOne("endpoint 0").then(() => {
        tookMs = performance.now() - startMs;
      });
      await pass(3000);
      expect(tookMs).toBeGreaterThan(0);
      expect(tookMs).toBeLessThan(1500);
    }
  });

  it("stops all processes when one is told to pause, and goes on together after that", async () => {
    const { api, begin, since } = setUp({ endpoints: 6 });
    const processes = Array.from({ length: 4 }, (_, number) => begin(number));
    await pass(5000);
    processes[0]?.limiter.pause(5000);
    // Turns that were given before are used up within a second.
    await pass(1500);
    const pausedMs = performance.now();
    await pass(3000);
    expect(since(pausedMs).used).toBe(0);
    await pass(1500);
    const resumedMs = performance.now();
    await pass(10_000);
    expect(since(resumedMs).used).toBeGreaterThan(0.95);
    expect(api.refused()).toBe(0);
  });

  it("slows an endpoint down for all when somebody else uses its limit too", async () => {
    const { api, begin, since } = setUp({ endpoints: 1 });
    for (let number = 0; number < 4; number++) begin(number);
    let stop = false;
    // A stranger who takes half of it.
    const stranger = async (): Promise<void> => {
      while (!stop) {
        void api.send("endpoint 0", 99, 50);
        await delay(100);
      }
    };
    void stranger();
    await pass(20_000);
    const before = api.refused();
    const startMs = performance.now();
    await pass(30_000);
    stop = true;
    const { used } = since(startMs);
    console.log(
      `beside a stranger: ${used.toFixed(3)} of the limit, ${api.refused() - before} of ${Math.round(used * 600)} refused`,
    );
    expect(used).toBeGreaterThan(0.85);
    expect((api.refused() - before) / (used * 600)).toBeLessThan(0.1);
  });

  it.each(["rejects", "hangs"] as const)(
    "goes on with its part while the store %s, and shares again when it is back",
    async (how) => {
      const { api, begin, since, warnings } = setUp({ endpoints: 2 });
      const processes = Array.from({ length: 4 }, (_, number) => begin(number));
      await pass(5000);
      for (const { network } of processes) network.cut(how);
      await pass(5000);
      const awayMs = performance.now();
      await pass(10_000);
      const away = since(awayMs);
      expect(warnings.length, "once for each process").toBe(4);
      expect(away.used).toBeGreaterThan(0.8);
      expect(away.slowest).toBeGreaterThan(0.8);
      for (const { network } of processes) network.cut("no");
      await pass(35_000);
      const backMs = performance.now();
      const refused = api.refused();
      await pass(10_000);
      expect(since(backMs).used).toBeGreaterThan(0.95);
      expect(api.refused() - refused).toBe(0);
    },
  );

  it("fails no call of a process that begins while the store is away", async () => {
    const { begin } = setUp();
    const process = begin(0, 0);
    process.network.cut("hangs");
    let done = 0;
    for (let calls = 0; calls < 5; calls++) void process.sendOne("endpoint 0").then(() => done++);
    await pass(3000);
    expect(done).toBe(5);
  });

  it("begins anew when the schedule was lost, without a burst", async () => {
    const { api, begin, since, shared } = setUp({ endpoints: 1 });
    for (let number = 0; number < 4; number++) begin(number);
    await pass(5000);
    await shared.delete("limits");
    await pass(5000);
    const startMs = performance.now();
    await pass(10_000);
    expect(since(startMs).used).toBeGreaterThan(0.95);
    expect(api.refused()).toBe(0);
  });

  it("drops a call that gives up, and lets the others go", async () => {
    const { begin } = setUp({ limits: { ...production, concurrent: 1 } });
    const { limiter } = begin(0, 0);
    const patient = new Deadline(600_000, undefined);
    const first = limiter.enter("a", patient);
    await pass(100);
    const permit = await first;
    const hasty = limiter.enter("a", new Deadline(50, undefined));
    const refusal = expect(hasty).rejects.toThrow("timeout");
    const next = limiter.enter("a", patient);
    await pass(200);
    await refusal;
    permit.end();
    await pass(500);
    (await next).end();
    patient.close();
  });
});
