/** What the commands have in common: reading flags, refusing them, and waiting for Ctrl-C. */

import { type ParseArgsConfig, parseArgs } from "node:util";

/** A command cannot do what it was asked; the message is for the person who typed it. */
export class UsageError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Flags = NonNullable<ParseArgsConfig["options"]>;

type Values<F extends Flags> = ReturnType<
  typeof parseArgs<{ args: string[]; options: F }>
>["values"];

/** @throws UsageError for a flag that the command does not have, and for words that belong to no flag. */
export function readFlags<const F extends Flags>(args: readonly string[], flags: F): Values<F> {
  const { values, words } = readArguments(args, flags);
  if (words.length > 0) throw new UsageError(`unexpected argument "${words[0]}"`);
  return values;
}

/** The same, with the words that belong to no flag. */
export function readArguments<const F extends Flags>(
  args: readonly string[],
  flags: F,
): { readonly values: Values<F>; readonly words: readonly string[] } {
  try {
    const read = { args: [...args], options: flags, allowPositionals: true };
    const { values, positionals } = parseArgs(read);
    return { values, words: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError for an invalid port. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port is "${text}", expected a number from 0 to 65535`);
}

/** @throws UsageError unless it is an http or https URL. */
export function readUrl(flag: string, text: string | undefined): string {
  if (text === undefined) throw new UsageError(`${flag} is missing, expected an http or https URL`);
  const protocol = URL.canParse(text) ? new URL(text).protocol : "";
  if (protocol === "http:" || protocol === "https:") return text;
  throw new UsageError(`${flag} is "${text}", expected an http or https URL`);
}

/** The API version whose payloads belong to a format. @throws UsageError for another word. */
export function readFormat(text: string): string {
  if (text === "current") return "2026-08-21";
  if (text === "legacy") return "2023-12-31";
  throw new UsageError(`--format is "${text}", expected "current" or "legacy"`);
}

/** Resolves on Ctrl-C, or once no one reads the output any more. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once("error", () => resolve());
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
