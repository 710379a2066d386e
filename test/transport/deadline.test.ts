import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { Deadline } from "../../src/transport/deadline.js";
import {
  account,
  cut,
  json,
  key,
  newAccount,
  refuse,
  type Script,
  stall,
  stallBody,
  startServer,
  text,
  token,
} from "../scripted-server.js";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

const timers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

/** Where a call is when its caller gives up, and the server script that gets it there. */
const stages: readonly (readonly [string, Script])[] = [
  ["it waits for the login", { logins: [stall()] }],
  ["the login is tried again", { logins: [json(503, {}, { "retry-after": "20" })] }],
  ["it waits for the answer", { answers: [stall()] }],
  ["it reads the answer", { answers: [stallBody()] }],
  ["it backs off", { answers: [refuse(503, {}, { "retry-after": "30" })] }],
  ["it waits for the rate limit to pass", { answers: [refuse(429, {}, { "retry-after": "30" })] }],
  ["its token is replaced", { logins: [token("old"), stall()], answers: [refuse(401)] }],
];

const reasons: readonly (readonly [string, unknown])[] = [
  ["an Error", new Error("The visitor left")],
  ["a string", "the visitor left"],
  ["undefined", undefined],
  ["null", null],
  ["0", 0],
  ["an object", { code: "gone" }],
  ["an error of another realm", runInNewContext('new RangeError("gone")')],
];

it("a call ends once: the signal of a call whose time is up changes nothing", async () => {
  const controller = new AbortController();
  const deadline = new Deadline(1, controller.signal);
  await expect.poll(() => deadline.ended).toEqual({ kind: "timeout" });
  controller.abort(new Error("The visitor left"));
  expect(deadline.ended).toEqual({ kind: "timeout" });
  deadline.close();
});

it("sends nothing once its time is over, even if the timer of its deadline is late", async () => {
  const server = await startServer();
  const limits = { perSecond: 2, perEndpointPerSecond: 2, concurrent: 1 };
  const client = createClient({ ...key, baseUrl: server.url, rateLimit: limits });
  await client.accounts.retrieve("acct_1");
  const start = performance.now();
  const late = client.accounts.retrieve("acct_2", { timeoutMs: 900 });
  const failed = expect(late).rejects.toMatchObject({ code: "timeout", attempts: 0 });
  // Its turn comes after half a second; both timers are due when the process wakes up.
  while (performance.now() - start < 1500);
  await failed;
  await client.accounts.retrieve("acct_3");
  expect(server.requests.map(({ target }) => target)).toEqual([
    "/api/v1/accounts/acct_1",
    "/api/v1/accounts/acct_3",
  ]);
});

