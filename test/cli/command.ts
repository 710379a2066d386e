/** The command line, run as a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { buildProgram } from "../build-program.js";

export const program = await buildProgram(new URL("../../src/cli/index.ts", import.meta.url));

/** A command that runs, and what it has printed so far. */
export interface Command {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once it has ended and all its output is there. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command, which ends with the test at the latest. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended: new Promise((resolve) => {
      child.once("close", (code) => resolve({ ...text, code }));
    }),
  };
}

export function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return start(args, env).ended;
}
