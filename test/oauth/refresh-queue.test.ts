import { describe, expect, it } from "vitest";
import { createRefreshQueue, type Ticket, type Turn } from "../../src/oauth/refresh-queue.js";
import { createRandom, createVirtualTime } from "./rotation/virtual-time.js";

function setUp(concurrent = 40) {
  const time = createVirtualTime();
  const random = createRandom(1);
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => time.at(time.nowMs() + ms, () => resolve()));
  const clock = { nowMs: time.nowMs, sleep, random };
  const queue = createRefreshQueue({ ...clock, concurrent });
  return { ...clock, time, queue };
}

function answer(turn: Turn | undefined, kind: string, retryAfterMs?: number): void {
  turn?.sent();
  turn?.answered({ kind, retryAfterMs });
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("createRefreshQueue()", () => {
  it("begins with a few at once, and lets one more in with every pair that is issued", async () => {
    const { queue } = setUp(20);
    const turns: Turn[] = [];
    for (let i = 0; i < 100; i++) {
      void queue.enter({ urgency: "waiting" }).then((turn) => turns.push(turn));
    }
    const counts: number[] = [];
    for (const issued of [0, 1, 4, 100]) {
      for (let i = 0; i < issued; i++) answer(turns[0], "issued");
      // Letting one go makes the queue look again.
      turns.shift()?.end();
      await settled();
      counts.push(turns.length);
    }
    expect(counts).toEqual([8, 9, 13, 20]);
  });

  it("halves the number once for all that the store left no time, and never stops", async () => {
    const { queue } = setUp();
    const turns: Turn[] = [];
    for (let i = 0; i < 100; i++) {
      void queue.enter({ urgency: "waiting" }).then((turn) => turns.push(turn));
    }
    const counts: number[] = [];
    for (let again = 0; again < 5; again++) {
      await settled();
      counts.push(turns.length);
      const together = turns.splice(0);
      for (const turn of together) turn.late();
      for (const turn of together) turn.end();
    }
    expect(counts).toEqual([8, 4, 2, 1, 1]);
  });

  it("begins with all those whose minute is running", async () => {
    const { queue } = setUp(20);
    const started: string[] = [];
    const enter = (urgency: Ticket["urgency"]) =>
      void queue.enter({ urgency }).then(() => started.push(urgency));
    for (let i = 0; i < 100; i++) enter("waiting");
    for (let i = 0; i < 100; i++) enter("marked");
    await settled();
    expect(started).toEqual([...Array(8).fill("waiting"), ...Array(12).fill("marked")]);
  });

  it("reads as many records at once as it makes refreshes, and goes on after one that fails", async () => {
    const { queue } = setUp(20);
    const ends: (() => void)[] = [];
    const read = () =>
      queue.read(
        () => new Promise<void>((_, reject) => ends.push(() => reject(new Error("away")))),
      );
    const reads = Array.from({ length: 50 }, read).map((one) => one.catch(() => "failed"));
    const counts: number[] = [];
    while (ends.length > 0) {
      counts.push(ends.length);
      for (const end of ends.splice(0)) end();
      await settled();
    }
    expect(counts).toEqual([20, 20, 10]);
    expect(await Promise.all(reads)).toEqual(Array(50).fill("failed"));
  });

  it("lets those with a mark go first, then those whom callers wait for", async () => {
    const { queue } = setUp(1);
    const order: string[] = [];
    const enter = (name: string, ticket: Ticket) =>
      queue.enter(ticket).then((turn) => {
        order.push(name);
        setImmediate(() => turn.end());
      });
    const promoted: Ticket = { urgency: "background" };
    const all = [
      enter("first", { urgency: "background" }),
      enter("background", { urgency: "background" }),
      enter("waiting", { urgency: "waiting" }),
      enter("marked", { urgency: "marked" }),
      enter("promoted", promoted),
    ];
    queue.promote(promoted, "marked");
    queue.promote(promoted, "background");
    await Promise.all(all);
    expect(order).toEqual(["first", "marked", "promoted", "waiting", "background"]);
  });

  it.each([
    [3000, 3000],
    [undefined, 250],
    [10 * 60_000, 60_000],
  ])("sends nothing for a while after a 429 with Retry-After %s", async (asked, heldMs) => {
    const { queue, time } = setUp();
    const turn = await queue.enter({ urgency: "waiting" });
    answer(turn, "busy", asked);
    expect(turn.delayMs()).toBeGreaterThanOrEqual(heldMs);
    turn.end();
    let startedAtMs = 0;
    void queue.enter({ urgency: "waiting" }).then(() => {
      startedAtMs = time.nowMs();
    });
    await settled();
    await time.runUntil(10 * 60_000, () => startedAtMs > 0);
    expect(startedAtMs).toBeGreaterThanOrEqual(heldMs);
    expect(startedAtMs).toBeLessThanOrEqual(heldMs * 1.25);
  });

  it("does not slow down for a 429 while nobody else waits", async () => {
    const { queue, time } = setUp();
    const turn = await queue.enter({ urgency: "waiting" });
    answer(turn, "busy");
    turn.end();
    const starts: number[] = [];
    for (let i = 0; i < 8; i++) {
      void queue.enter({ urgency: "waiting" }).then(() => starts.push(time.nowMs()));
    }
    await settled();
    await time.runUntil(5000, () => starts.length === 8);
    expect(new Set(starts).size).toBe(1);
  });

  it("takes no place in the pace for turns in which there was nothing to send", async () => {
    const { queue, time } = setUp();
    const slow = await queue.enter({ urgency: "waiting" });
    const turns: Promise<void>[] = [];
    const enter = () =>
      void turns.push(queue.enter({ urgency: "waiting" }).then((one) => one.end()));
    for (let i = 0; i < 100; i++) enter();
    // Nothing was accepted in the last second, and others wait: from here on it is one a second.
    answer(slow, "busy");
    await settled();
    let endedAtMs: number | undefined;
    void Promise.all(turns).then(() => {
      endedAtMs = time.nowMs();
    });
    await time.runUntil(600_000, () => endedAtMs !== undefined);
    expect(endedAtMs).toBeLessThan(5000);
  });

  // What a limit that processes share lets through, and what they send in vain until they have found it.
  it.each([
    { processes: 1, latencyMs: 20, retryAfterMs: undefined },
    { processes: 1, latencyMs: 300, retryAfterMs: 1000 },
    { processes: 4, latencyMs: 20, retryAfterMs: 1000 },
    { processes: 4, latencyMs: 300, retryAfterMs: undefined },
  ])("finds a limit of 20 a second: %o", async ({ processes, latencyMs, retryAfterMs }) => {
    const { time, nowMs, sleep, random } = setUp();
    const count = { issued: 0, busy: 0 };
    let accepted: number[] = [];
    async function ask(): Promise<"issued" | "busy"> {
      await sleep((latencyMs / 5) * random());
      accepted = accepted.filter((atMs) => atMs > nowMs() - 1000);
      const kind = accepted.length < 20 ? "issued" : "busy";
      count[kind]++;
      if (kind === "issued") {
        accepted.push(nowMs());
        await sleep(latencyMs);
      }
      return kind;
    }
    const total = 2000;
    for (let process = 0; process < processes; process++) {
      const queue = createRefreshQueue({ nowMs, sleep, random, concurrent: 40 });
      for (let i = 0; i < total / processes; i++) void refresh(queue);
    }
    async function refresh(queue: ReturnType<typeof createRefreshQueue>): Promise<void> {
      const turn = await queue.enter({ urgency: "waiting" });
      await sleep(5);
      for (;;) {
        turn.sent();
        const kind = await ask();
        turn.answered({ kind, retryAfterMs });
        if (kind === "issued") break;
        await sleep(Math.max(500 + random() * 500, turn.delayMs()));
      }
      turn.end();
    }
    await settled();
    let endedAtMs = 0;
    await time.runUntil(1_000_000, () => {
      if (count.issued === total) endedAtMs ||= nowMs();
      return count.issued === total;
    });
    expect(endedAtMs).toBeGreaterThan(0);
    // The limit alone makes it 100 s.
    expect(endedAtMs).toBeLessThan(160_000);
    expect(count.busy / (count.issued + count.busy)).toBeLessThan(0.05);
  });
});
