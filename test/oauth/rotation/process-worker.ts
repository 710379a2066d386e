/**
 * A separate process that uses one connection, or many; other tests start several of them.
 *
 * Reads its order as JSON from the command line, says when it is ready, waits for a line on stdin, and
 * reports the results in lines on stdout.
 */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createConnectionManager } from "../../../src/oauth/connection-manager.js";
import { connectionId } from "../../../src/oauth/connection-record.js";
import { type RotationLimits, rotationLimits } from "../../../src/oauth/limits.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import { createTimers } from "../../../src/oauth/timers.js";
import { readTokenPair } from "../../../src/oauth/tokens.js";
import type { Store } from "../../../src/stores/store.js";
import { sealing } from "./sealing.js";

export interface Order {
  /**
   * `call`: fifty callers of one expired connection. `rotate`: renews over and over until killed. `serve`:
   * renews over and over until it is told to end. `crowd`: one call for each of many connections, all at
   * once. `abandon`: renews while the store does not take the pair, and closes the client.
   */
  readonly task: "call" | "rotate" | "serve" | "crowd" | "abandon";
  readonly store: "file" | "sealed" | "redis" | "postgres";
  /** The URL of the database, or the directory. */
  readonly where: string;
  /** The API, and its token endpoint below `/oauth`. */
  readonly emulatorUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly connectionId: string;
  /** How many connections a crowd has: of the accounts `acct_0`, `acct_1` and so on. */
  readonly connections?: number;
  readonly keyPrefix: string;
}

