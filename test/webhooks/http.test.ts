import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import {
  createWebhooks,
  fetchHandler,
  nodeHandler,
  respondToDelivery,
  signPayload,
} from "airwallex-connect/webhooks";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import { envelope, listenToWarnings, secret, signed } from "./deliveries.js";

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const body = envelope();

function counting(handler: () => unknown = () => undefined) {
  const calls: string[] = [];
  const hooks = createWebhooks({ secrets: secret }).on("account.submitted", ({ id }) => {
    calls.push(id);
    return handler();
  });
  return { hooks, calls };
}

const post = (url: string, init: RequestInit = {}) =>
  fetch(url, { method: "POST", body, headers: signed(body), ...init });

type Options = Parameters<typeof nodeHandler>[1];
type Hooks = ReturnType<typeof counting>["hooks"];

/** Both adapters, called in the same way, over a real socket where there is one. */
const edges = {
  nodeHandler: async (hooks: Hooks, options?: Options) => {
    const url = await listen(nodeHandler(hooks, options));
    return (init?: RequestInit) => post(url, init);
  },
  fetchHandler: async (hooks: Hooks, options?: Options) => {
    const handle = fetchHandler(hooks, options);
    return (init: RequestInit = {}) =>
      handle(
        new Request("http://app.test/", { method: "POST", body, headers: signed(body), ...init }),
      );
  },
};

