/** Faults on a real socket, and how they are chosen. */

import { connect as connectSocket } from "node:net";
import { gzipSync } from "node:zlib";
import { createEmulator, type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect, send } from "../api.js";
import { minimal } from "../inputs.js";

/** Sends one request over a bare socket and returns every byte until the socket ends or goes quiet. */
function rawExchange(
  emulator: RunningEmulator,
  head: string,
  quietMs = 400,
): Promise<{ text: string; ended: boolean }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(emulator.url);
    const socket = connectSocket(Number(port), hostname);
    let text = "";
    const done = (ended: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, ended });
    };
    let timer = setTimeout(done, quietMs, false);
    socket.on("data", (chunk) => {
      text += chunk;
      clearTimeout(timer);
      timer = setTimeout(done, quietMs, false);
    });
    socket.on("close", () => done(true));
    socket.on("error", (error) => {
      if ((error as NodeJS.ErrnoException).code === "ECONNRESET") done(true);
      else reject(error);
    });
    socket.write(`${head}\r\nhost: ${hostname}\r\ncontent-length: 0\r\n\r\n`);
  });
}

const loginLine =
  "POST /api/v1/authentication/login HTTP/1.1\r\nx-client-id: emulator_client_id\r\nx-api-key: emulator_api_key";

test("a status answers with the documented envelope, and the work is not done", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  emulator.faults.next("POST /api/v1/accounts/create", {
    status: 429,
    headers: { "retry-after": "2" },
  });
  const answer = await api("POST", "/api/v1/accounts/create", minimal);
  expect(answer.body).toEqual({
    code: "too_many_requests",
    message: "Rate Limit Exceeded.",
    details: {},
    trace_id: answer.headers.get("correlation-id")?.replaceAll("-", ""),
  });
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(emulator.accounts.list()).toEqual([]);
  expect((await api("POST", "/api/v1/accounts/create", minimal)).status).toBe(201);
});

test.each([
  [400, "invalid_argument"],
  [401, "credentials_invalid"],
  [403, "forbidden"],
  [404, "not_found"],
  [409, "concurrent_update"],
  [500, "internal_error"],
  [503, "service_unavailable"],
])("a status of %i says %s", async (status, code) => {
  await using emulator = await startEmulator();
  emulator.faults.next("*", { status });
  expect(await send(emulator, "GET", "/api/v1/account")).toMatchObject({ status, body: { code } });
});

test("a status with a body answers with that body", async () => {
  await using emulator = await startEmulator();
  emulator.faults.always("GET /api/v1/balances/current", {
    status: 200,
    body: [{ currency: "EUR" }],
  });
  const answer = await send(emulator, "GET", "/api/v1/balances/current");
  expect(answer).toMatchObject({ status: 200, body: [{ currency: "EUR" }] });
});

test("cut before closes the connection without an answer, and the work is not done", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  emulator.faults.next("accounts.create", { cut: "before" });
  await expect(api("POST", "/api/v1/accounts/create", minimal)).rejects.toThrow("fetch failed");
  expect(emulator.accounts.list()).toEqual([]);
  expect(emulator.requests.at(-1)).toMatchObject({ status: undefined, fault: "cut before" });
});

test("cut after closes the connection without an answer once the work is done", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  emulator.faults.next("accounts.create", { cut: "after" });
  await expect(api("POST", "/api/v1/accounts/create", minimal)).rejects.toThrow("fetch failed");
  expect(emulator.accounts.list()).toHaveLength(1);
  expect(emulator.requests.at(-1)).toMatchObject({ status: undefined, fault: "cut after" });
});

test("cut midBody closes the connection in the middle of the answer", async () => {
  await using emulator = await startEmulator();
  emulator.faults.next("authentication.login", { cut: "midBody" });
  const { text, ended } = await rawExchange(emulator, loginLine);
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  expect({ ended, length: body.length }).toEqual({ ended: true, length: Math.floor(length / 2) });
  expect(head).toContain("HTTP/1.1 201");
});

test("stall headers keeps the connection open and never answers", async () => {
  await using emulator = await startEmulator();
  emulator.faults.next("authentication.login", { stall: "headers" });
  expect(await rawExchange(emulator, loginLine)).toEqual({ text: "", ended: false });
  expect(emulator.requests.at(-1)).toMatchObject({ status: undefined, fault: "stall headers" });
});

test("stall body sends half of the answer and keeps the connection open", async () => {
  await using emulator = await startEmulator();
  emulator.faults.next("authentication.login", { stall: "body" });
  const { text, ended } = await rawExchange(emulator, loginLine);
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  expect({ ended, length: body.length }).toEqual({ ended: false, length: Math.floor(length / 2) });
});

test("close() closes connections that a fault has stalled", async () => {
  const emulator = await startEmulator();
  emulator.faults.always("*", { stall: "headers" });
  const waiting = fetch(emulator.url);
  waiting.catch(() => {});
  await expect.poll(() => emulator.requests.length).toBe(1);
  await emulator.close();
  await expect(waiting).rejects.toThrow("fetch failed");
});

test("delayMs delays the answer, and the work is done even if nobody waits for it", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  emulator.faults.next("accounts.current", { delayMs: 80 });
  const startedMs = performance.now();
  expect((await api("GET", "/api/v1/account")).status).toBe(200);
  expect(performance.now() - startedMs).toBeGreaterThan(75);
  emulator.faults.next("accounts.create", { delayMs: 80 });
  const { body } = await send(emulator, "POST", "/api/v1/authentication/login", undefined, {
    "x-client-id": "emulator_client_id",
    "x-api-key": "emulator_api_key",
  });
  const impatient = fetch(`${emulator.url}/api/v1/accounts/create`, {
    method: "POST",
    headers: { authorization: `Bearer ${body.token}` },
    body: JSON.stringify(minimal),
    signal: AbortSignal.timeout(20),
  });
  await expect(impatient).rejects.toThrow("aborted");
  await expect.poll(() => emulator.accounts.list().length).toBe(1);
});

