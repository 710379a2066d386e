/** How events are sent: signed, repeated until answered, on the emulator's clock, and stopped. */

import {
  createEmulator,
  type Emulator,
  startEmulator,
  type WebhookOptions,
} from "airwallex-connect/emulator";
import { createWebhooks, fetchHandler } from "airwallex-connect/webhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { verifySignature } from "../../../src/webhooks/signature.js";
import { signatureOf, startReceiver } from "./receiver.js";

const events = ["account.active", "rfi.closed", "one", "two", "three", "four"];
const minuteMs = 60_000;

function frozen(webhooks: NonNullable<Parameters<typeof createEmulator>[0]>["webhooks"]): Emulator {
  return createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true, webhooks });
}

/** An in-process receiver that fails every delivery. */
const refusing = async () => new Response("", { status: 500 });

test("a delivery is signed over its bytes, with the real time rather than the emulator's", async () => {
  const receiver = await startReceiver();
  const emulator = frozen({});
  const { secret } = emulator.webhooks.subscribe({ url: receiver.url, events });
  emulator.deliver({ name: "account.active" });
  await emulator.webhooks.settled();
  const [arrival] = receiver.arrivals;
  if (!arrival) throw new Error("nothing came");
  expect(arrival.headers["content-type"]).toBe("application/json");
  expect(arrival.headers["x-signature"]).toBe(signatureOf(arrival, String(secret)));
  expect(Math.abs(Date.now() - Number(arrival.headers["x-timestamp"]))).toBeLessThan(minuteMs);
  verifySignature(arrival.text, arrival.headers, { secrets: String(secret) });
});

test("a receiver that answers 500 and then 200 gets the same event twice, signed anew", async () => {
  const receiver = await startReceiver(500);
  await using emulator = await startEmulator({ webhooks: { retries: [20] } });
  const { secret } = emulator.webhooks.subscribe({ url: receiver.url, events });
  const id = emulator.deliver({ name: "rfi.closed" });
  // In real time: nobody moves the clock or asks for anything.
  await expect.poll(() => receiver.arrivals.length).toBe(2);
  const [first, second] = receiver.arrivals;
  expect(second?.text).toBe(first?.text);
  expect(second?.event.id).toBe(id);
  expect(second?.headers["x-signature"]).toBe(second && signatureOf(second, String(secret)));
  await emulator.webhooks.settled();
  expect(emulator.webhooks.deliveries()).toMatchObject([
    { eventId: id, name: "rfi.closed", attempt: 1, status: 500, nextAttemptAt: expect.any(Date) },
    { eventId: id, name: "rfi.closed", attempt: 2, status: 200, nextAttemptAt: undefined },
  ]);
});

test.each([
  ["documented", minuteMs],
  ["compressed", 100],
] as const)("the %s schedule doubles twelve times, and then gives up", async (retries, firstMs) => {
  const emulator = frozen({ retries, fetch: refusing });
  emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events });
  emulator.deliver({ name: "rfi.closed" });
  await emulator.webhooks.settled();
  for (let step = 0; step < 12; step++) {
    expect(emulator.webhooks.deliveries().length).toBe(step + 1);
    emulator.clock.advance(firstMs * 2 ** step - 1);
    await emulator.webhooks.settled();
    expect(emulator.webhooks.deliveries().length).toBe(step + 1);
    emulator.clock.advance(1);
    await emulator.webhooks.settled();
  }
  const log = emulator.webhooks.deliveries();
  expect(log.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  expect(log.at(-1)?.nextAttemptAt).toBe(undefined);
  emulator.clock.advance("90d");
  await emulator.webhooks.settled();
  expect(emulator.webhooks.deliveries().length).toBe(13);
});

test("a clock that jumps by three days makes every attempt, each at its own time", async () => {
  const emulator = frozen({ retries: "documented", fetch: refusing });
  emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events });
  emulator.deliver({ name: "rfi.closed" });
  emulator.clock.advance("3d");
  await emulator.webhooks.settled();
  const startMs = Date.parse("2026-09-01T10:00:00Z");
  const minutes = emulator.webhooks.deliveries().map(({ at }) => (+at - startMs) / minuteMs);
  expect(minutes).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095]);
});

test("an answer that comes too late is a failure, and so is a refused connection", async () => {
  const receiver = await startReceiver(0);
  const emulator = frozen({ timeoutMs: 50, retries: [1_000] });
  emulator.webhooks.subscribe({ url: receiver.url, events: ["one"] });
  emulator.webhooks.subscribe({ url: "http://127.0.0.1:1/", events: ["two"] });
  emulator.deliver({ name: "one" });
  emulator.deliver({ name: "two" });
  await emulator.webhooks.settled();
  const [refused, late] = [...emulator.webhooks.deliveries()].sort((a, b) =>
    a.name < b.name ? 1 : -1,
  );
  expect(refused).toMatchObject({ status: undefined, failure: "ECONNREFUSED" });
  expect(late).toMatchObject({ status: undefined, failure: "timeout" });
  expect(late?.durationMs).toBeGreaterThanOrEqual(45);
  // The wait starts when the timeout ends.
  expect(Number(late?.nextAttemptAt) - Number(late?.at)).toBe(1_050);
  await expect.poll(() => receiver.open).toBe(0);
});

