/** Processes that live for one call and share a login through a Redis that may be killed meanwhile. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startEmulator } from "../../src/emulator/index.js";
import { buildProgram } from "../build-program.js";
import { startRedis } from "../servers.js";

const run = promisify(execFile);

export interface ShortProcesses {
  readonly count: number;
  /** How many run at the same time. */
  readonly together: number;
  /** Kills the store when so many have ended. */
  readonly killAfter?: number | undefined;
}

export interface ShortProcessesResult {
  /** What each has printed: `ok`, or its error. */
  readonly outcomes: readonly string[];
  readonly logins: number;
  /** How many had ended when the store was killed. */
  readonly endedBefore: number;
}

export async function runShortProcesses({
  count,
  together,
  killAfter = Number.POSITIVE_INFINITY,
}: ShortProcesses): Promise<ShortProcessesResult> {
  const program = await buildProgram(new URL("./one-call.ts", import.meta.url));
  const redis = await startRedis();
  const emulator = await startEmulator({ rateLimits: "production" });
  const args = [program, JSON.stringify(emulator.clientOptions), redis.url];
  const outcomes: string[] = [];
  let begun = 0;
  let endedBefore = 0;
  const runSome = async (): Promise<void> => {
    while (begun < count) {
      begun++;
      const { stdout } = await run(process.execPath, args);
      outcomes.push(stdout.trim());
      if (outcomes.length < killAfter || endedBefore > 0) continue;
      endedBefore = outcomes.length;
      await redis.stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(count, together) }, runSome));
  } finally {
    await emulator.close();
    await redis.stop();
  }
  const isLogin = ({ endpoint }: { endpoint?: string | undefined }): boolean =>
    endpoint === "authentication.login";
  return { outcomes, logins: emulator.requests.filter(isLogin).length, endedBefore };
}