test("delayMs also applies before a status", async () => {
  await using emulator = await startEmulator();
  emulator.faults.next("*", { delayMs: 80, status: 503 });
  const startedMs = performance.now();
  expect((await send(emulator, "GET", "/api/v1/account")).status).toBe(503);
  expect(performance.now() - startedMs).toBeGreaterThan(75);
});

test("raw answers with anything: HTML, nothing, compressed bytes, broken JSON", async () => {
  await using emulator = await startEmulator();
  const html = {
    status: 502,
    headers: { "content-type": "text/html" },
    body: "<h1>Bad gateway</h1>",
  };
  emulator.faults.next("*", { raw: html });
  expect(await send(emulator, "GET", "/")).toMatchObject({ status: 502, body: html.body });
  emulator.faults.next("*", { raw: { status: 204 } });
  const empty = await send(emulator, "GET", "/");
  expect([empty.status, empty.body, empty.headers.get("content-length")]).toEqual([204, "", null]);
  const headers = { "content-encoding": "gzip", "content-type": "application/json" };
  emulator.faults.next("*", { raw: { status: 200, headers, body: gzipSync('{"a":1}') } });
  expect((await send(emulator, "GET", "/")).body).toEqual({ a: 1 });
  emulator.faults.next("*", {
    raw: { status: 200, headers: { "content-type": "application/json" }, body: "{" },
  });
  await expect(send(emulator, "GET", "/")).rejects.toThrow(SyntaxError);
});

test("next hits as often as told, in the order in which faults were set, and counts its hits", async () => {
  await using emulator = await startEmulator();
  const twice = emulator.faults.next("*", { status: 500 }, { times: 2 });
  const once = emulator.faults.next("*", { status: 503 });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await send(emulator, "GET", "/")).status);
  expect(statuses).toEqual([500, 500, 503, 404]);
  expect([twice.hits, once.hits]).toEqual([2, 1]);
});

test.each([0, -1, Number.NaN])("next refuses to hit %d times", async (times) => {
  const { faults } = createEmulator();
  expect(() => faults.next("*", { status: 500 }, { times })).toThrow(RangeError);
});

test("always hits until it is removed or all faults are cleared", async () => {
  await using emulator = await startEmulator();
  const fault = emulator.faults.always("* /api/v1/accounts/*", { status: 503 });
  const status = async () => (await send(emulator, "GET", "/api/v1/accounts/x")).status;
  expect([await status(), await status()]).toEqual([503, 503]);
  fault.remove();
  expect(await status()).toBe(401);
  emulator.faults.always("*", { status: 503 });
  emulator.faults.clear();
  expect(await status()).toBe(401);
});

test.each([
  ["GET /api/v1/accounts/{id}", true],
  ["GET /api/v1/accounts/{anything}/", true],
  ["GET /api/v1/accounts/acct_1", true],
  ["* /api/v1/accounts/acct_1", true],
  ["GET /api/*", true],
  ["accounts.retrieve", true],
  ["*", true],
  ["POST /api/v1/accounts/{id}", false],
  ["GET /api/v1/accounts", false],
  ["GET /api/v1/accounts/{id}/submit", false],
  ["GET /api/v1/accounts/acct.1", false],
  ["accounts.list", false],
])("a fault for %s hits GET /api/v1/accounts/acct_1: %s", async (match, hit) => {
  await using emulator = await startEmulator();
  emulator.faults.always(match, { status: 503 });
  const { status } = await send(emulator, "GET", "/api/v1/accounts/acct_1");
  expect(status === 503).toBe(hit);
});

test.each(["accounts.nothing", "GET", "get /api", "GET api/v1", "", "GET /a b"])(
  "faults refuse the match %j",
  async (match) => {
    await using emulator = await startEmulator();
    expect(() => emulator.faults.next(match, { status: 500 })).toThrow(TypeError);
  },
);

test("faults refuse an effect of several kinds or of none, and a rate that is not between 0 and 1", async () => {
  await using emulator = await startEmulator();
  const { faults } = emulator;
  expect(() => faults.next("*", { status: 500, cut: "after" })).toThrow("status and cut");
  expect(() => faults.next("*", {})).toThrow("has nothing");
  expect(() => faults.random({ rate: 2 })).toThrow(RangeError);
  expect(() => faults.random({ rate: 1, effects: [{}] })).toThrow(TypeError);
});

test("a fault that does not hit by chance leaves the request to the next one", async () => {
  await using emulator = await startEmulator();
  emulator.faults.random({ rate: 0 });
  emulator.faults.always("*", { status: 503 });
  expect((await send(emulator, "GET", "/")).status).toBe(503);
});

test("random hits about as often as its rate says, and the same requests again after a reset", async () => {
  await using emulator = await startEmulator();
  const run = async (seed?: string): Promise<string> => {
    emulator.reset();
    emulator.faults.random({
      rate: 0.2,
      effects: [{ status: 500 }, { status: 503 }],
      ...(seed && { seed }),
    });
    let statuses = "";
    for (let i = 0; i < 300; i++) {
      statuses += (await emulator.fetch("http://emulator.localhost/")).status;
    }
    return statuses;
  };
  const first = await run();
  const hits = first.match(/50[03]/g) ?? [];
  expect(hits.length).toBeGreaterThan(35);
  expect(hits.length).toBeLessThan(85);
  expect(new Set(hits)).toEqual(new Set(["500", "503"]));
  expect(await run()).toBe(first);
  expect(await run("another")).not.toBe(first);
});
