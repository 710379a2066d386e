import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Client, createClient } from "../../src/index.js";
import { createCoolDown } from "../../src/retry/cool-down.js";
import { Deadline } from "../../src/transport/deadline.js";
import {
  type Answer,
  account,
  json,
  key,
  refuse,
  type ScriptedServer,
  startServer,
} from "../scripted-server.js";

const refusal = { status: 429, headers: { "x-request-id": "r-1" }, body: Buffer.alloc(0) };

const requestWithin = (deadline: Deadline) => ({
  deadline,
  progress: { attempts: 0, retries: 0, ambiguous: false },
});

/** A client whose waits have no jitter. */
function clientOf(server: ScriptedServer): Client {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const client = createClient({ ...key, baseUrl: server.url, timeoutMs: 5000 });
  vi.restoreAllMocks();
  return client;
}

describe("createCoolDown()", () => {
  it("is not active before it starts or after it has passed", async () => {
    const coolDown = createCoolDown(() => 0);
    const deadline = new Deadline(5000, undefined);
    expect(coolDown.active).toBe(false);
    coolDown.start(30, refusal);
    expect(coolDown.active).toBe(true);
    const start = performance.now();
    await coolDown.pass(requestWithin(deadline));
    expect(performance.now() - start).toBeGreaterThan(28);
    expect(coolDown.active).toBe(false);
    deadline.close();
  });

  it("lets waiting callers go one after another", async () => {
    const draws = [0, 0.5, 1];
    const coolDown = createCoolDown(() => draws.shift() ?? 0);
    const start = performance.now();
    coolDown.start(400, refusal);
    const tookMs = await Promise.all(
      [1, 2, 3].map(async () => {
        const deadline = new Deadline(5000, undefined);
        await coolDown.pass(requestWithin(deadline));
        deadline.close();
        return performance.now() - start;
      }),
    );
    const [first = 0, second = 0, third = 0] = tookMs;
    expect(first).toBeGreaterThan(395);
    expect(second - first).toBeGreaterThan(50);
    expect(third - second).toBeGreaterThan(50);
  });

  it("can be extended by another one, but never shortened", async () => {
    const coolDown = createCoolDown(() => 0);
    const deadline = new Deadline(5000, undefined);
    const start = performance.now();
    coolDown.start(60, refusal);
    const passed = coolDown.pass(requestWithin(deadline));
    coolDown.start(120, refusal);
    coolDown.start(1, refusal);
    await passed;
    expect(performance.now() - start).toBeGreaterThan(115);
    deadline.close();
  });

  it("rejects at once with the 429 and the time left when the deadline comes first", async () => {
    const coolDown = createCoolDown(() => 0);
    coolDown.start(9500, refusal);
    const deadline = new Deadline(1000, undefined);
    const request = requestWithin(deadline);
    expect(await coolDown.pass(request)).toEqual({
      status: 429,
      headers: { "x-request-id": "r-1", "retry-after": "10" },
      body: Buffer.from('{"code":""}'),
    });
    expect(request.progress).toHaveProperty(
      "hint",
      "another call was refused, and all are held back for 10 s more, longer than this one may take",
    );
    expect(coolDown.active).toBe(true);
    deadline.close();
  });

  it("is left at once by a caller who gives up", async () => {
    const coolDown = createCoolDown(() => 0);
    coolDown.start(1000, refusal);
    const giveUp = new AbortController();
    const deadline = new Deadline(5000, giveUp.signal);
    const passed = coolDown.pass(requestWithin(deadline));
    giveUp.abort();
    await expect(passed).rejects.toMatchObject({ ended: { kind: "aborted" } });
    expect(deadline.phase).toBe("waiting for the rate limit to pass");
    deadline.close();
  });
});

