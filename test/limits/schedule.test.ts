import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emptySchedule,
  reserve,
  type Schedule,
  type TurnRequest,
} from "../../src/limits/schedule.js";
import type { RateLimits } from "../../src/retry/pace.js";

const production: RateLimits = { perSecond: 100, perEndpointPerSecond: 20, concurrent: 50 };

/** What a process asks for, with everything else left out. */
const request = (member: string, more: Partial<TurnRequest> = {}): TurnRequest => ({
  ...{ member, running: 0, unused: 0, wanted: [], passed: 0, refused: [], pauseMs: 0 },
  ...more,
});

const wants = (count: number, endpoint = "a"): TurnRequest["wanted"] => [[endpoint, count]];

/** Processes that ask one after another, each with more work than it may send. */
function createCrowd(limits: RateLimits = production) {
  let schedule: Schedule = emptySchedule("one", 0);
  return {
    get schedule() {
      return schedule;
    },
    ask(nowMs: number, asked: TurnRequest) {
      const reserved = reserve(schedule, nowMs, asked, { limits, random: 0.5 });
      schedule = JSON.parse(JSON.stringify(reserved.schedule)) as Schedule;
      return reserved;
    },
  };
}

/** The most that begin within any second. */
function busiestSecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map((start) => sorted.filter((at) => at >= start && at < start + 1000).length),
  );
}

