/**
 * Many connections whose tokens expire at the same moment, and processes that call for all of them. The test
 * runs it small, `npm --prefix bench run crowds` large.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { type ConnectionRecord, connectionId } from "../../../src/oauth/connection-record.js";
import { type CrowdServer, type CrowdServerOptions, startCrowdServer } from "./crowd-server.js";
import { type Place, startWorker, type Worker } from "./process-tools.js";
import type { Order } from "./process-worker.js";
import { recordOf } from "./virtual-worker.js";

/** As many refreshes as a process makes at once. */
export const atOnce = 50;

const clientId = "appid_crowd";
const keyPrefix = "crowd/";
const keyOf = (index: number): string => keyPrefix + connectionId(clientId, `acct_${index}`);

export interface Crowd extends CrowdServerOptions {
  readonly store: Order["store"];
  readonly place: Place;
  /** Connections. */
  readonly size: number;
  /** Each calls for all connections. */
  readonly processes: number;
}

interface Called {
  readonly seconds: number;
  /** Calls that were answered. */
  readonly answered: number;
  /** How the others ended: how often each error, by its name. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface RenewedCrowd extends Called {
  /** Requests to the token endpoint. */
  readonly requests: number;
  /** Of those, answered with 429. */
  readonly refused: number;
  readonly issued: number;
  /** Of those, how many came when nobody waited for them any more. */
  readonly tooLate: number;
  /** Connections that were renewed. */
  readonly renewed: number;
  /** Connections that the server ended. */
  readonly lost: number;
}

export interface KilledCrowd extends Called {
  /** Records that said that their token was being spent, when the processes were dead. */
  readonly marks: number;
  /** Of those, how many tokens had reached the server. */
  readonly onTheWire: number;
  /** Connections that still carry the mark at the end, because nobody can know whether they were renewed. */
  readonly unknown: number;
  readonly renewed: number;
  readonly lost: number;
}

/** Lets the processes call for all connections. */
export async function renewCrowd(crowd: Crowd): Promise<RenewedCrowd> {
  const server = await startCrowdServer(crowd);
  try {
    await fill(crowd, server);
    const called = await callAll(crowd, server);
    return { ...called, ...server.count, renewed: server.renewed() };
  } finally {
    await server.close();
  }
}

/** Kills all processes when so many connections were renewed, and starts as many again some time later. */
export async function killCrowd(
  crowd: Crowd,
  { afterRenewals, restartMs }: { readonly afterRenewals: number; readonly restartMs: number },
): Promise<KilledCrowd> {
  const server = await startCrowdServer(crowd);
  try {
    await fill(crowd, server);
    const workers = await startAll(crowd, server);
    while (server.count.issued < afterRenewals) await sleep(5);
    for (const { child } of workers) child.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    // What was written to a socket arrives after its process is dead.
    await sleep(250);
    const spent = await tokensBeingSpent(crowd);
    const onTheWire = spent.filter(server.hasSeen).length;
    await sleep(restartMs);
    const called = await callAll(crowd, server);
    const unknown = (await tokensBeingSpent(crowd)).length;
    const { lost } = server.count;
    return { ...called, marks: spent.length, onTheWire, unknown, renewed: server.renewed(), lost };
  } finally {
    await server.close();
  }
}

/** Stores connections whose access tokens have expired. */
async function fill({ place: { store }, size }: Crowd, server: CrowdServer): Promise<void> {
  const pair = recordOf({
    accessToken: "expired",
    accessLifetimeMs: 0,
    refreshToken: "",
    ...{ refreshLifetimeMs: undefined, accountId: undefined, orgId: undefined, scopes: undefined },
  });
  await forEach(size, async (index) => {
    const id = connectionId(clientId, `acct_${index}`);
    const value = JSON.stringify({ ...pair, id, refreshToken: server.firstToken(index) });
    const { version: expectedVersion = 0 } = (await store.read(keyOf(index))) ?? {};
    await store.compareAndSet(keyOf(index), { value, expiresAtMs: undefined, expectedVersion });
  });
}

async function startAll(crowd: Crowd, server: CrowdServer): Promise<readonly Worker[]> {
  const { store, size, processes } = crowd;
  const app = { clientId, clientSecret: "secret", connectionId: "", keyPrefix };
  const where = { store, where: crowd.place.where, emulatorUrl: server.url };
  const order: Order = { task: "crowd", ...where, ...app, connections: size };
  const workers = Array.from({ length: processes }, () => startWorker(order));
  await Promise.all(workers.map(({ ready }) => ready));
  for (const { child } of workers) child.stdin?.write("go\n");
  return workers;
}

async function callAll(crowd: Crowd, server: CrowdServer): Promise<Called> {
  const workers = await startAll(crowd, server);
  const startedAtMs = performance.now();
  await Promise.all(workers.map(({ ended }) => ended));
  const seconds = (performance.now() - startedAtMs) / 1000;
  const told = workers.flatMap(({ lines }) => lines.filter(({ event }) => event === "called"));
  const answered = told.reduce((sum, line) => sum + (line.answered ?? 0), 0);
  const errors: Record<string, number> = {};
  for (const name of told.flatMap((line) => line.errors ?? [])) {
    errors[name] = (errors[name] ?? 0) + 1;
  }
  return { seconds, answered, errors };
}

/** The refresh tokens of the records that say that theirs is being spent. */
async function tokensBeingSpent({ place: { store }, size }: Crowd): Promise<readonly string[]> {
  const tokens: string[] = [];
  await forEach(size, async (index) => {
    const record: ConnectionRecord = JSON.parse((await store.read(keyOf(index)))?.value ?? "{}");
    if (record.spentBy !== undefined) tokens.push(record.refreshToken);
  });
  return tokens;
}

/** For each number below `count`, fifty at a time. */
async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  for (let first = 0; first < count; first += 50) {
    await Promise.all(indexes.slice(first, first + 50).map(work));
  }
}
