/**
 * Real processes, real HTTP, real databases; prints the figures. Processes are killed for 6 seconds over
 * each store, or for as long as asked: `ROTATION_SECONDS=30 npx vitest run test/oauth/rotation/processes.test.ts`.
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
import {
  buildWorker,
  type Place,
  places,
  startWorker as start,
  stores,
  type Worker,
} from "./process-tools.js";
import type { Order } from "./process-worker.js";

const seconds = Number(process.env["ROTATION_SECONDS"] ?? 6);
const keyPrefix = "oauth/";
const redirectUri = "http://127.0.0.1:3000/callback";
const scopes = ["account_details:read"];

let removeWorker: () => void;
beforeAll(async () => {
  removeWorker = await buildWorker();
}, 60_000);
afterAll(() => removeWorker?.());

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
    const session = "session";
    const url = new URL(await client.oauth.authorizationUrl({ session }));
    const state = url.searchParams.get("state") ?? "";
    const back = emulator.oauth.consent({ redirectUri, scope: scopes.join(" "), state });
    ({ id } = (await client.oauth.handleCallback(back, { session })).connection);
    const app = { clientId, clientSecret, emulatorUrl: emulator.url, connectionId: id, keyPrefix };
    order = { task: "call", store: name, where: place.where, ...app };
  }, 60_000);
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
    60_000,
  );

  test.skipIf(missing)(
    titled(`of which one is killed every 100 ms lose nothing over ${name}`, missing),
    async () => {
      const all: Worker[] = [];
      const spares: Worker[] = [];
      const running: Worker[] = [];
      // Started in advance, because starting one takes longer than the time between two kills.
      const spare = (): void => {
        const worker = start({ ...order, task: "rotate" });
        all.push(worker);
        void worker.ready.then(() => spares.push(worker));
      };
      const join = (): void => {
        const worker = spares.shift();
        if (!worker) return;
        worker.child.stdin?.write("go\n");
        running.push(worker);
      };
      for (let count = 0; count < 12; count++) spare();
      await Promise.all(all.map(({ ready }) => ready));
      for (let count = 0; count < 8; count++) join();
      let kills = 0;
      for (const endsAtMs = performance.now() + seconds * 1000; performance.now() < endsAtMs; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        // A busy machine may start them more slowly than we kill them.
        if (spares.length === 0) continue;
        const [worker] = running.splice(Math.floor(Math.random() * running.length), 1);
        worker?.child.kill("SIGKILL");
        kills++;
        join();
        spare();
      }
      for (const { child } of all) child.kill("SIGKILL");
      await Promise.all(all.map(({ ended }) => ended));
      const failures = all.flatMap(({ lines }) => lines.flatMap(({ errors = [] }) => errors));
      const { refreshes = 0, spent = 0, disconnected } = connection() ?? {};
      console.log(
        `${name}: 8 processes, ${kills} killed with SIGKILL in ${seconds} s, ${spent} rotations, ` +
          `${refreshes - spent} answers lost and asked for again, ${disconnected ? 1 : 0} connections lost; ` +
          `callers told to try again: ${failures.length}`,
      );
      expect(disconnected).toBeUndefined();
      expect(failures.filter((name) => name !== "TokenRefreshUnavailableError")).toEqual([]);
      expect(spent).toBeGreaterThan(0);
      // The stored pair is the newest: with an older one, the second refresh would come too late.
      await client.oauth.refresh(id);
      emulator.clock.advance(5 * 60_000);
      await client.oauth.refresh(id);
      expect(connection()?.status).toBe("CONNECTED");
    },
    60_000 + seconds * 1000,
  );
});