test("an in-process handler that never answers is given up as well", async () => {
  const never = () => new Promise<Response>(() => {});
  const emulator = frozen({ timeoutMs: 20, retries: [], fetch: never });
  emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events });
  emulator.deliver({ name: "one" });
  await emulator.webhooks.settled();
  expect(emulator.webhooks.deliveries()).toMatchObject([{ failure: "timeout" }]);
});

test.each([201, 204, 302, 400])("an answer of %i is a failure: only 200 counts", async (status) => {
  const receiver = await startReceiver(status);
  const emulator = frozen({ retries: [1_000] });
  emulator.webhooks.subscribe({ url: receiver.url, events });
  emulator.deliver({ name: "one" });
  await emulator.webhooks.settled();
  expect(emulator.webhooks.deliveries()).toMatchObject([
    { status, nextAttemptAt: expect.any(Date) },
  ]);
  expect(receiver.arrivals.length).toBe(1);
});

describe("order", () => {
  const names = ["one", "two", "three", "four"];

  test("events arrive in order, one at a time", async () => {
    const receiver = await startReceiver();
    const emulator = frozen({});
    emulator.webhooks.subscribe({ url: receiver.url, events });
    for (const name of names) emulator.deliver({ name });
    await emulator.webhooks.settled();
    expect(receiver.arrivals.map(({ event }) => event.name)).toEqual(names);
  });

  test("a failed event is overtaken by later ones", async () => {
    const receiver = await startReceiver(500);
    const emulator = frozen({ retries: [1_000] });
    emulator.webhooks.subscribe({ url: receiver.url, events });
    for (const name of names) emulator.deliver({ name });
    await emulator.webhooks.settled();
    emulator.clock.advance("1s");
    await emulator.webhooks.settled();
    expect(receiver.arrivals.map(({ event }) => event.name)).toEqual([...names, "one"]);
  });

  test("with unordered, all events arrive, but never in order", async () => {
    for (const seed of ["a", "b", "c", "d", "e"]) {
      const came: string[] = [];
      const fetch = async (request: Request) => {
        came.push(JSON.parse(await request.text()).name);
        return new Response();
      };
      const emulator = createEmulator({ seed, webhooks: { unordered: true, fetch } });
      emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events });
      emulator.deliver({ name: "one" });
      emulator.deliver({ name: "two" });
      await emulator.webhooks.settled();
      expect(came).toEqual(["two", "one"]);
      for (const name of names) emulator.deliver({ name });
      await expect.poll(() => came.length).toBe(6);
      expect(came.slice(2)).not.toEqual(names);
      expect(came.slice(2).sort()).toEqual([...names].sort());
    }
  });

  test("with duplicates, every event arrives twice with the same id", async () => {
    const receiver = await startReceiver();
    const emulator = frozen({ duplicates: true });
    emulator.webhooks.subscribe({ url: receiver.url, events });
    const ids = [emulator.deliver({ name: "one" }), emulator.deliver({ name: "two" })];
    await emulator.webhooks.settled();
    const [one, two] = ids;
    expect(receiver.arrivals.map(({ event }) => event.id)).toEqual([one, one, two, two]);
  });
});

test("resend() sends the same bytes again", async () => {
  const receiver = await startReceiver();
  const emulator = frozen({});
  emulator.webhooks.subscribe({ url: receiver.url, events });
  const id = emulator.deliver({ name: "account.active" });
  await emulator.webhooks.settled();
  emulator.webhooks.resend(id);
  await emulator.webhooks.settled();
  const [first, second] = receiver.arrivals;
  expect(second?.text).toBe(first?.text);
  expect(() => emulator.webhooks.resend("evt_unknown")).toThrow(RangeError);
});

test("resend() takes the id that deliver() returned, whatever the version of the subscription", async () => {
  const receiver = await startReceiver();
  const emulator = frozen({});
  for (const version of ["2023-12-31", "2026-08-21"]) {
    emulator.webhooks.subscribe({ url: receiver.url, events, version });
  }
  const id = emulator.deliver({ name: "account.active" });
  await emulator.webhooks.settled();
  emulator.webhooks.resend(id);
  await emulator.webhooks.settled();
  const sent = receiver.arrivals.map(({ text }) => text);
  expect(sent.length).toBe(4);
  expect(new Set(sent).size).toBe(2);
});

test("subscribe() refuses a secret that cannot be used for signing", () => {
  const emulator = frozen({});
  for (const secret of ["", " "]) {
    const subscribe = () =>
      emulator.webhooks.subscribe({ url: "http://127.0.0.1:9/", events, secret });
    expect(subscribe).toThrow(RangeError);
  }
});

test("many subscriptions are delivered to at the same time without a warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const emulator = frozen({ fetch: async () => new Response("") });
  for (let count = 0; count < 12; count++) {
    emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events });
  }
  emulator.deliver({ name: "account.active" });
  await emulator.webhooks.settled();
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