describe("reserve()", () => {
  it("gives a lone process ten turns at a time, spaced as the endpoint allows", () => {
    const { turns } = createCrowd().ask(1000, request("p", { wanted: wants(30) }));
    expect(turns).toHaveLength(10);
    const spaces = turns.slice(1).map(({ atMs }, index) => atMs - (turns[index]?.atMs ?? 0));
    for (const space of spaces) expect(space).toBeCloseTo(51.2, 1);
    expect(turns[0]?.atMs).toBeGreaterThanOrEqual(1000);
    expect(turns[0]?.atMs).toBeLessThan(1011);
  });

  it("gives no more turns than there is work for", () => {
    expect(createCrowd().ask(0, request("p", { wanted: wants(3) })).turns).toHaveLength(3);
  });

  it("gives each of many processes an equal batch, one after another", () => {
    const crowd = createCrowd();
    const counts = new Map<string, number>();
    const times: number[] = [];
    const nextAsk = new Map(Array.from({ length: 8 }, (_, index) => [`p${index}`, index]));
    for (let nowMs = 0; nowMs < 30_000; nowMs++) {
      for (const [member, atMs] of nextAsk) {
        if (nowMs < atMs) continue;
        const { turns } = crowd.ask(nowMs, request(member, { wanted: wants(100) }));
        counts.set(member, (counts.get(member) ?? 0) + turns.length);
        times.push(...turns.map((turn) => turn.atMs));
        nextAsk.set(member, (turns.at(-1)?.atMs ?? nowMs) - 50);
      }
    }
    const within = times.filter((atMs) => atMs < 30_000).length;
    expect(within / 600).toBeGreaterThan(0.97);
    expect(busiestSecond(times)).toBeLessThanOrEqual(20);
    expect(Math.min(...counts.values()) / (within / 8)).toBeGreaterThan(0.9);
  });

  it("uses the limit of all endpoints together, and never more than one endpoint's", () => {
    const crowd = createCrowd();
    const times = new Map<string, number[]>();
    const endpoints = ["a", "b", "c", "d", "e", "f", "g"];
    for (let nowMs = 0; nowMs < 10_000; nowMs += 20) {
      const unused = [...times.values()].flat().filter((atMs) => atMs > nowMs).length;
      // As a process does that asks shortly before its turns end.
      const wanted = endpoints
        .filter((endpoint) => (times.get(endpoint)?.at(-1) ?? 0) < nowMs + 300)
        .map((endpoint) => [endpoint, 5] as const);
      const { turns } = crowd.ask(nowMs, request("p", { wanted, unused }));
      for (const { endpoint, atMs } of turns) {
        times.set(endpoint, [...(times.get(endpoint) ?? []), atMs]);
      }
    }
    const all = [...times.values()].flat();
    expect(all.filter((atMs) => atMs < 10_000).length / 1000).toBeGreaterThan(0.95);
    expect(busiestSecond(all)).toBeLessThanOrEqual(100);
    for (const endpoint of endpoints) {
      expect(busiestSecond(times.get(endpoint) ?? [])).toBeLessThanOrEqual(20);
    }
  });

  it("keeps no more requests in flight than the limit, and gives each process its share", () => {
    const crowd = createCrowd({ ...production, concurrent: 6 });
    const ask = (member: string, running: number) =>
      crowd.ask(0, request(member, { wanted: wants(10), running })).turns.length;
    expect(ask("p", 0)).toBe(6);
    expect(ask("q", 0), "none is free").toBe(0);
    expect(ask("p", 2), "its share is three").toBe(1);
    expect(ask("q", 0)).toBe(3);
    expect(ask("r", 0)).toBe(0);
    expect(ask("p", 5), "what is in flight stays").toBe(0);
  });

  it("gives back the permits of a process that says nothing any more", () => {
    const crowd = createCrowd({ ...production, concurrent: 4 });
    expect(crowd.ask(0, request("killed", { wanted: wants(10) })).turns).toHaveLength(4);
    const ask = (nowMs: number) =>
      crowd.ask(nowMs, request("p", { wanted: wants(10) })).turns.length;
    expect(ask(2900)).toBe(0);
    expect(ask(3100)).toBe(4);
  });

  it("tells when permits are scarce, and forgets a process that has none", () => {
    const crowd = createCrowd({ ...production, concurrent: 10 });
    expect(crowd.ask(0, request("p", { wanted: wants(3), running: 1 })).isScarce).toBe(false);
    expect(crowd.ask(0, request("q", { wanted: wants(5), running: 2 })).isScarce).toBe(true);
    crowd.ask(10, request("p"));
    expect(Object.keys(crowd.schedule.members)).toEqual(["q"]);
  });

  it("holds everything while it pauses", () => {
    const crowd = createCrowd();
    crowd.ask(0, request("p", { pauseMs: 3000 }));
    for (const endpoint of ["a", "b"]) {
      const { turns } = crowd.ask(100, request("q", { wanted: wants(2, endpoint) }));
      expect(turns[0]?.atMs).toBeGreaterThanOrEqual(3000);
      expect((turns[1]?.atMs ?? 0) - (turns[0]?.atMs ?? 0)).toBeGreaterThan(40);
    }
  });

  it("slows an endpoint down for everybody when it is refused, once for what was in flight together", () => {
    const crowd = createCrowd();
    crowd.ask(0, request("p", { refused: ["a"] }));
    crowd.ask(10, request("q", { refused: ["a"] }));
    const { turns } = crowd.ask(
      20,
      request("r", {
        wanted: [
          ["a", 3],
          ["b", 3],
        ],
      }),
    );
    const of = (name: string) => turns.filter(({ endpoint }) => endpoint === name);
    expect(of("a")[0]?.atMs).toBeGreaterThan(200);
    expect((of("a")[1]?.atMs ?? 0) - (of("a")[0]?.atMs ?? 0)).toBeCloseTo(1.05 * 51.2, -1);
    expect((of("b")[1]?.atMs ?? 0) - (of("b")[0]?.atMs ?? 0)).toBeCloseTo(51.2, -1);
  });

  it("counts requests that went without a turn", () => {
    const { turns } = createCrowd().ask(0, request("p", { wanted: wants(1), passed: 5 }));
    expect(turns[0]?.atMs).toBeGreaterThan(50);
  });

  it("keeps every limit, whatever processes ask and say", () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 300 }),
      member: fc.constantFrom("p", "q", "r", "s"),
      wanted: fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 30 }))),
      passed: fc.integer({ min: 0, max: 3 }),
      refused: fc.subarray(["a", "b", "c"], { maxLength: 1 }),
      pauseMs: fc.constantFrom(0, 0, 0, 500),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const limitsOf = fc.record({
      perSecond: fc.constantFrom(2, 7, 20, 100),
      perEndpointPerSecond: fc.constantFrom(1, 5, 20),
      concurrent: fc.constantFrom(1, 6, 50),
    });
    fc.assert(
      fc.property(limitsOf, fc.array(step, { maxLength: 60 }), (limits, steps) => {
        const crowd = createCrowd(limits);
        const times: Record<string, number[]> = { a: [], b: [], c: [] };
        const permits = new Map<string, number>();
        let nowMs = 0;
        for (const { afterMs, kept, ...asked } of steps) {
          nowMs += afterMs;
          const running = Math.floor((permits.get(asked.member) ?? 0) * kept);
          const wanted = [...new Map(asked.wanted)];
          const { turns } = crowd.ask(nowMs, request(asked.member, { ...asked, wanted, running }));
          permits.set(asked.member, running + turns.length);
          for (const { endpoint, atMs } of turns) {
            expect(atMs).toBeGreaterThanOrEqual(nowMs - 0.01);
            times[endpoint]?.push(atMs);
          }
          const told = Object.values(crowd.schedule.members).map((member) => member.permits);
          expect(told.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(
            limits.concurrent,
          );
        }
        expect(busiestSecond(Object.values(times).flat())).toBeLessThanOrEqual(limits.perSecond);
        for (const each of Object.values(times)) {
          expect(busiestSecond(each)).toBeLessThanOrEqual(limits.perEndpointPerSecond);
        }
      }),
      { numRuns: 500 },
    );
  });
});
