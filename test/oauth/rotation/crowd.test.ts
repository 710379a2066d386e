/**
 * Many connections whose tokens expire at the same moment; prints the figures. Few by default, more when
 * asked: `CROWD=5000 CROWD_RESTART_MS=50000 npx vitest run test/oauth/rotation/crowd.test.ts`.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionId } from "../../../src/oauth/connection-record.js";
import type { Store } from "../../../src/stores/store.js";
import { titled } from "../../servers.js";
import { type CrowdServer, startCrowdServer } from "./crowd-server.js";
import { type Place, places, startWorker, stores, type Worker } from "./process-tools.js";
import type { Order } from "./process-worker.js";
import { recordOf } from "./virtual-worker.js";

const size = Number(process.env["CROWD"] ?? 100);
const restartMs = Number(process.env["CROWD_RESTART_MS"] ?? 2000);
const longestMs = 120_000 + size * 100 + restartMs;
/** As many refreshes as a process makes at once. */
const atOnce = 50;

const clientId = "appid_crowd";
const keyPrefix = "crowd/";
const keyOf = (index: number): string => keyPrefix + connectionId(clientId, `acct_${index}`);

async function fill(store: Store, server: CrowdServer): Promise<void> {
  const pair = recordOf({
    accessToken: "expired",
    accessLifetimeMs: 0,
    refreshToken: "",
    ...{ refreshLifetimeMs: undefined, accountId: undefined, orgId: undefined, scopes: undefined },
  });
  const indexes = Array.from({ length: size }, (_, index) => index);
  for (let first = 0; first < size; first += 50) {
    const some = indexes.slice(first, first + 50).map(async (index) => {
      const id = connectionId(clientId, `acct_${index}`);
      const record = { ...pair, id, refreshToken: server.firstToken(index) };
      const { version: expectedVersion = 0 } = (await store.read(keyOf(index))) ?? {};
      const value = JSON.stringify(record);
      await store.compareAndSet(keyOf(index), { value, expiresAtMs: undefined, expectedVersion });
    });
    await Promise.all(some);
  }
}

async function countMarks(store: Store): Promise<number> {
  let marks = 0;
  for (let index = 0; index < size; index++) {
    const { value = "{}" } = (await store.read(keyOf(index))) ?? {};
    if ((JSON.parse(value) as { spentBy?: string }).spentBy !== undefined) marks++;
  }
  return marks;
}

// A sealed store is another store behind a cipher, and costs this one a quarter of its time.
describe.each(stores.filter(([name]) => name !== "sealed"))(
  "a crowd of connections",
  (name, missing) => {
    let place: Place;
    beforeAll(async () => {
      if (missing === undefined) place = await places[name]();
    }, 60_000);
    afterAll(() => place?.close());

    function start(server: CrowdServer): Worker {
      const app = { clientId, clientSecret: "secret", connectionId: "", keyPrefix };
      const order: Order = {
        ...{ task: "crowd", store: name, where: place.where, emulatorUrl: server.url, ...app },
        connections: size,
      };
      return startWorker(order);
    }

    /** Starts processes that call for all connections, and returns how the calls ended. */
    async function callFrom(server: CrowdServer, processes: number) {
      const workers = Array.from({ length: processes }, () => start(server));
      await Promise.all(workers.map(({ ready }) => ready));
      const startedAtMs = performance.now();
      for (const { child } of workers) child.stdin?.write("go\n");
      await Promise.all(workers.map(({ ended }) => ended));
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
      const told = workers.flatMap(({ lines }) => lines.filter(({ event }) => event === "called"));
      const answered = told.reduce((sum, line) => sum + (line.answered ?? 0), 0);
      return { seconds, answered, errors: told.flatMap(({ errors = [] }) => errors) };
    }

    test.skipIf(missing).each([
      { processes: 1, latencyMs: 300, perSecond: undefined },
      { processes: 4, latencyMs: 300, perSecond: undefined },
      { processes: 1, latencyMs: 50, perSecond: 20 },
      { processes: 4, latencyMs: 50, perSecond: 20 },
    ])(
      titled(`is renewed once each over ${name}, and nobody fails: %o`, missing),
      async ({ processes, latencyMs, perSecond }) => {
        const server = await startCrowdServer({ latencyMs, perSecond });
        await fill(place.store, server);
        const { seconds, answered, errors } = await callFrom(server, processes);
        const { requests, refused, issued, lost } = server.count;
        const renewed = server.renewed();
        await server.close();
        console.log(
          `${name}: ${size} connections, ${processes} processes, token endpoint at ${latencyMs} ms` +
            `${perSecond === undefined ? "" : ` and ${perSecond} a second`}: ${seconds} s, ` +
            `${issued} renewed, ${refused} of ${requests} requests refused, ${errors.length} calls failed`,
        );
        expect({ answered, errors, renewed, lost }).toEqual({
          answered: size * processes,
          errors: [],
          renewed: size,
          lost: 0,
        });
        // A crowd that takes minutes is renewed again before its tokens expire.
        expect(issued).toBeLessThanOrEqual(size * 1.02);
        // Until the limit is known, as many as a process makes at once may be refused.
        expect(refused).toBeLessThanOrEqual(0.05 * requests + atOnce * processes);
      },
      longestMs,
    );

    test.skipIf(missing)(
      titled(`whose process is killed is in doubt only where it had asked, over ${name}`, missing),
      async () => {
        const server = await startCrowdServer({ latencyMs: 1000 });
        await fill(place.store, server);
        const worker = start(server);
        await worker.ready;
        worker.child.stdin?.write("go\n");
        while (server.count.issued < Math.min(size / 4, 100)) {
          await sleep(5);
        }
        worker.child.kill("SIGKILL");
        await worker.ended;
        const marks = await countMarks(place.store);
        await sleep(restartMs);
        const { seconds, answered, errors } = await callFrom(server, 1);
        const { lost } = server.count;
        const renewed = server.renewed();
        await server.close();
        console.log(
          `${name}: killed among ${size}: ${marks} marks; ${restartMs} ms later, in ${seconds} s: ` +
            `${answered} answered, ${errors.length} unknown, ${lost} lost`,
        );
        expect(marks).toBeGreaterThan(0);
        expect(marks).toBeLessThanOrEqual(atOnce);
        expect(errors.filter((error) => error !== "RefreshOutcomeUnknownError")).toEqual([]);
        expect(errors.length).toBeLessThanOrEqual(marks);
        expect({ lost, all: answered + errors.length }).toEqual({ lost: 0, all: size });
        // What is unknown was marked just before it would have been sent, so some of it was not sent.
        expect(renewed).toBeGreaterThanOrEqual(size - errors.length);
      },
      longestMs,
    );
  },
);