test("a failed event goes to the new URL, and nowhere once the subscription is deleted", async () => {
  const [before, after] = [await startReceiver(500), await startReceiver(500)];
  await using emulator = await startEmulator({
    now: "2026-09-01T10:00:00Z",
    frozen: true,
    webhooks: { retries: [1_000, 1_000] },
  });
  const { createClient } = await import("airwallex-connect");
  const client = createClient(emulator.clientOptions);
  const { id } = emulator.webhooks.subscribe({ url: before.url, events });
  emulator.deliver({ name: "one" });
  await emulator.webhooks.settled();
  await client.webhooks.update(id, { url: after.url });
  emulator.clock.advance("1s");
  await emulator.webhooks.settled();
  await client.webhooks.delete(id);
  emulator.clock.advance("1s");
  await emulator.webhooks.settled();
  expect([before.arrivals.length, after.arrivals.length]).toEqual([1, 1]);
});

describe("the end of deliveries", () => {
  test("reset() ends deliveries under way, and forgets subscriptions and the log", async () => {
    const receiver = await startReceiver(0, 500);
    const emulator = createEmulator({ webhooks: { retries: [10, 10] } });
    emulator.webhooks.subscribe({ url: receiver.url, events });
    emulator.deliver({ name: "one" });
    await expect.poll(() => receiver.arrivals.length).toBe(1);
    emulator.reset();
    await expect.poll(() => receiver.open).toBe(0);
    expect(emulator.webhooks.subscriptions).toEqual([]);
    emulator.deliver({ name: "one" });
    await emulator.webhooks.settled();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(receiver.arrivals.length).toBe(1);
    expect(emulator.webhooks.deliveries()).toEqual([]);
  });

  test("close() ends deliveries that are under way, waiting or held", async () => {
    const receiver = await startReceiver(500, 0);
    const emulator = await startEmulator({ frozen: true, webhooks: { retries: [30, 30] } });
    onTestFinished(() => emulator.close());
    emulator.webhooks.subscribe({ url: receiver.url, events });
    emulator.deliver({ name: "one" });
    await emulator.webhooks.settled();
    emulator.deliver({ name: "two" });
    await expect.poll(() => receiver.arrivals.length, { timeout: 10_000 }).toBe(2);
    await emulator.close();
    await expect.poll(() => receiver.open, { timeout: 10_000 }).toBe(0);
    emulator.deliver({ name: "three" });
    emulator.clock.advance("1h");
    await emulator.webhooks.settled();
    expect(receiver.arrivals.length).toBe(2);
  });
});

test.each([
  [{ timeoutMs: 0 }],
  [{ retries: "slowly" }],
  [{ retries: [-1] }],
  [{ retries: [Number.NaN] }],
])("an emulator refuses the webhook options %j", (webhooks) => {
  expect(() => createEmulator({ webhooks: webhooks as never })).toThrow(RangeError);
});

test.each([
  [{ url: "receiver", events }],
  [{ url: "ftp://receiver/", events }],
  [{ url: "http://receiver/", events, version: "today" }],
])("subscribe() refuses %j", (options) => {
  expect(() => createEmulator().webhooks.subscribe(options)).toThrow(RangeError);
});

describe("webhooks.fetch", () => {
  const send = async (fetch: WebhookOptions["fetch"]) => {
    const emulator = createEmulator({ frozen: true, webhooks: { retries: [], fetch } });
    emulator.webhooks.subscribe({ url: "http://app.test/hooks", events, secret: "whsec_test" });
    emulator.deliver({ name: "account.active" });
    await emulator.webhooks.settled();
    return emulator.webhooks.deliveries()[0];
  };

  test("may be an app's handler, whose answer is in the log", async () => {
    const hooks = createWebhooks({ secrets: "whsec_test" }).on("account.active", () => undefined);
    expect(await send(fetchHandler(hooks))).toMatchObject({ status: 200, answer: "handled" });
    const other = fetchHandler(createWebhooks({ secrets: "another" }), {
      onError: () => undefined,
    });
    expect(await send(other)).toMatchObject({ status: 400, answer: "webhook_signature_mismatch" });
  });

  test("may be any fetch", async () => {
    const fetch: typeof globalThis.fetch = async () => new Response("x".repeat(2_000));
    expect(await send(fetch)).toMatchObject({ status: 200, answer: "x".repeat(1_000) });
    const refused = await send((request) =>
      globalThis.fetch(new Request("http://127.0.0.1:1/", request)),
    );
    expect(refused?.failure).toBe("webhooks.fetch failed: TypeError: fetch failed");
  });

  test("that throws, or returns no Response, is recorded as the failure", async () => {
    const failure = async (fetch: unknown) => (await send(fetch as never))?.failure;
    const broken = (_: unknown, init: RequestInit) => init.body;
    expect(await failure(broken)).toBe(
      "webhooks.fetch failed: TypeError: Cannot read properties of undefined (reading 'body')",
    );
    expect(await failure(() => undefined)).toBe(
      "webhooks.fetch failed: TypeError: it returned no Response",
    );
  });
});