describe("an aborted call", () => {
  it.each(stages)("rejects with the very same reason while %s", async (_, script) => {
    const server = await startServer(script);
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const call = client.accounts.update("acct_1", {}, { signal: controller.signal });
    call.catch(() => undefined);
    const seen = () => server.requests.length + server.logins.length;
    const expected = (script.answers ? 2 : 1) + (script.logins?.length === 2 ? 1 : 0);
    await expect.poll(seen, { interval: 2 }).toBe(expected);
    await sleep(20);
    const reason = new Error("The visitor left");
    const start = performance.now();
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(seen()).toBe(expected);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("rejects while it connects, or waits for a free connection", async () => {
    const server = await startServer({ answers: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 1 });
    const controller = new AbortController();
    const first = client.accounts.retrieve("acct_1", { signal: controller.signal });
    first.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    const queued = client.accounts.submit("acct_2", { signal: controller.signal });
    queued.catch(() => undefined);
    await sleep(20);
    controller.abort("enough");
    await expect(first).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    await expect(queued).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    await sleep(20);
    expect(server.requests.length).toBe(1);
    await client.accounts.retrieve("acct_3");
    expect(server.requests.at(-1)?.target).toBe("/api/v1/accounts/acct_3");
  });

  it.each(reasons)("rejects with a reason that is %s", async (_, reason) => {
    const server = await startServer({ answers: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    call.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    controller.abort(reason);
    const error: unknown = await call.catch((caught: unknown) => caught);
    const given = controller.signal.reason;
    // Whatever the reason is, what is caught is an error.
    if (/Error|DOMException/.test(Object.prototype.toString.call(given))) expect(error).toBe(given);
    else {
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: "AbortError", code: "ABORT_ERR", cause: given });
    }
  });

  it("rejects with an AbortError when its signal has no reason, as in older packages", async () => {
    class OldSignal extends EventTarget {
      aborted = false;
    }
    const server = await startServer({ answers: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const signal = new OldSignal();
    const call = client.accounts.retrieve("acct_1", { signal: signal as unknown as AbortSignal });
    call.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    signal.aborted = true;
    signal.dispatchEvent(new Event("abort"));
    await expect(call).rejects.toMatchObject({
      name: "AbortError",
      message: "The call was aborted",
    });
  });

  it("rejects with the signal's own reason if it was already aborted, and sends nothing", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    const signal = AbortSignal.abort("before");
    await expect(client.accounts.retrieve("acct_1", { signal })).rejects.toMatchObject({
      name: "AbortError",
      cause: "before",
    });
    await expect(client.accounts.create(newAccount, { signal })).rejects.toMatchObject({
      name: "AbortError",
      cause: "before",
    });
    await expect(client.accounts.list({}, { signal })).rejects.toMatchObject({
      name: "AbortError",
      cause: "before",
    });
    await sleep(10);
    expect(server.requests.length).toBe(1);
    expect(listeners(signal)).toBe(0);
  });

  it("starts no login if it was already aborted", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const signal = AbortSignal.abort("before");
    await expect(client.accounts.retrieve("acct_1", { signal })).rejects.toMatchObject({
      name: "AbortError",
      cause: "before",
    });
    await sleep(30);
    expect(server.connections).toBe(0);
  });

  it("rejects with the reason of AbortSignal.timeout(), not with ours", async () => {
    const server = await startServer({ answers: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const signal = AbortSignal.timeout(80);
    const error = await client.accounts.retrieve("acct_1", { signal }).catch((e: unknown) => e);
    expect(error).toBe(signal.reason);
    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  it("rejects at once when a hook of the observer aborts it, between two steps", async () => {
    const server = await startServer({ answers: [refuse(503, {}, { "retry-after": "30" })] });
    const controller = new AbortController();
    const onRetry = () => controller.abort("enough");
    const client = createClient({ ...key, baseUrl: server.url, observer: { onRetry } });
    const start = performance.now();
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it("closes its own connection, and no others", async () => {
    const server = await startServer({ answers: [stall(), stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    call.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    const others = new AbortController();
    const other = client.accounts.retrieve("acct_2", { signal: others.signal });
    other.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(2);
    let closed = false;
    void server.requests[1]?.closed.then(() => {
      closed = true;
    });
    controller.abort();
    await server.requests[0]?.closed;
    await sleep(20);
    expect(closed).toBe(false);
    others.abort();
    await server.requests[1]?.closed;
  });

  it("stays resolved when it is aborted afterwards", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    await call;
    controller.abort();
    await expect(call.withResponse()).resolves.toMatchObject({ response: { status: 200 } });
  });
});

describe("one AbortSignal for a thousand calls", () => {
  it("has no listener left, however they end", async () => {
    const server = await startServer({
      otherwise: (response, seen, request) => {
        const kind = Number(seen.target.split("_").pop()) % 4;
        const answers = [json(200, account()), refuse(404), cut(), text(200, "<html>")];
        return answers[kind]?.(response, seen, request);
      },
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { signal } = new AbortController();
    const before = timers();
    const calls = Array.from({ length: 1000 }, (_, i) =>
      client.accounts.retrieve(`acct_${i}`, { signal, maxRetries: 0 }),
    );
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === "fulfilled").length).toBe(250);
    expect(listeners(signal)).toBe(0);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it("has no listener left when inputs are refused", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const { signal } = new AbortController();
    const before = timers();
    for (let i = 0; i < 20; i++) {
      await client.accounts.retrieve("..", { signal }).catch(() => undefined);
      await client.accounts.create({} as never, { signal }).catch(() => undefined);
      await client.accounts
        .retrieve("a", { signal, headers: { host: "x" } })
        .catch(() => undefined);
      await client.files.upload(Buffer.alloc(0), { name: "x" }, { signal }).catch(() => undefined);
      await client.request({ method: "GET", path: "x" }, { signal }).catch(() => undefined);
    }
    expect(listeners(signal)).toBe(0);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it("has no listener left after lists, uploads, downloads and waits", async () => {
    const link = { file_id: "file_1", url: "" };
    const server = await startServer({
      otherwise: (response, seen, request) => {
        const path = seen.target.split("?")[0] ?? "";
        const bodies: Readonly<Record<string, unknown>> = {
          "/api/v1/accounts": { items: [account()], has_more: false },
          "/api/v1/files/upload": { file_id: "file_1" },
          "/api/v1/files/download_links": { files: [link], absent_files: [] },
        };
        return json(200, bodies[path] ?? account({ status: "ACTIVE" }))(response, seen, request);
      },
    });
    link.url = `${server.url}/link`;
    const client = createClient({ ...key, baseUrl: server.url });
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i++) {
      await client.accounts.list({}, { signal }).toArray({ limit: 10 });
      await client.files.upload(Buffer.from("x"), { name: "x.png" }, { signal });
      await (await client.files.download("file_1", { signal })).bytes();
      await client.accounts.waitForStatus("acct_1", { status: "ACTIVE", signal });
      await client.request({ method: "GET", path: "/api/v1/balances" }, { signal });
    }
    expect(listeners(signal)).toBe(0);
  });
});
