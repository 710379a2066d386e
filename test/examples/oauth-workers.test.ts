/** The worker pool with a real Redis and a real Postgres: four processes, one refresh. */

import { describe, expect, test } from "vitest";
import {
  postgresMissing,
  type RunningServer,
  redisMissing,
  startPostgres,
  startRedis,
  titled,
} from "../servers.js";
import { type Environment, startExample } from "./program.js";

async function runPool(environment: Environment): Promise<string> {
  const pool = startExample("oauth-workers/pool.ts", environment);
  expect(await pool.ended, pool.output()).toBe(0);
  return pool.output();
}

function expectOneRefresh(output: string): void {
  const answered = output.match(/process \d+: 25 calls answered, .*/g) ?? [];
  expect(answered.map((line) => line.replace(/.*, /, "")).sort()).toEqual([
    "renewed the tokens",
    "used the token that all share",
    "used the token that all share",
    "used the token that all share",
  ]);
  expect(new Set(output.match(/process \d+/g)).size).toBe(4);
  expect(output).toMatch(/^Refreshes at Airwallex: 1$/m);
}

describe("examples/oauth-workers", () => {
  const cases: readonly [string, string | undefined, () => Promise<RunningServer>, string][] = [
    ["Redis", redisMissing, startRedis, "REDIS_URL"],
    ["Postgres", postgresMissing, startPostgres, "DATABASE_URL"],
  ];
  for (const [name, missing, start, variable] of cases) {
    test.skipIf(missing)(
      titled(`spends one refresh token for four processes on ${name}`, missing),
      async () => {
        const server = await start();
        try {
          expectOneRefresh(await runPool({ [variable]: server.url }));
        } finally {
          await server.stop();
        }
      },
    );
  }

  test("says what it needs when it has no store", async () => {
    const pool = startExample("oauth-workers/pool.ts");
    expect(await pool.ended).toBe(1);
    expect(pool.output()).toContain("Set REDIS_URL or DATABASE_URL");
  });
});