describe.each(Object.entries(edges))("%s()", (_, open) => {
  it("answers 200 when the event is handled", async () => {
    const { hooks, calls } = counting();
    const send = await open(hooks);
    const answer = await send();
    expect([answer.status, await answer.text()]).toEqual([200, "handled"]);
    expect(calls).toEqual(["evt_1"]);
  });

  it("answers 400 to a bad signature and to a body that is not an event, and runs nothing", async () => {
    const { hooks, calls } = counting();
    const errors: unknown[] = [];
    const send = await open(hooks, { onError: (error) => errors.push(error) });
    const answers = [
      await send({ headers: {} }),
      await send({ headers: signed(`${body} `) }),
      await send({ body: "{", headers: signed("{") }),
      await send({ body: "{}", headers: signed("{}") }),
    ];
    expect(
      await Promise.all(answers.map(async (one) => `${one.status} ${await one.text()}`)),
    ).toEqual([
      "400 webhook_header_missing",
      "400 webhook_signature_mismatch",
      "400 webhook_body_not_json",
      "400 webhook_envelope_invalid",
    ]);
    expect(calls).toEqual([]);
    expect(errors).toHaveLength(4);
  });

  it.each([
    ["x".repeat(513), "has 513 characters, expected 1 to 512"],
    ["evt\u0000", "holds U+0000 or half of a surrogate pair, expected well-formed text"],
    ["evt_\ud800", "holds U+0000 or half of a surrogate pair, expected well-formed text"],
  ])("answers 400 to an id that no store takes, and reports it: case %#", async (id, problem) => {
    const { hooks, calls } = counting();
    const errors: unknown[] = [];
    const send = await open(hooks, { onError: (error) => errors.push(error) });
    const body = envelope({ id });
    const answer = await send({ body, headers: signed(body) });
    expect([answer.status, await answer.text()]).toEqual([400, "webhook_envelope_invalid"]);
    expect(errors).toMatchObject([{ message: `Cannot read the webhook: its id ${problem}` }]);
    expect(calls).toEqual([]);
  });

  it("answers 500 when a handler fails, and reveals nothing about it", async () => {
    const { hooks } = counting(() => {
      throw new Error("password=hunter2");
    });
    const send = await open(hooks, {
      onError: async () => {
        throw new Error("a broken log");
      },
    });
    const answer = await send();
    expect([answer.status, await answer.text()]).toEqual([500, "webhook_handler_failed"]);
  });

  it("warns about each failure when there is no onError, without what was thrown", async () => {
    const warnings = listenToWarnings();
    const { hooks } = counting(() => {
      throw new Error("password=hunter2");
    });
    const send = await open(hooks);
    for (const _ of [1, 2]) expect((await send()).status).toBe(500);
    const text =
      "AirwallexWebhookWarning: Cannot handle the event account.submitted evt_1: a handler failed; answered with 500 webhook_handler_failed. Pass onError to be told of the error itself";
    expect(await warnings()).toEqual([text, text]);

    const told = await open(hooks, { onError: () => undefined });
    expect((await told()).status).toBe(500);
    const full = await open(hooks, { enqueue: () => Promise.reject(new Error("hunter2")) });
    expect((await full()).status).toBe(500);
    expect((await warnings()).slice(2)).toEqual([
      "AirwallexWebhookWarning: Cannot handle the webhook; answered with 500 internal_error. Pass onError to be told of the error itself",
    ]);
  });

  it("answers 409 while another process is handling the event, and 500 when the inbox is away", async () => {
    const busy = createWebhooks({ secrets: secret, inbox: { run: async () => "busy" as const } });
    const away = createWebhooks({
      secrets: secret,
      inbox: { run: () => Promise.reject(new Error("x")) },
    });
    const answers = [];
    for (const hooks of [busy, away]) {
      hooks.on("account.submitted", () => undefined);
      const send = await open(hooks);
      const answer = await send();
      answers.push(`${answer.status} ${await answer.text()}`);
    }
    expect(answers).toEqual(["409 busy", "500 internal_error"]);
  });

  it("passes the event to a queue, and answers according to the result", async () => {
    const { hooks, calls } = counting();
    const queue: string[] = [];
    const send = await open(hooks, { enqueue: async (event) => queue.push(JSON.stringify(event)) });
    expect((await send()).status).toBe(200);
    expect(calls).toEqual([]);
    await hooks.handle(JSON.parse(queue[0] ?? ""));
    expect(calls).toEqual(["evt_1"]);
    const full = await open(hooks, { enqueue: () => Promise.reject(new Error("full")) });
    expect((await full()).status).toBe(500);
  });

  it("answers 413 to a body over the limit, whether its length is declared or not", async () => {
    const { hooks } = counting();
    const send = await open(hooks, { maxBytes: body.length });
    expect((await send()).status).toBe(200);
    const large = `${body} `;
    expect((await send({ body: large, headers: signed(large) })).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        for (const part of [body, body]) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    const init = { body: stream, duplex: "half", headers: signed(body) } as RequestInit;
    expect((await send(init)).status).toBe(413);
  });

  it("answers 408 when the body does not arrive in time", async () => {
    const { hooks, calls } = counting();
    const send = await open(hooks, { bodyTimeoutMs: 150 });
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(body.slice(0, 5))),
    });
    const init = { body: stream, duplex: "half", headers: signed(body) } as RequestInit;
    expect((await send(init)).status).toBe(408);
    expect(calls).toEqual([]);
  });

  it("answers 415 to a compressed body and 405 to other methods", async () => {
    const { hooks } = counting();
    const send = await open(hooks);
    const packed = gzipSync(body);
    const headers = { ...signed(packed), "content-encoding": "gzip" };
    expect((await send({ body: packed, headers })).status).toBe(415);
    const plain = { ...signed(body), "content-encoding": "identity" };
    expect((await send({ headers: plain })).status).toBe(200);
    const answer = await send({ method: "PUT" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("refuses limits that would limit nothing", async () => {
    const { hooks } = counting();
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5]) {
      await expect(open(hooks, { maxBytes: value })).rejects.toThrow(RangeError);
      await expect(open(hooks, { bodyTimeoutMs: value })).rejects.toThrow(RangeError);
    }
  });
});

