/**
 * Real processes, real HTTP, real databases; prints the figures. Processes are killed, or told to end, for
 * 2 seconds over each store, or for as long as asked: `ROTATION_SECONDS=30 npx vitest run test/oauth/rotation/processes.test.ts`.
 */

import {
  defaultOAuthClientId as clientId,
  defaultOAuthClientSecret as clientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientWithOAuth, createClient } from "../../../src/index.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { titled } from "../../servers.js";
import { type Place, places, startWorker as start, stores, type Worker } from "./process-tools.js";
import type { Order } from "./process-worker.js";

const seconds = Number(process.env["ROTATION_SECONDS"] ?? 2);
const keyPrefix = "oauth/";
const redirectUri = "http://127.0.0.1:3000/callback";
const scopes = ["account_details:read"];

describe.each(stores)("eight processes", (name, missing) => {
  let place: Place;
  let emulator: RunningEmulator;
  let client: ClientWithOAuth<"sandbox">;
  let id = "";
  let order: Order;

  beforeAll(async () => {
    if (missing !== undefined) return;
    [place, emulator] = await Promise.all([places[name](), startEmulator()]);
    const oauth = { clientId, clientSecret, redirectUri, scopes, keyPrefix, store: place.store };
    client = createClient({ environment: "sandbox", baseUrl: emulator.url, oauth });
    ({ id } = (await connectTo(client, emulator)).connection);
    const app = { clientId, clientSecret, emulatorUrl: emulator.url, connectionId: id, keyPrefix };
    order = { task: "call", store: name, where: place.where, ...app };
  });
  afterAll(async () => {
    await emulator?.close();
    await place?.close();
  });

  const connection = () => emulator.oauth.connections.find((one) => one.id === id);

  /** As if five minutes had passed. */
  async function expire(): Promise<void> {
    const stored = await place.store.read(keyPrefix + id);
    const record = JSON.parse(stored?.value ?? "null") as ConnectionRecord;
    const value = JSON.stringify({ ...record, accessLeftMs: 0 });
    const expectedVersion = stored?.version ?? 0;
    await place.store.compareAndSet(keyPrefix + id, {
      value,
      expiresAtMs: undefined,
      expectedVersion,
    });
  }

  test.skipIf(missing)(
    titled(`with 50 callers each refresh once over ${name}`, missing),
    async () => {
      await expire();
      const workers = Array.from({ length: 8 }, () => start(order));
      await Promise.all(workers.map(({ ready }) => ready));
      for (const { child } of workers) child.stdin?.write("go\n");
      await Promise.all(workers.map(({ ended }) => ended));
      const told = workers.map(({ lines }) => lines.find(({ event }) => event === "called"));
      expect(told).toEqual(Array(8).fill({ event: "called", answered: 50, errors: [] }));
      expect(connection()?.refreshes).toBe(1);
      console.log(`${name}: 8 processes with 50 callers each, 400 calls answered, 1 refresh`);
    },
  );

  /**
   * Eight processes, of which one is replaced at intervals, until the time is over and there was a renewal
   * between. Resolves with all of them when they have ended.
   */
  async function churn(task: Order["task"], signal: NodeJS.Signals, everyMs: number) {
    const renewals = () => connection()?.spent ?? 0;
    const before = renewals();
    let pauseMs = everyMs;
    const all: Worker[] = [];
    const spares: Worker[] = [];
    const joined = new Set<Worker>();
    const running: Worker[] = [];
    // Started in advance, because starting one takes longer than the time between two.
    const spare = (): void => {
      const worker = start({ ...order, task });
      all.push(worker);
      void worker.ready.then(() => spares.push(worker));
    };
    const join = (): void => {
      const worker = spares.shift();
      if (!worker) return;
      worker.child.stdin?.write("go\n");
      joined.add(worker);
      running.push(worker);
    };
    for (let count = 0; count < 12; count++) spare();
    await Promise.all(all.map(({ ready }) => ready));
    for (let count = 0; count < 8; count++) join();
    const endsAtMs = performance.now() + seconds * 1000;
    while (performance.now() < endsAtMs || renewals() === before) {
      // A very busy machine needs longer than that for a renewal.
      if (performance.now() > endsAtMs) pauseMs *= 1.5;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      // A busy machine may start them more slowly than we end them.
      if (spares.length === 0) continue;
      const [worker] = running.splice(Math.floor(Math.random() * running.length), 1);
      worker?.child.kill(signal);
      join();
      spare();
    }
    for (const { child } of running) child.kill(signal);
    for (const worker of all) if (!joined.has(worker)) worker.child.kill("SIGKILL");
    await Promise.all(all.map(({ ended }) => ended));
    return [...joined];
  }

  /** The stored pair is the newest: with an older one, the second refresh would come too late. */
  async function expectNewestStored(): Promise<void> {
    await client.oauth.refresh(id);
    emulator.clock.advance(5 * 60_000);
    await client.oauth.refresh(id);
    expect(connection()?.status).toBe("CONNECTED");
  }

  test.skipIf(missing)(
    titled(`of which one is killed every 100 ms lose nothing over ${name}`, missing),
    async () => {
      const before = connection();
      const workers = await churn("rotate", "SIGKILL", 100);
      const failures = workers.flatMap(({ lines }) => lines.flatMap(({ errors = [] }) => errors));
      const { refreshes = 0, spent = 0, disconnected } = connection() ?? {};
      const rotations = spent - (before?.spent ?? 0);
      const lostAnswers = refreshes - (before?.refreshes ?? 0) - rotations;
      console.log(
        `${name}: 8 processes at a time, ${workers.length} killed with SIGKILL in ${seconds} s, ${rotations} rotations, ` +
          `${lostAnswers} answers lost and asked for again, ${disconnected ? 1 : 0} connections lost; ` +
          `callers told to try again: ${failures.length}`,
      );
      expect(disconnected).toBeUndefined();
      expect(failures.filter((name) => name !== "TokenRefreshUnavailableError")).toEqual([]);
      expect(rotations).toBeGreaterThan(0);
      await expectNewestStored();
    },
    120_000 + seconds * 1000,
  );

  test.skipIf(missing)(
    titled(`of which one is told to end every 200 ms lose no pair over ${name}`, missing),
    async () => {
      const before = connection();
      const workers = await churn("serve", "SIGTERM", 200);
      const closed = workers.filter(({ lines }) => lines.some(({ event }) => event === "closed"));
      const errors = workers.flatMap(({ lines }) => lines.flatMap(({ errors = [] }) => errors));
      // On a busy machine, some wait longer for their turn than a call may.
      const failures = errors.filter((name) => name !== "TokenRefreshUnavailableError");
      const { refreshes = 0, spent = 0, disconnected } = connection() ?? {};
      const issued = refreshes - (before?.refreshes ?? 0);
      // A token is only spent again when the pair that it gave was lost.
      const lost = issued - (spent - (before?.spent ?? 0));
      console.log(
        `${name}: 8 processes at a time, ${workers.length} told to end with SIGTERM in ${seconds} s, ` +
          `${issued} pairs issued, ${lost} lost; ${closed.length} clients closed, ${failures.length} failures`,
      );
      expect({ disconnected, lost, failures, closed: closed.length }).toEqual({
        ...{ disconnected: undefined, lost: 0, failures: [], closed: workers.length },
      });
      expect(issued).toBeGreaterThan(0);
      await expectNewestStored();
    },
    120_000 + seconds * 2000,
  );
});

test("a process whose store is gone for good says what is unsaved, and ends by itself", async () => {
  const place = await places.file();
  const emulator = await startEmulator();
  const oauth = { clientId, clientSecret, redirectUri, scopes, keyPrefix, store: place.store };
  const client = createClient({ environment: "sandbox", baseUrl: emulator.url, oauth });
  const { id } = (await connectTo(client, emulator)).connection;
  const app = { clientId, clientSecret, emulatorUrl: emulator.url, connectionId: id, keyPrefix };
  const worker = start({ task: "abandon", store: "file", where: place.where, ...app });
  await worker.ready;
  worker.child.stdin?.write("go\n");
  await worker.ended;
  expect(worker.lines.at(-1)).toEqual({ event: "closed", errors: ["UnsavedTokensError"] });
  expect(worker.child.exitCode).toBe(0);
  await emulator.close();
  await place.close();
});

async function connectTo(client: ClientWithOAuth<"sandbox">, emulator: RunningEmulator) {
  const session = "session";
  const url = new URL(await client.oauth.authorizationUrl({ session }));
  const state = url.searchParams.get("state") ?? "";
  const back = emulator.oauth.consent({ redirectUri, scope: scopes.join(" "), state });
  return await client.oauth.handleCallback(back, { session });
}
