import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { receive, signPayload } from "airwallex-connect/webhooks";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { app as expressApp } from "../../examples/webhooks/express.js";
import { app as fastifyApp } from "../../examples/webhooks/fastify.js";
import { app as honoApp } from "../../examples/webhooks/hono.js";
import { seen } from "../../examples/webhooks/hooks.js";
import { handler } from "../../examples/webhooks/lambda.js";
import { POST, runtime } from "../../examples/webhooks/next-route.js";
import { server as nodeServer } from "../../examples/webhooks/node.js";
import { hooks as orderly, shops } from "../../examples/webhooks/order.js";

const secret = "whsec_test";
const body = JSON.stringify({
  id: "evt_1",
  name: "account.submitted",
  account_id: "acct_Zoë",
  data: {},
});
const headers = { ...signPayload(body, { secret }), "content-type": "application/json" };
const forged = { ...headers, "x-signature": "0".repeat(64) };

type Send = (headers: Record<string, string>) => Promise<number>;

async function open(server: Server): Promise<Send> {
  if (!server.listening) server.listen(0, "127.0.0.1");
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (sent) => {
    const url = `http://127.0.0.1:${port}/webhooks`;
    return (await fetch(url, { method: "POST", body, headers: sent })).status;
  };
}

const lambda =
  (text: string, isBase64Encoded: boolean): Send =>
  async (sent) =>
    (await handler({ headers: sent, body: text, isBase64Encoded })).statusCode;

const servers: Readonly<Record<string, () => Promise<Send>>> = {
  express: () => open(createServer(expressApp)),
  async fastify() {
    await fastifyApp.listen({ port: 0, host: "127.0.0.1" });
    return open(fastifyApp.server);
  },
  hono: () => open(serve({ fetch: honoApp.fetch, port: 0, hostname: "127.0.0.1" }) as Server),
  node: () => open(nodeServer),
  "next-route": async () => async (sent) =>
    (await POST(new Request("http://app.test/webhooks", { method: "POST", body, headers: sent })))
      .status,
  lambda: async () => lambda(body, false),
  "lambda with base64": async () => lambda(Buffer.from(body).toString("base64"), true),
};

beforeEach(() => {
  seen.length = 0;
});

describe("examples/webhooks", () => {
  it.each(Object.entries(servers))(
    "%s handles what is signed and refuses what is not",
    async (_, start) => {
      const send = await start();
      expect(await send(headers)).toBe(200);
      expect(seen).toEqual(["account.submitted acct_Zoë"]);
      expect(await send(forged)).toBe(400);
      expect(seen).toHaveLength(1);
    },
  );

  it("next-route runs on Node", () => {
    expect(runtime).toBe("nodejs");
  });

  it("order keeps the newest status, in whatever order the deliveries come", async () => {
    const events = await Promise.all(
      ["account.submitted", "account.active", "account.suspended"].map((name, i) => {
        const created_at = `2026-08-21T10:00:0${i}+00:00`;
        const text = JSON.stringify({
          id: `evt_${i}`,
          name,
          account_id: "acct_1",
          data: {},
          created_at,
        });
        return receive(text, signPayload(text, { secret }), { secrets: secret });
      }),
    );
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1, 1, 0],
    ]) {
      shops.clear();
      for (const i of order) await orderly.handle(events[i] as (typeof events)[number]);
      expect(shops.get("acct_1")?.status).toBe("SUSPENDED");
    }
  });
});
