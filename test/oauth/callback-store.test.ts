/** A callback while its Redis is unreachable: the customer consented once, and must not lose the connection. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createClient, type Observer, type Store, StoreError } from "airwallex-connect";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  startEmulator,
} from "airwallex-connect/emulator";
import { createRedisStore } from "airwallex-connect/stores/redis";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { individual } from "../emulator/inputs.js";
import { redisMissing, startRedis, titled } from "../servers.js";

/** A way to a server that can be closed and opened again. */
async function startGate(port: number) {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((client) => {
    if (!isOpen) {
      client.destroy();
      return;
    }
    const upstream = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(() => {
    close();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    close,
    open() {
      isOpen = true;
    },
  };
}

const redirectUri = "http://127.0.0.1:3000/callback";

function clientWith(baseUrl: string, store: Store, observer: Observer = {}) {
  return createClient({
    environment: "sandbox",
    baseUrl,
    observer,
    oauth: {
      clientId: defaultOAuthClientId,
      clientSecret: defaultOAuthClientSecret,
      redirectUri,
      scopes: ["account_details:read"],
      store,
    },
  });
}

describe.skipIf(redisMissing)(titled("oauth.handleCallback()", redisMissing), () => {
  it("keeps what a code was exchanged for, and stores it once Redis is back", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const gate = await startGate(server.port);
    const options = { maxRetriesPerRequest: 1, retryStrategy: () => 20, commandTimeout: 1000 };
    const redis = new Redis(gate.port, "127.0.0.1", options);
    redis.on("error", () => undefined);
    onTestFinished(() => redis.disconnect());
    await using emulator = await startEmulator();
    const { id: accountId } = await createClient(emulator.clientOptions).accounts.create(
      individual,
    );
    emulator.accounts.setStatus(accountId, "ACTIVE");
    const kinds: string[] = [];
    const onConnection = ({ kind }: { kind: string }) => kinds.push(kind);
    const client = clientWith(emulator.url, createRedisStore(redis), { onConnection });
    const { searchParams: asked } = new URL(await client.oauth.authorizationUrl({ session: "s" }));
    const back = emulator.oauth.consent({
      clientId: defaultOAuthClientId,
      redirectUri,
      scope: asked.get("scope") ?? "",
      state: asked.get("state") ?? "",
      accountId,
    });

    // The code is exchanged; what follows finds no store.
    let goOn = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    emulator.faults.next("GET /api/v1/account", { until });
    const first = client.oauth.handleCallback(back, { session: "s" }).catch((e: unknown) => e);
    await expect.poll(() => emulator.oauth.connections.length).toBe(1);
    gate.close();
    goOn();
    const error = await first;
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "store_unavailable" });
    expect(String(error)).toContain("handle the same callback URL again");
    expect(kinds).toEqual(["unsaved"]);

    gate.open();
    await expect.poll(() => kinds, { timeout: 20_000 }).toEqual(["unsaved", "saved"]);
    const { connection } = await client.oauth.handleCallback(back, { session: "s" });
    expect(connection.accountId).toBe(accountId);
    expect(emulator.oauth.connections.map(({ status }) => status)).toEqual(["CONNECTED"]);
    const codes = emulator.requests.filter(({ path }) => path === "/oauth/token");
    expect(codes).toHaveLength(1);

    // What another process finds in the store works.
    const other = new Redis(server.port, "127.0.0.1");
    onTestFinished(() => other.disconnect());
    const elsewhere = clientWith(emulator.url, createRedisStore(other));
    const customer = elsewhere.oauth.connection(connection.id);
    expect((await customer.accounts.current()).id).toBe(accountId);
  });
});
