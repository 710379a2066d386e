/** Runs an example as a reader would: a process of its own, with nothing but its environment. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Variables of the machine that an example would read, so that a test says all of them itself. */
const own = /^(AIRWALLEX_|REDIS_URL$|DATABASE_URL$|REDIRECT_URI$|COOKIE_SECRET$|PORT$)/;

export type Environment = Readonly<Record<string, string>>;

export interface Program {
  /** What it has printed so far, both streams. */
  output(): string;
  /** Resolves when its output matches; rejects when it ends without. */
  printed(what: RegExp): Promise<RegExpMatchArray>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  stop(): Promise<number | string | null>;
}

export function startExample(file: string, more: Environment = {}): Program {
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", `examples/${file}`], {
    env: { ...Object.fromEntries(inherited), ...more },
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
