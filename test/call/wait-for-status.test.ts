import { describe, expect, it } from "vitest";
import { AccountStatusError, createClient, ValidationError } from "../../src/index.js";
import { type Answer, account, json, key, refuse, stall, startServer } from "../scripted-server.js";

const inStatus = (status: string): Answer => json(200, account({ id: "acct_1", status }));

describe("waitForStatus()", () => {
  it("reads until the account has the status, and returns it", async () => {
    const polls: string[] = [];
    const server = await startServer({
      answers: [inStatus("SUBMITTED"), inStatus("SUBMITTED"), inStatus("ACTIVE")],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const active = await client.accounts.waitForStatus("acct_1", {
      status: "ACTIVE",
      intervalMs: 1,
      onBehalfOf: "acct_9",
      onPoll: ({ status }) => polls.push(status),
    });
    expect(active.status).toBe("ACTIVE");
    expect(polls).toEqual(["SUBMITTED", "SUBMITTED", "ACTIVE"]);
    expect(server.requests.length).toBe(3);
    for (const { target, headers } of server.requests) {
      expect(target).toBe("/api/v1/accounts/acct_1");
      expect(headers["x-on-behalf-of"]).toBe("acct_9");
    }
  });

  it("reads once, without waiting, if the account already has the status", async () => {
    const server = await startServer({ answers: [inStatus("SUSPENDED")] });
    const client = createClient({ ...key, baseUrl: server.url });
    const start = performance.now();
    await client.accounts.waitForStatus("acct_1", { status: ["ACTIVE", "SUSPENDED"] });
    expect(performance.now() - start).toBeLessThan(8000);
    expect(server.requests.length).toBe(1);
  });

  it("waits half as long again each time, up to the longest wait", async () => {
    const atMs: number[] = [];
    const answers = Array.from({ length: 12 }, () => inStatus("SUBMITTED"));
    const server = await startServer({ answers, otherwise: inStatus("ACTIVE") });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.waitForStatus("acct_1", {
      status: "ACTIVE",
      intervalMs: 40,
      maxIntervalMs: 70,
      onPoll: () => atMs.push(performance.now()),
    });
    const waits = atMs.slice(1).map((ms, i) => ms - (atMs[i] ?? 0));
    const least = [38, 58, ...Array.from({ length: 10 }, () => 68)];
    expect(waits.length).toBe(least.length);
    for (const [i, ms] of least.entries()) expect(waits[i]).toBeGreaterThan(ms);
    // Without the limit, this wait would be 3.5 s.
    expect(waits.at(-1)).toBeLessThan(3000);
  });

  it.each([
    ["CREATED", "it has not been submitted"],
    [
      "ACTION_REQUIRED",
      "something is required first; whatIsMissing(error) lists it, from error.account.requirements",
    ],
    ["SUSPENDED", "it is suspended"],
    ["DORMANT", "it is dormant"],
    ["CLOSED", "it is closed"],
  ])("stops at once when %s cannot lead there on its own", async (status, reason) => {
    const server = await startServer({ otherwise: inStatus(status) });
    const client = createClient({ ...key, baseUrl: server.url });
    const start = performance.now();
    const error = await client.accounts
      .waitForStatus("acct_1", { status: "ACTIVE" })
      .catch((caught: unknown) => caught);
    if (!(error instanceof AccountStatusError)) throw error;
    expect(error).toMatchObject({
      code: "status_unreachable",
      accountId: "acct_1",
      status,
      message: `Cannot wait for acct_1 to become ACTIVE: ${reason}`,
      account: { id: "acct_1", status },
    });
    expect(performance.now() - start).toBeLessThan(8000);
    expect(server.requests.length).toBe(1);
  });

  it("stops at once when waiting for an active account to stop being active", async () => {
    const server = await startServer({ otherwise: inStatus("ACTIVE") });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("acct_1", { status: ["SUSPENDED", "CLOSED"] });
    await expect(wait).rejects.toThrow(
      "Cannot wait for acct_1 to become SUSPENDED or CLOSED: it is active already",
    );
  });

  it("waits for an interval of any length, without spinning or warnings", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const server = await startServer({ otherwise: inStatus("SUBMITTED") });
    const client = createClient({ ...key, baseUrl: server.url });
    const options = { status: "ACTIVE", intervalMs: 2 ** 40, timeoutMs: 1000 } as const;
    const wait = client.accounts.waitForStatus("acct_1", options);
    await expect(wait).rejects.toMatchObject({ code: "status_timeout" });
    await new Promise(setImmediate);
    process.off("warning", onWarning);
    expect([server.requests.length, warnings]).toEqual([1, []]);
  });

  it("continues through a status that this package does not know", async () => {
    const server = await startServer({ answers: [inStatus("IN_REVIEW"), inStatus("ACTIVE")] });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", intervalMs: 1 });
    await expect(wait).resolves.toMatchObject({ status: "ACTIVE" });
  });

  it("stops when its time is up, between two reads or during one", async () => {
    const server = await startServer({
      answers: [inStatus("SUBMITTED"), inStatus("SUBMITTED"), stall()],
      otherwise: inStatus("SUBMITTED"),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    for (const intervalMs of [1, 30_000]) {
      const start = performance.now();
      const error = await client.accounts
        .waitForStatus("acct_1", { status: "ACTIVE", intervalMs, timeoutMs: 600 })
        .catch((caught: unknown) => caught);
      if (!(error instanceof AccountStatusError)) throw error;
      expect(error).toMatchObject({ code: "status_timeout", status: "SUBMITTED" });
      expect(error.message).toMatch(
        /^Cannot wait longer for acct_1 to become ACTIVE: it is SUBMITTED after \d+\.\d s$/,
      );
      expect(error.waitedForMs).toBeGreaterThanOrEqual(595);
      expect(performance.now() - start).toBeLessThan(8000);
    }
  });

  it("says that nothing is known when not even the first read returned", async () => {
    const server = await startServer({ otherwise: stall() });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", timeoutMs: 80 });
    await expect(wait).rejects.toMatchObject({
      code: "status_timeout",
      status: "unknown",
      account: undefined,
    });
  });

  it("rejects with the caller's own reason, between two reads or during one", async () => {
    const server = await startServer({ answers: [inStatus("SUBMITTED"), stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    for (const count of [1, 2]) {
      const controller = new AbortController();
      const wait = client.accounts.waitForStatus("acct_1", {
        status: "ACTIVE",
        signal: controller.signal,
      });
      wait.catch(() => undefined);
      await expect.poll(() => server.requests.length, { interval: 2 }).toBe(count);
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.abort("enough");
      await expect(wait).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    }
    const signal = AbortSignal.abort("before");
    const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", signal });
    await expect(wait).rejects.toMatchObject({ name: "AbortError", cause: "before" });
    expect(server.requests.length).toBe(2);
  });

  it("fails when a read fails for good", async () => {
    const server = await startServer({ answers: [inStatus("SUBMITTED"), refuse(404)] });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", intervalMs: 1 });
    await expect(wait).rejects.toMatchObject({ code: "not_found", operation: "accounts.retrieve" });
  });

  it("survives reads that fail for a moment", async () => {
    const server = await startServer({ answers: [refuse(503), refuse(429), inStatus("ACTIVE")] });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE" });
    await expect(wait).resolves.toMatchObject({ status: "ACTIVE" });
  });

  it.each(["ACTVE", "active", "SUBMITED"])(
    "refuses %s, and names what was meant",
    async (status) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      await expect(client.accounts.waitForStatus("acct_1", { status })).rejects.toThrow(
        /status: is not a known status, did you mean "(ACTIVE|SUBMITTED)"/,
      );
      expect(server.connections).toBe(0);
    },
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses %d as timeoutMs before anything is sent",
    async (timeoutMs) => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on("warning", onWarning);
      const server = await startServer({ otherwise: inStatus("SUBMITTED") });
      const client = createClient({ ...key, baseUrl: server.url });
      const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", timeoutMs });
      await expect(wait).rejects.toThrow(RangeError);
      await new Promise(setImmediate);
      process.off("warning", onWarning);
      expect(server.connections).toBe(0);
      expect(warnings).toEqual([]);
    },
  );

  it.each([
    ["undefined", undefined],
    ["without a status", { timeoutMs: 100 }],
  ])("refuses options that are %s", async (_, options) => {
    const server = await startServer({ otherwise: inStatus("SUBMITTED") });
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = async () => await client.accounts.waitForStatus("acct_1", options as never);
    await expect(wait).rejects.toThrow(ValidationError);
    expect(server.connections).toBe(0);
  });

  it("refuses an unknown option", async () => {
    const server = await startServer({ otherwise: inStatus("SUBMITTED") });
    const client = createClient({ ...key, baseUrl: server.url });
    const options = { status: "ACTIVE", timeout: 5000 };
    await expect(client.accounts.waitForStatus("acct_1", options)).rejects.toThrow(
      'timeout is not a known option, did you mean "timeoutMs"',
    );
    expect(server.connections).toBe(0);
  });

  it("refuses an invalid id before anything is sent", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const wait = client.accounts.waitForStatus("..", { status: "ACTIVE" });
    await expect(wait).rejects.toMatchObject({ name: "ValidationError" });
    expect(server.connections).toBe(0);
  });

  it.each(["intervalMs", "maxIntervalMs"])("refuses %s without waiting", async (name) => {
    const server = await startServer({ otherwise: inStatus("SUBMITTED") });
    const client = createClient({ ...key, baseUrl: server.url });
    for (const ms of [0, -1, Number.NaN]) {
      const wait = client.accounts.waitForStatus("acct_1", { status: "ACTIVE", [name]: ms });
      await expect(wait).rejects.toThrow(`${name} is ${ms}, expected a number above 0`);
    }
    expect(server.requests).toEqual([]);
  });
});