describe("a 429", () => {
  it("holds back every other call of the client and of those derived from it", async () => {
    const startedMs: number[] = [];
    const note: Answer = (response, seen, request) => {
      startedMs.push(performance.now());
      return json(200, account())(response, seen, request);
    };
    const server = await startServer({
      answers: [json(200, account()), refuse(429, {}, { "retry-after": "0.25" })],
      otherwise: note,
    });
    let onRetry: (() => void) | undefined;
    const limited = new Promise<void>((resolve) => {
      onRetry = resolve;
    });
    const client = createClient({ ...key, baseUrl: server.url, observer: { onRetry } });
    await client.accounts.retrieve("acct_0");
    const start = performance.now();
    const first = client.accounts.submit("acct_1");
    await limited;
    await Promise.all([
      first,
      client.accounts.retrieve("acct_2"),
      client.onBehalfOf("acct_9").accounts.retrieve("acct_3"),
      client.withOptions({ maxRetries: 0, loginAs: "acct_8" }).accounts.retrieve("acct_4"),
    ]);
    expect(startedMs.length).toBe(4);
    for (const ms of startedMs) expect(ms - start).toBeGreaterThan(245);
  });

  it("tells other calls nothing about what the refused one sent", async () => {
    const body = { code: "too_many_requests", message: "Seen too often: Lovelace" };
    const server = await startServer({ otherwise: refuse(429, body, { "retry-after": "30" }) });
    const client = clientOf(server);
    const individual_details = { last_name: "Lovelace" };
    const first = client.accounts.update("acct_1", { account_details: { individual_details } });
    await expect(first).rejects.not.toThrow("Lovelace");
    const second = client.accounts.retrieve("acct_2");
    await expect(second).rejects.toMatchObject({
      code: "rate_limited",
      apiCode: "too_many_requests",
      attempts: 0,
      retryAfterMs: 30_000,
      message: expect.stringContaining("held back for 30 s more, longer than this one may take"),
    });
    await expect(second).rejects.not.toThrow("Lovelace");
    expect(server.requests.length).toBe(1);
  });

  it("does not affect another client", async () => {
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "30" })],
    });
    const first = clientOf(server).accounts.retrieve("acct_1");
    first.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    const start = performance.now();
    await clientOf(server).accounts.retrieve("acct_2");
    expect(performance.now() - start).toBeLessThan(8000);
    await expect(first).rejects.toMatchObject({ code: "rate_limited" });
  });

  it("refuses a call at once if its deadline comes first", async () => {
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "30" })],
    });
    const { accounts } = clientOf(server);
    await expect(accounts.retrieve("acct_1")).rejects.toMatchObject({ code: "rate_limited" });
    await expect(accounts.retrieve("acct_2", { timeoutMs: 1000 })).rejects.toMatchObject({
      name: "ApiError",
      code: "rate_limited",
      outcome: "not_done",
      retryAfterMs: 30_000,
      attempts: 0,
    });
    expect(server.requests.length).toBe(1);
  });

  it.each([
    ["99999999", {}],
    ["9".repeat(400), {}],
    ["99999999", { rateLimit: true }],
  ])(
    "that asks to wait %s s stops a client for five minutes at most, with %j",
    async (after, options) => {
      vi.useFakeTimers({ toFake: ["performance"] });
      onTestFinished(() => void vi.useRealTimers());
      const server = await startServer({
        answers: [json(200, account()), refuse(429, {}, { "retry-after": after })],
      });
      const { accounts } = createClient({ ...key, baseUrl: server.url, ...options });
      // Under a rate limit the first call keeps its distance from the login.
      const ticking = setInterval(() => vi.advanceTimersByTime(100), 10);
      await accounts.retrieve("acct_0").finally(() => clearInterval(ticking));
      vi.advanceTimersByTime(1000);
      await expect(accounts.retrieve("acct_1")).rejects.toMatchObject({ code: "rate_limited" });
      vi.advanceTimersByTime(5 * 60_000 - 1);
      await expect(accounts.retrieve("acct_2", { timeoutMs: 100 })).rejects.toThrow();
      expect(server.requests.length).toBe(2);
      vi.advanceTimersByTime(1);
      await accounts.retrieve("acct_3");
    },
  );

  it("that asks for a wait of months does not make callers spin or print warnings", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const server = await startServer({
      answers: [refuse(429, {}, { "retry-after": "99999999" })],
    });
    const { accounts } = clientOf(server);
    await expect(accounts.retrieve("acct_1")).rejects.toMatchObject({ code: "rate_limited" });
    await accounts.retrieve("acct_2", { timeoutMs: 100 }).catch(() => undefined);
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    expect(warnings.length).toBe(0);
  });
});
