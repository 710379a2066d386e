/**
 * Runs an example as a reader would: as a separate process, with nothing but its environment. It fails where
 * an answer of the emulator differs from the model.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { buildPackage } from "../build-program.js";

/** The package is compiled once, and not by every process of every example. */
const tsconfig = await buildPackage();

/** Variables that an example would read from this machine; each test sets all of them itself. */
const own = /^(AIRWALLEX_|REDIS_URL$|DATABASE_URL$|REDIRECT_URI$|COOKIE_SECRET$|PORT$)/;

export type Environment = Readonly<Record<string, string>>;

export interface Program {
  /** What it has printed so far, on both streams. */
  output(): string;
  /** Resolves when the output matches; rejects if the program ends first. */
  printed(what: RegExp): Promise<RegExpMatchArray>;
  /** The exit code, or the signal that ended the program. */
  readonly ended: Promise<number | string | null>;
  stop(): Promise<number | string | null>;
}

export function startExample(file: string, more: Environment = {}): Program {
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  const loaded = ["--import", "tsx", "--import", "./test/examples/no-drift.mjs"];
  const child: ChildProcess = spawn(process.execPath, [...loaded, `examples/${file}`], {
    env: { ...Object.fromEntries(inherited), TSX_TSCONFIG_PATH: tsconfig, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const read = (chunk: Buffer): void => {
    text += chunk;
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  const ended = once(child, "close").then(([code, signal]) => code ?? signal);
  return {
    output: () => text,
    ended,
    async printed(what) {
      for (;;) {
        const match = text.match(what);
        if (match) return match;
        const over = await Promise.race([
          ended,
          once(child.stdout as NodeJS.ReadableStream, "data"),
        ]);
        if (!Array.isArray(over) && !what.test(text)) {
          throw new Error(
            `examples/${file} ended with ${over} before it printed ${what}:\n${text}`,
          );
        }
      }
    },
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