describe("nodeHandler()", () => {
  it.each([
    ["raw bytes", express.raw({ type: "*/*" }), 200],
    ["text", express.text({ type: "*/*" }), 200],
    ["parsed JSON", express.json({ type: "*/*" }), 500],
    [
      "parsed JSON, with the bytes kept",
      express.json({
        type: "*/*",
        verify: (req, _, bytes) => Object.assign(req, { rawBody: bytes }),
      }),
      200,
    ],
  ])("handles what Express has left as %s", async (_, parser, status) => {
    const { hooks } = counting();
    const errors: unknown[] = [];
    const app = express().use(parser);
    app.post("/", nodeHandler(hooks, { onError: (error) => errors.push(error) }));
    const answer = await post(await listen(app));
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(await answer.text()).toBe("webhook_body_not_raw");
    expect(String(errors[0])).toContain("before express.json()");
  });

  it("refuses a header that was sent twice over the wire", async () => {
    const { hooks } = counting();
    const url = await listen(nodeHandler(hooks));
    const { "x-timestamp": time, "x-signature": signature } = signed(body);
    const status = await new Promise((resolve) => {
      const req = request(url, { method: "POST" }, (res) => {
        res.setEncoding("utf8").on("data", (text) => resolve(`${res.statusCode} ${text}`));
      });
      req.setHeader("x-timestamp", [time, time]).setHeader("x-signature", signature).end(body);
    });
    expect(status).toBe("400 webhook_header_repeated");
  });

  it("answers 413 to a body that is declared too large, before any of it arrives, and hangs up", async () => {
    const { hooks } = counting();
    const url = new URL(await listen(nodeHandler(hooks, { maxBytes: 1000, bodyTimeoutMs: 5000 })));
    const socket = connect(Number(url.port), url.hostname);
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n");
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    // What would follow is read neither as a body nor as the next request.
    expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
  });

  it("survives a peer that hangs up in the middle of the body", async () => {
    const { hooks, calls } = counting();
    const errors: { code?: string }[] = [];
    const url = new URL(
      await listen(nodeHandler(hooks, { onError: (error) => errors.push(error as object) })),
    );
    const socket = connect(Number(url.port), url.hostname);
    socket.on("error", () => undefined);
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
    );
    setTimeout(() => socket.destroy(), 100);
    await expect.poll(() => errors.map(({ code }) => code)).toEqual(["webhook_body_lost"]);
    expect(calls).toEqual([]);
  });

  it("continues to serve after refusing a large body", async () => {
    const { hooks } = counting();
    const url = await listen(nodeHandler(hooks, { maxBytes: 1000 }));
    for (let i = 0; i < 20; i += 1) {
      const refused = await post(url, { body: "x".repeat(1_000_000) }).catch(() => undefined);
      if (refused) expect(refused.status).toBe(413);
      expect((await post(url)).status).toBe(200);
    }
  });
});

describe("nodeHandler() behind an adapter, whose request is any stream", () => {
  it("survives a peer that goes away after a refusal", async () => {
    const stream = Object.assign(new PassThrough(), { method: "GET", headers: signed(body) });
    const incoming = stream as unknown as IncomingMessage;
    const answer = new ServerResponse(incoming);
    await nodeHandler(counting().hooks)(incoming, answer);
    expect(answer.statusCode).toBe(405);
    // Without a listener this would be an uncaught exception, which fails the run.
    stream.destroy(new Error("The peer has gone away"));
    await new Promise((resolve) => stream.once("close", resolve));
  });
});

describe("fetchHandler()", () => {
  it("says that a body which was already read is not raw", async () => {
    const { hooks } = counting();
    const used = new Request("http://app.test/", { method: "POST", body, headers: signed(body) });
    await used.json();
    const answer = await fetchHandler(hooks)(used);
    expect([answer.status, await answer.text()]).toEqual([500, "webhook_body_not_raw"]);
  });
});

describe("respondToDelivery()", () => {
  it("warns only once about failures that anybody can cause", async () => {
    const warnings = listenToWarnings();
    const { hooks } = counting();
    // No other test in this file is refused for this reason.
    const late = signPayload(body, { secret, timestampMs: Date.now() - 86_400_000 });
    for (const _ of [1, 2]) await respondToDelivery(hooks, { rawBody: body, headers: late });
    const stale = (await warnings()).filter((text) => text.includes("webhook_timestamp_stale"));
    expect(stale).toHaveLength(1);
  });

  it("answers for a body that is already there", async () => {
    const { hooks } = counting();
    const answer = await respondToDelivery(hooks, { rawBody: body, headers: signed(body) });
    expect(answer).toMatchObject({ status: 200, body: "handled" });
    const parsed = await respondToDelivery(hooks, { rawBody: {} as string, headers: signed(body) });
    expect(parsed).toMatchObject({ status: 500, body: "webhook_body_not_raw" });
  });

  it("never rejects, also without options, hooks or delivery", async () => {
    const { hooks } = counting();
    const delivery = { rawBody: body, headers: signed(body) };
    const nothing = null as never;
    expect(await respondToDelivery(hooks, delivery, nothing)).toMatchObject({ status: 200 });
    expect(await respondToDelivery(nothing, delivery)).toMatchObject({ status: 500 });
    expect(await respondToDelivery(hooks, nothing)).toMatchObject({ status: 500 });
  });
});
