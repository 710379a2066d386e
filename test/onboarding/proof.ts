/**
 * Onboards sellers over real HTTP with faults, kills the runner with SIGKILL halfway, starts it again, and
 * reports what the emulator has seen.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { OnboardingCounts } from "airwallex-connect";
import { buildProgram } from "../build-program.js";
import type { Seen } from "./emulator-process.js";

const programs = {
  emulator: await buildProgram(new URL("./emulator-process.ts", import.meta.url)),
  runner: await buildProgram(new URL("./runner.ts", import.meta.url)),
};

export interface Proof {
  readonly seen: Seen;
  readonly counts: OnboardingCounts;
  /** Steps that the killed runner had done. */
  readonly stepsBeforeKill: number;
  /** From the kill until the first request of the second runner, in milliseconds. */
  readonly awayMs: number;
  /** From the first request to the last, without `awayMs`. */
  readonly workedMs: number;
}

/** Kills the first runner when it has done this many steps. */
export async function prove(sellers: number, killAfterSteps: number): Promise<Proof> {
  const directory = mkdtempSync(join(tmpdir(), "onboarding-"));
  const emulator = start(programs.emulator);
  try {
    const url = await nextLine(emulator.lines);
    const first = startRunner(url, directory, sellers);
    const stepsBeforeKill = await countSteps(first.lines, killAfterSteps);
    await kill(first);
    const before = await ask(emulator);
    const second = startRunner(url, directory, sellers);
    const counts = await countsOf(second);
    const seen = await ask(emulator);
    const awayMs = before.lastMs === seen.lastMs ? 0 : seen.longestPauseMs;
    const workedMs = seen.lastMs - seen.firstMs - awayMs;
    return { seen, counts, stepsBeforeKill, awayMs, workedMs };
  } finally {
    emulator.child.stdin?.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * The shortest time in which the API lets that many requests through, in milliseconds: those of the busiest
 * endpoint at 20 a second, or all of them at 100 a second, whichever takes longer. Requests that were
 * repeated because of a fault count; those that the limits refused do not.
 */
export function floorMs({ requests }: Seen): number {
  const counts = Object.values(requests);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Math.max(Math.max(...counts) / 20, all / 100) * 1000;
}

/** A child process and the lines that it prints. */
export interface Started {
  readonly child: ChildProcess;
  readonly lines: Interface;
}

/** @param order the URL of the emulator, the store, the number of sellers, how many at once */
export function startRunner(...order: readonly (string | number)[]): Started {
  return start(programs.runner, ...order.map(String));
}

/** Resolves when the process has ended. */
export async function kill({ child }: Started): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

function start(program: string, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return { child, lines: createInterface({ input: child.stdout as NodeJS.ReadableStream }) };
}

async function nextLine(lines: Interface): Promise<string> {
  const [line] = await once(lines, "line");
  return line as string;
}

async function ask({ child, lines }: Started): Promise<Seen> {
  const answer = nextLine(lines);
  child.stdin?.write("\n");
  return JSON.parse(await answer) as Seen;
}

/** Resolves after that many lines. */
export async function countSteps(lines: Interface, wanted: number): Promise<number> {
  let steps = 0;
  for await (const _line of lines) if (++steps === wanted) break;
  return steps;
}

/** The counts in a runner's last line. */
export async function countsOf(
  { lines }: Started,
  onLine: (line: string) => void = () => undefined,
): Promise<OnboardingCounts> {
  let last = "";
  for await (const line of lines) {
    onLine(line);
    last = line;
  }
  const { counts } = JSON.parse(last) as { readonly counts?: OnboardingCounts };
  if (!counts) throw new Error(`The runner ended early, its last words are ${last}`);
  return counts;
}
