/**
 * The proof of the inbox: eight processes receive webhooks over HTTP, each event delivered up to three times,
 * and are killed with SIGKILL while they handle events. `INBOX_EVENTS=5000` takes twenty times as many; the
 * figures are printed.
 */

import { Redis } from "ioredis";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPostgresTables } from "../../src/stores/postgres/index.js";
import {
  postgresMissing,
  type RunningServer,
  redisMissing,
  startPostgres,
  startRedis,
  titled,
} from "../servers.js";
import { type Delivery, type Fleet, startFleet } from "./inbox-fleet.js";
import type { InboxName } from "./inbox-worker.js";

const events = Number(process.env["INBOX_EVENTS"] ?? 250);
const ids = Array.from({ length: events }, (_, index) => `evt_${index}`);
const processes = 8;
const kills = Math.max(12, Math.floor(events / 100));
const timeoutMs = 120_000 + 60 * events;

const inboxes: readonly InboxName[] = [
  ...(redisMissing === undefined ? (["redis"] as const) : []),
  ...(postgresMissing === undefined ? (["postgres", "transaction"] as const) : []),
];

describe.skipIf(inboxes.length === 0)(`${processes} processes that handle ${events} events`, () => {
  let redis: RunningServer | undefined;
  let postgres: RunningServer | undefined;
  let client: Redis | undefined;
  let pool: Pool | undefined;
  let fleet: Fleet | undefined;
  let again = 0;
  let runsBeforeReplay = 0;

  beforeAll(async () => {
    if (redisMissing === undefined) {
      redis = await startRedis();
      client = new Redis(redis.url);
    }
    if (postgresMissing === undefined) {
      postgres = await startPostgres();
      pool = new Pool({ connectionString: postgres.url });
      await createPostgresTables(pool);
      await createPostgresTables(pool, { prefix: "transaction_" });
      // Without a key, so that nothing but the inbox prevents a second row.
      await pool.query("create table postgres_effects (id text)");
      await pool.query("create table transaction_effects (id text)");
    }
    fleet = await startFleet(processes, {
      redisUrl: redis?.url,
      postgresUrl: postgres?.url,
      secret: "whsec_inbox",
      claimMs: 5000,
    });
    // The last third continues after the last process was killed.
    fleet.killEvery(Math.floor((inboxes.length * events * 2) / 3 / kills), kills);
    again = await fleet.deliver(shuffled(ids.flatMap((id, index) => copies(id, 1 + (index % 3)))));
    runsBeforeReplay = fleet.runs.length;
    await fleet.deliver(shuffled(ids.flatMap((id) => copies(id, 1))));
  }, timeoutMs);
  afterAll(async () => {
    await fleet?.stop();
    client?.disconnect();
    await pool?.end();
    await redis?.stop();
    await postgres?.stop();
  });

  /** What the work has written, in order. */
  async function effectsOf(inbox: InboxName): Promise<readonly string[]> {
    if (inbox === "redis") return (await client?.lrange("effects", 0, -1)) ?? [];
    const result = await pool?.query<{ id: string }>(`select id from ${inbox}_effects`);
    return result?.rows.map(({ id }) => id) ?? [];
  }

  async function judge(inbox: InboxName) {
    const runs = fleet?.runs.filter((run) => run.inbox === inbox) ?? [];
    const cut = runs.filter((run) => run.worker.killed && run.confirmedAtMs === undefined);
    const confirmedAtMs = new Map<string, number>();
    for (const run of runs) {
      const earlier = confirmedAtMs.get(run.id) ?? Infinity;
      confirmedAtMs.set(run.id, Math.min(run.confirmedAtMs ?? Infinity, earlier));
    }
    const late = runs.filter((run) => run.beganAtMs > (confirmedAtMs.get(run.id) ?? Infinity));
    const finished = runs.filter((run) => !cut.includes(run)).map(({ id }) => id);
    const effects = await effectsOf(inbox);
    print(
      `${inbox}: ${events} events, ${runs.length} runs, ${cut.length} of them cut by a SIGKILL, ` +
        `${late.length} after the event was confirmed; ${effects.length} effects of ` +
        `${new Set(effects).size} events`,
    );
    return { runs, cut, late, finished, effects };
  }

  /** What must hold for every inbox. */
  async function expectOnce(inbox: InboxName) {
    const judged = await judge(inbox);
    const { runs, cut, late, finished, effects } = judged;
    expect(new Set(effects), "events that were handled").toEqual(new Set(ids));
    expect(late, "runs after the event was confirmed").toEqual([]);
    expect(finished.length, "runs to the end, at most one of each event").toBe(
      new Set(finished).size,
    );
    expect(cut.length, "runs that a SIGKILL has hit").toBeGreaterThan(0);
    expect(runs.length - cut.length, "no run more than was cut").toBeLessThanOrEqual(events);
    return judged;
  }

  test("are killed while they handle events, and nothing answered with 200 is run again", () => {
    const deliveries = inboxes.length * ids.reduce((sum, _, index) => sum + 1 + (index % 3), 0);
    print(
      `${processes} processes, ${fleet?.kills()} killed and replaced; ${deliveries} deliveries, ` +
        `${again} of them made again, and ${inboxes.length * events} replays`,
    );
    expect(fleet?.kills()).toBe(kills);
    expect(fleet?.runs.length, "no run in the replay").toBe(runsBeforeReplay);
  });

  test.skipIf(redisMissing)(
    titled("handle every event on claims in Redis, and none once it is confirmed", redisMissing),
    async () => {
      const { effects, cut } = await expectOnce("redis");
      expect(effects.length - events, "effects of runs that were cut").toBeLessThanOrEqual(
        cut.length,
      );
    },
  );

  test.skipIf(postgresMissing)(
    titled(
      "handle every event on claims in Postgres, and none once it is confirmed",
      postgresMissing,
    ),
    async () => {
      const { effects, cut } = await expectOnce("postgres");
      expect(effects.length - events, "effects of runs that were cut").toBeLessThanOrEqual(
        cut.length,
      );
    },
  );

  test.skipIf(postgresMissing)(
    titled("write exactly one row per event in the inbox's transaction", postgresMissing),
    async () => {
      const { effects } = await expectOnce("transaction");
      expect(effects.length).toBe(events);
    },
  );
});

function copies(id: string, times: number): readonly Delivery[] {
  return inboxes.flatMap((inbox) => Array.from({ length: times }, () => ({ inbox, id })));
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