export interface Line {
  readonly event: "ready" | "called" | "rotated" | "failed" | "closed";
  /** How many calls were answered. */
  readonly answered?: number;
  /** Names of errors, and for calls what caused them. */
  readonly errors?: readonly string[];
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const { store, close } = await open();

/** Loads only what it needs: processes are killed faster than heavier ones would start. */
async function open(): Promise<{ readonly store: Store; readonly close: () => unknown }> {
  if (order.store === "file" || order.store === "sealed") {
    const { createFileStore } = await import("../../../src/stores/file/index.js");
    const file = createFileStore({ directory: order.where });
    if (order.store === "file") return { store: file, close: () => undefined };
    const { createSealedStore } = await import("../../../src/stores/sealed.js");
    return { store: createSealedStore(file, sealing), close: () => undefined };
  }
  if (order.store === "redis") {
    const { Redis } = await import("ioredis");
    const { createRedisStore } = await import("../../../src/stores/redis/index.js");
    const redis = new Redis(order.where);
    return { store: createRedisStore(redis), close: () => redis.disconnect() };
  }
  const { Pool } = await import("pg");
  const { createPostgresStore } = await import("../../../src/stores/postgres/index.js");
  const pool = new Pool({ connectionString: order.where, max: 2 });
  // Without a listener, a connection that breaks while it is idle would end the process.
  pool.on("error", console.error);
  return { store: createPostgresStore(pool), close: () => pool.end() };
}

function tell(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** `TokenRefreshUnavailableError: the store is slow`. */
function withCause(error: unknown): string {
  const cause = error instanceof Error && error.cause;
  return nameOf(error) + (cause instanceof Error ? `: ${cause.message}` : "");
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

async function createClientOf(timeoutMs: number, sharedStore = store) {
  const { createClient } = await import("../../../src/index.js");
  const { clientId, clientSecret, emulatorUrl: baseUrl } = order;
  const app = { clientId, clientSecret, redirectUri: "http://127.0.0.1:3000/callback" };
  const oauth = {
    ...app,
    scopes: ["account_details:read"],
    keyPrefix: order.keyPrefix,
    store: sharedStore,
  };
  return createClient({ environment: "sandbox", baseUrl, timeoutMs, oauth });
}

async function call(): Promise<void> {
  const client = await createClientOf(60_000);
  const connection = client.oauth.connection(order.connectionId);
  await callAll(Array.from({ length: 50 }, () => connection));
}

async function crowd(): Promise<void> {
  const client = await createClientOf(10 * 60_000);
  const ids = Array.from({ length: order.connections ?? 0 }, (_, i) =>
    connectionId(order.clientId, `acct_${i}`),
  );
  await callAll(ids.map(client.oauth.connection));
}

async function callAll(
  customers: readonly { readonly accounts: { current(): Promise<unknown> } }[],
): Promise<void> {
  const calls = customers.map((customer) => customer.accounts.current());
  const results = await Promise.allSettled(calls);
  const failed = results.filter((result) => result.status === "rejected");
  const errors = failed.map(({ reason }) => withCause(reason));
  tell({ event: "called", answered: results.length - failed.length, errors });
}

/** Lets the lease of a killed process end soon. */
const hurried: RotationLimits = { ...rotationLimits, requestMs: 300, leaseMs: 600, backOffMs: 50 };

async function refresh(refresh_token: string, timeoutMs: number): Promise<RefreshAnswer> {
  const { clientId: client_id, clientSecret: client_secret, emulatorUrl } = order;
  try {
    const answer = await fetch(`${emulatorUrl}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_type: "refresh_token",
        refresh_token,
        client_id,
        client_secret,
      }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.status === 429) return { kind: "busy", error: body };
    if (answer.status !== 200) return { kind: "dead", error: body };
    const pair = readTokenPair(body);
    return "missing" in pair ? { kind: "lost", error: pair } : { kind: "issued", pair };
  } catch (error) {
    return { kind: "lost", error };
  }
}

async function rotate(): Promise<never> {
  const manager = createConnectionManager({
    ...{
      store,
      refresh,
      limits: hurried,
      concurrent: 40,
      keyOf: (id) => order.keyPrefix + id,
      newId: randomUUID,
    },
    ...{ nowMs: () => performance.now(), dateMs: Date.now, random: Math.random },
    ...createTimers(),
    publish: () => undefined,
  });
  for (;;) {
    await manager.renew(order.connectionId).then(
      () => tell({ event: "rotated" }),
      (error: unknown) => tell({ event: "failed", errors: [nameOf(error)] }),
    );
  }
}

/** Loads all that it needs before it is ready, because processes that serve do not live long. */
async function prepareToServe(): Promise<() => Promise<void>> {
  const client = await createClientOf(60_000);
  await client.oauth.connection(order.connectionId).accounts.current();
  return async () => {
    let isOver = false;
    void toldToEnd.then(() => {
      isOver = true;
    });
    const refreshing = (async () => {
      while (!isOver) {
        await client.oauth.refresh(order.connectionId).then(
          () => tell({ event: "rotated" }),
          (error: unknown) => !isOver && tell({ event: "failed", errors: [nameOf(error)] }),
        );
      }
    })();
    await toldToEnd;
    // As long as Kubernetes gives by default: a busy machine needs more than the usual 10 seconds.
    await client.close({ timeoutMs: 30_000 }).then(
      () => tell({ event: "closed", errors: [] }),
      (error: unknown) => tell({ event: "closed", errors: [nameOf(error)] }),
    );
    await refreshing;
  };
}

/** A store that takes marks and no pairs, as if it had been closed first. */
async function abandon(): Promise<void> {
  const closed: Store = {
    ...store,
    compareAndSet: (key, write) =>
      write.keepLease ? store.compareAndSet(key, write) : Promise.reject(new Error("closed")),
  };
  const client = await createClientOf(60_000, closed);
  await client.oauth.refresh(order.connectionId);
  const closing = client.close({ timeoutMs: 300 });
  await closing.catch((error: unknown) => tell({ event: "closed", errors: [nameOf(error)] }));
}

// From the start: the signal may come while the client is still being loaded.
const toldToEnd = once(process, "SIGTERM");
const work =
  order.task === "serve" ? await prepareToServe() : { call, rotate, crowd, abandon }[order.task];
tell({ event: "ready" });
await once(process.stdin, "data");
await work();
await close();
process.stdin.destroy();
