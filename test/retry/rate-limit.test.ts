import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { Agent, buildConnector } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createPacer, type RateLimits } from "../../src/retry/pace.js";
import { createRateLimiter } from "../../src/retry/rate-limit.js";
import { Deadline, DeadlineError } from "../../src/transport/deadline.js";

const limits = { perSecond: 200, perEndpointPerSecond: 40, concurrent: 3 };

function limiterOf(given: RateLimits, random: () => number = Math.random) {
  return createRateLimiter(given, () => createPacer(given, random));
}

/** Enters `count` times at once, and returns when each got through. */
async function enterAll(count: number, endpoint: string, limiter = limiterOf(limits)) {
  const times: number[] = [];
  const deadlines = Array.from({ length: count }, () => new Deadline(20_000, undefined));
  await Promise.all(
    deadlines.map(async (deadline) => {
      const permit = await limiter.enter(endpoint, deadline);
      times.push(performance.now());
      permit.end();
      deadline.close();
    }),
  );
  return times;
}

/** Runs work on a clock that only goes on while something waits, so that a busy machine changes nothing. */
async function onFakeTime<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let isOver = false;
  const done = work().finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(1);
  return await done;
}

describe("createRateLimiter()", () => {
  it("never lets more through in a second than an endpoint allows", async () => {
    const times = await onFakeTime(() => enterAll(90, "accounts.create"));
    const tooSoon = times.filter((time, index) => (times[index + 40] ?? Infinity) - time < 1000);
    expect(tooSoon).toEqual([]);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2000);
  });

  it("counts a request from when it left, where its socket had to be opened first", async () => {
    const limiter = limiterOf({ ...limits, concurrent: 90 });
    const connectMs = 150;
    const times: number[] = [];
    let entered = 0;
    const send = async (): Promise<void> => {
      const deadline = new Deadline(20_000, undefined);
      const permit = await limiter.enter("accounts.create", deadline);
      if (entered++ < 4) await deadline.sleep("connecting", connectMs);
      permit.left();
      times.push(performance.now());
      permit.end();
      deadline.close();
    };
    await onFakeTime(() => Promise.all(Array.from({ length: 90 }, send)));
    times.sort((a, b) => a - b);
    const tooSoon = times.filter((time, index) => (times[index + 40] ?? Infinity) - time < 1000);
    expect(tooSoon).toEqual([]);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(2800);
  });

  it("spaces requests instead of letting a burst through", async () => {
    const times = await enterAll(20, "accounts.create");
    expect((times[19] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
  });

  it("counts all endpoints together", async () => {
    const limiter = limiterOf({ ...limits, perSecond: 40 });
    const all = await Promise.all(["a", "b", "c"].map((name) => enterAll(20, name, limiter)));
    const times = all.flat().sort((a, b) => a - b);
    const tooSoon = times.filter((time, index) => (times[index + 40] ?? Infinity) - time < 1000);
    expect(tooSoon).toEqual([]);
  });

  it("keeps its distance from requests that did not wait", async () => {
    const limiter = limiterOf({ ...limits, perSecond: 1 });
    const start = performance.now();
    limiter.passed();
    const [next = 0] = await enterAll(1, "a", limiter);
    expect(next - start).toBeGreaterThanOrEqual(1000);
  });

  it("limits how many requests are under way", async () => {
    const limiter = limiterOf(limits);
    const deadline = new Deadline(20_000, undefined);
    const permits = [];
    for (const name of ["a", "b", "c"]) permits.push(await limiter.enter(name, deadline));
    let entered = false;
    const fourth = limiter.enter("d", deadline).then(() => {
      entered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(entered).toBe(false);
    permits[0]?.end();
    await fourth;
    deadline.close();
  });

  it("drops a caller who gives up, and lets the next one go", async () => {
    const limiter = limiterOf({ ...limits, concurrent: 1 });
    const patient = new Deadline(20_000, undefined);
    const first = await limiter.enter("a", patient);
    const hasty = new Deadline(50, undefined);
    await expect(limiter.enter("a", hasty)).rejects.toBeInstanceOf(DeadlineError);
    first.end();
    const next = await limiter.enter("a", patient);
    next.end();
    patient.close();
  });

  it("waits for months without spinning or warnings", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const limiter = limiterOf({ ...limits, perSecond: 1e-7 });
    const deadline = new Deadline(50, undefined);
    (await limiter.enter("a", deadline)).end();
    await expect(limiter.enter("a", deadline)).rejects.toBeInstanceOf(DeadlineError);
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    deadline.close();
    expect(warnings).toEqual([]);
  });

  it("holds back an endpoint after a 429, and no other", async () => {
    const limiter = limiterOf(limits);
    limiter.refused("a");
    const start = performance.now();
    const [[held = 0], [other = 0]] = await Promise.all([
      enterAll(1, "a", limiter),
      enterAll(1, "b", limiter),
    ]);
    expect(held - start).toBeGreaterThanOrEqual(99);
    expect(other).toBeLessThan(held);
  });

  it("lowers the pace of an endpoint that is refused, and lets it recover", async () => {
    const spacing = (times: readonly number[]) =>
      ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1);
    const { slow, later } = await onFakeTime(async () => {
      const limiter = limiterOf({ ...limits, perEndpointPerSecond: 100 });
      for (let refusal = 0; refusal < 6; refusal++) {
        limiter.refused("a");
        await enterAll(1, "a", limiter);
      }
      const slow = spacing(await enterAll(5, "a", limiter));
      await enterAll(300, "a", limiter);
      return { slow, later: spacing(await enterAll(20, "a", limiter)) };
    });
    // 1.25 to the power of 6 is 3.8.
    expect(slow).toBeGreaterThan(2.5 * 10.4);
    expect(later).toBeLessThan(slow);
  });

  it("waits a random moment after a 429, at most half a second", async () => {
    for (const [random, leastMs, mostMs] of [
      [0, 99, 400],
      [0.999, 399, 1000],
    ] as const) {
      const limiter = limiterOf(limits, () => random);
      for (let refusal = 0; refusal < 6; refusal++) limiter.refused("a");
      const start = performance.now();
      const [held = 0] = await enterAll(1, "a", limiter);
      expect(held - start).toBeGreaterThanOrEqual(leastMs);
      expect(held - start).toBeLessThan(mostMs);
    }
  });

  it("takes turns between endpoints when all of them together are the limit", async () => {
    const limiter = limiterOf({ perSecond: 50, perEndpointPerSecond: 50, concurrent: 10 });
    const start = performance.now();
    const ends = await Promise.all(
      ["a", "b", "c"].map(async (name) => (await enterAll(30, name, limiter)).at(-1) ?? 0),
    );
    // One after another, the first would be over after a third of the time.
    const [first, last] = [Math.min(...ends) - start, Math.max(...ends) - start];
    expect(first / last).toBeGreaterThan(0.6);
  });

  it("takes limits of any size", async () => {
    const limiter = limiterOf({ perSecond: 1e8, perEndpointPerSecond: 1e9, concurrent: 1e6 });
    expect(await enterAll(5000, "a", limiter)).toHaveLength(5000);
  });

  it("counts refusals of concurrent requests as one", async () => {
    const limiter = limiterOf(limits);
    for (let request = 0; request < 6; request++) limiter.refused("a");
    const deadline = new Deadline(2000, undefined);
    // Six in a row would be 3.2 s.
    const permit = await limiter.enter("a", deadline);
    expect(deadline.remainingMs).toBeGreaterThan(0);
    permit.end();
    deadline.close();
  });
});

describe("rateLimit", () => {
  it("keeps a client below the limits that refuse another", async () => {
    const rateLimits = { perSecond: 60, perEndpointPerSecond: 30, concurrent: 5 };
    await using emulator = await startEmulator({ rateLimits });
    const client = createClient({ ...emulator.clientOptions, rateLimit: rateLimits });
    await Promise.all(Array.from({ length: 60 }, () => client.accounts.current()));
    const refused = emulator.requests.filter(({ status }) => status === 429);
    // One or two may arrive closer together than they were sent.
    expect(refused.length).toBeLessThan(10);
  });

  it("has none refused when sockets take long to open", async () => {
    const rateLimits = { perSecond: 100, perEndpointPerSecond: 20 };
    await using emulator = await startEmulator({ rateLimits });
    const connect = buildConnector({});
    const dispatcher = new Agent({
      pipelining: 1,
      connect: (options, done) => void setTimeout(() => connect(options, done), 400),
    });
    onTestFinished(() => dispatcher.close());
    const { clientOptions } = emulator;
    const client = createClient({ ...clientOptions, dispatcher, rateLimit: rateLimits });
    await Promise.all(Array.from({ length: 50 }, () => client.accounts.current()));
    const refused = emulator.requests.filter(({ status }) => status === 429);
    // As above; it would be five or more if requests counted from when they were to go.
    expect(refused.length).toBeLessThan(3);
  });

  it("refuses limits that make no sense", () => {
    const options = { environment: "sandbox", clientId: "a", apiKey: "b" } as const;
    expect(() => createClient({ ...options, rateLimit: { perSecond: 0 } })).toThrow(RangeError);
  });
});
