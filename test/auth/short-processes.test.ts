/**
 * Processes that live for one call and share a login. A few by default, more when asked:
 * `SHORT_PROCESSES=50 npx vitest run test/auth/short-processes.test.ts`.
 */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { type RunningEmulator, startEmulator } from "../../src/emulator/index.js";
import { buildProgram } from "../build-program.js";
import { type RunningServer, redisMissing, startRedis, titled } from "../servers.js";

const count = Number(process.env["SHORT_PROCESSES"] ?? 16);
/** So many run at the same time. */
const together = 8;
const longestMs = 60_000 + count * 10_000;

const run = promisify(execFile);

describe.skipIf(redisMissing)(titled("processes that live for one call", redisMissing), () => {
  let program = "";
  beforeAll(async () => {
    program = await buildProgram(new URL("./one-call.ts", import.meta.url));
  }, 60_000);

  /** What each process has printed. `onEnded` hears how many have ended. */
  async function runAll(
    emulator: RunningEmulator,
    redis: RunningServer,
    onEnded: (ended: number) => Promise<void> | undefined = () => undefined,
  ): Promise<readonly string[]> {
    const args = [program, JSON.stringify(emulator.clientOptions), redis.url];
    const outcomes: string[] = [];
    let begun = 0;
    const runSome = async (): Promise<void> => {
      while (begun < count) {
        begun++;
        const { stdout } = await run(process.execPath, args);
        outcomes.push(stdout.trim());
        await onEnded(outcomes.length);
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, together) }, runSome));
    return outcomes;
  }

  const loginsOf = (emulator: RunningEmulator): number =>
    emulator.requests.filter(({ endpoint }) => endpoint === "authentication.login").length;

  it("log in once", { timeout: longestMs }, async () => {
    const redis = await startRedis();
    const emulator = await startEmulator({ rateLimits: "production" });
    try {
      const outcomes = await runAll(emulator, redis);
      console.log(`${count} processes: ${loginsOf(emulator)} logins`);
      expect(outcomes).toEqual(Array(count).fill("ok"));
      expect(loginsOf(emulator)).toBe(1);
    } finally {
      await emulator.close();
      await redis.stop();
    }
  });

  it("log in for themselves when the store is killed, and none fails", {
    timeout: longestMs,
  }, async () => {
    const redis = await startRedis();
    const emulator = await startEmulator({ rateLimits: "production" });
    let endedBefore = 0;
    try {
      const outcomes = await runAll(emulator, redis, async (ended) => {
        if (ended < count / 2 || endedBefore > 0) return;
        endedBefore = ended;
        await redis.stop();
      });
      console.log(
        `${count} processes, the store killed after ${endedBefore}: ${loginsOf(emulator)} logins, ${outcomes.filter((outcome) => outcome !== "ok").length} failed`,
      );
      expect(outcomes).toEqual(Array(count).fill("ok"));
      expect(loginsOf(emulator)).toBeGreaterThan(1);
      expect(loginsOf(emulator)).toBeLessThanOrEqual(1 + count - endedBefore);
    } finally {
      await emulator.close();
      await redis.stop();
    }
  });
});
