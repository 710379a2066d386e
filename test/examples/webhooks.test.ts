/** The emulator delivers to every example of a webhook handler. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { constructEvent, signPayload } from "airwallex-connect/webhooks";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

const secret = vi.hoisted(() => {
  process.env["AIRWALLEX_WEBHOOK_SECRET"] = "whsec_test";
  return "whsec_test";
});

import { app as expressApp } from "../../examples/webhooks/express.js";
import { app as fastifyApp } from "../../examples/webhooks/fastify.js";
import { app as honoApp } from "../../examples/webhooks/hono.js";
import { seen } from "../../examples/webhooks/hooks.js";
import { handler } from "../../examples/webhooks/lambda.js";
import { POST, runtime } from "../../examples/webhooks/next-route.js";
import { server as nodeServer } from "../../examples/webhooks/node.js";
import { orderedHooks, shops } from "../../examples/webhooks/order.js";

/** Where the emulator delivers: a URL, and a function that answers in this process. */
interface Receiver {
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
}

async function open(server: Server): Promise<Receiver> {
  if (!server.listening) server.listen(0, "127.0.0.1");
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks` };
}

const inProcess = (answer: (request: Request) => Promise<Response>): Receiver => ({
  url: "http://app.test/webhooks",
  fetch: (url, init) => answer(new Request(url, init)),
});

/** @param eventOf the event that an AWS service makes of a request */
const lambda = (eventOf: (text: string, headers: Headers) => object) => async () =>
  inProcess(async (request) => {
    const event = eventOf(await request.text(), request.headers);
    const { statusCode, ...answer } = await handler(event as Parameters<typeof handler>[0]);
    return new Response(answer.body, { status: statusCode, headers: answer.headers });
  });

const inBase64 = (text: string): string => Buffer.from(text).toString("base64");

/** `x-signature` as `X-Signature`: a REST API keeps names as they were sent. */
const capital = (name: string): string =>
  name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

const receivers: Readonly<Record<string, () => Promise<Receiver>>> = {
  express: () => open(createServer(expressApp)),
  async fastify() {
    await fastifyApp.listen({ port: 0, host: "127.0.0.1" });
    return open(fastifyApp.server);
  },
  hono: () => open(serve({ fetch: honoApp.fetch, port: 0, hostname: "127.0.0.1" }) as Server),
  node: () => open(nodeServer),
  "next-route": async () => inProcess(POST),
  "lambda behind a function URL or an HTTP API": lambda((text, headers) => ({
    ...{ version: "2.0", routeKey: "$default", rawPath: "/webhooks", rawQueryString: "" },
    ...{ headers: Object.fromEntries(headers), body: inBase64(text), isBase64Encoded: true },
    requestContext: { http: { method: "POST", path: "/webhooks" }, stage: "$default" },
  })),
  "lambda behind a REST API": lambda((text, headers) => ({
    ...{ resource: "/webhooks", path: "/webhooks", httpMethod: "POST" },
    headers: Object.fromEntries([...headers].map(([name, value]) => [capital(name), value])),
    multiValueHeaders: Object.fromEntries(
      [...headers].map(([name, value]) => [capital(name), [value]]),
    ),
    ...{ body: text, isBase64Encoded: false, requestContext: { stage: "prod" } },
  })),
  "lambda behind a load balancer": lambda((text, headers) => ({
    ...{ httpMethod: "POST", path: "/webhooks", queryStringParameters: {} },
    ...{ headers: Object.fromEntries(headers), body: text, isBase64Encoded: false },
    requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:target" } },
  })),
  "lambda behind a load balancer with several values": lambda((text, headers) => ({
    ...{ httpMethod: "POST", path: "/webhooks", multiValueQueryStringParameters: {} },
    multiValueHeaders: Object.fromEntries([...headers].map(([name, value]) => [name, [value]])),
    ...{ body: text, isBase64Encoded: false, requestContext: { elb: {} } },
  })),
};

beforeEach(() => {
  seen.length = 0;
});

const seller = {
  account_details: { legal_entity_type: "INDIVIDUAL" },
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
} as const;

describe("examples/webhooks", () => {
  it.each(Object.entries(receivers))(
    "%s handles the emulator's deliveries, and refuses those signed with another secret",
    async (_, start) => {
      const { url, fetch } = await start();
      const log = vi.spyOn(console, "error").mockReturnValue();
      onTestFinished(() => log.mockRestore());
      const emulator = createEmulator({ webhooks: { retries: [], fetch } });
      const events = ["account.submitted", "account.active", "account.suspended", "balance.low"];
      emulator.webhooks.subscribe({ url, events, secret });
      emulator.webhooks.subscribe({ url, events: ["account.dormant"], secret: "another" });

      const client = createClient(emulator.clientOptions);
      const { id } = await client.accounts.create(seller);
      emulator.accounts.setStatus(id, "ACTIVE");
      emulator.accounts.setStatus(id, "SUSPENDED");
      emulator.deliver({ name: "balance.low", accountId: "acct_Zoë", data: { left: "0.01 €" } });
      emulator.accounts.setStatus(id, "DORMANT");
      await emulator.webhooks.settled();

      const answers = emulator.webhooks.deliveries().map(({ name, status }) => [name, status]);
      expect(Object.fromEntries(answers)).toEqual({
        "account.active": 200,
        "account.suspended": 200,
        "balance.low": 200,
        "account.dormant": 400,
      });
      // An event that nobody handles is acknowledged as well.
      expect(seen).toEqual([`account.active ${id}`, "balance.low acct_Zoë"]);
      expect(log.mock.calls).toMatchObject([[{ code: "webhook_signature_mismatch" }]]);
    },
  );

  it("next-route runs on Node", () => {
    expect(runtime).toBe("nodejs");
  });

  it("lambda refuses a repeated header, of which a REST API shows only the last", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => log.mockRestore());
    const body = '{"id":"evt_1","name":"account.active","account_id":"acct_1","data":{}}';
    const headers = signPayload(body, { secret });
    const twice = { ...headers, "x-timestamp": ["1", headers["x-timestamp"]] };
    const multiValueHeaders = { ...twice, "x-signature": [headers["x-signature"]] };
    const event = { headers, multiValueHeaders, body, isBase64Encoded: false };
    expect(await handler(event)).toMatchObject({
      statusCode: 400,
      body: "webhook_header_repeated",
    });
    expect(seen).toEqual([]);
  });

  it("hooks do not start without a secret", async () => {
    vi.resetModules();
    vi.stubEnv("AIRWALLEX_WEBHOOK_SECRET", undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(import("../../examples/webhooks/hooks.js")).rejects.toThrow("webhook secret");
  });

  it("order keeps the newest status, whatever the order of deliveries", async () => {
    const bodies: string[] = [];
    const keep = async (request: Request) => {
      bodies.push(await request.text());
      return new Response();
    };
    const emulator = createEmulator({ webhooks: { fetch: keep } });
    const events = ["account.submitted", "account.active", "account.suspended"];
    emulator.webhooks.subscribe({ url: "http://app.test/", events, secret });
    emulator.webhooks.subscribe({ url: "http://app.test/", events, secret, version: "2024-01-01" });
    const client = createClient(emulator.clientOptions);
    const { id } = await client.accounts.create(seller);
    emulator.clock.freeze();
    emulator.accounts.setStatus(id, "SUBMITTED");
    emulator.clock.advance("1m");
    // Both within one second.
    emulator.accounts.setStatus(id, "ACTIVE");
    emulator.accounts.setStatus(id, "SUSPENDED");
    await emulator.webhooks.settled();

    const hooks = orderedHooks(client);
    let timestampMs = Date.now() - 60_000;
    for (const isLegacy of [false, true]) {
      const told = bodies.filter((body) => body.includes('"accountId"') === isLegacy);
      expect(told.map((body) => JSON.parse(body).name)).toEqual(events);
      for (const order of [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
        [2, 0, 1, 1, 0],
      ]) {
        shops.clear();
        for (const index of order) {
          const body = told[index] ?? "";
          const headers = signPayload(body, { secret, timestampMs: timestampMs++ });
          await hooks.handle(await constructEvent(body, headers, { secrets: secret }));
        }
        expect(shops.get(id)?.status, `${isLegacy} ${order}`).toBe("SUSPENDED");
      }
    }
  });
});
