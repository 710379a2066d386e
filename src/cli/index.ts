#!/usr/bin/env node

/** The command `airwallex-connect`. Each subcommand is a file of its own. */

import { existsSync, readFileSync } from "node:fs";
import { isError } from "../checks/errors.js";
import { printable } from "../checks/printable.js";
import { entryOf } from "../checks/values.js";
import { SdkError } from "../errors/sdk-error.js";
import { emulatorCommand } from "./emulator.js";
import { UsageError } from "./flags.js";
import { listenCommand } from "./listen.js";
import { onboardCommand } from "./onboard.js";
import { triggerCommand } from "./trigger.js";

/** Runs with the arguments after the command's name; resolves to the exit code. */
export type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  emulator: emulatorCommand,
  listen: listenCommand,
  onboard: onboardCommand,
  trigger: triggerCommand,
};

const help = `Usage: airwallex-connect <command> [options]

Commands:
  emulator    Run the API of connected accounts on localhost
  listen      Print the webhooks of an emulator, and forward them to your handler
  onboard     Open an account for each seller in a file
  trigger     Send one signed webhook with sample data to your handler

Options:
  --help      Show this text, or that of a command
  --version   Show the version
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") {
    process.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === "--help") {
    process.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  const command = entryOf(commands, name);
  if (command) return await command(args);
  throw new UsageError(`unknown command "${name}", see airwallex-connect --help`);
}

/** package.json is one folder up from the build, and two from the source. */
function readVersion(): string {
  const places = ["../package.json", "../../package.json"];
  const file = places.map((place) => new URL(place, import.meta.url)).find(existsSync);
  if (file === undefined) return "unknown";
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return version;
}

/** The reader of the output has gone, as with `head`. The command still finishes its work. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

process.stdout.on("error", ignoreBrokenPipe);
process.stderr.on("error", ignoreBrokenPipe);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  // An unexpected error, such as a bug, needs its stack.
  const isTold = usage || error instanceof SdkError;
  const message = isTold ? error.message : isError(error) ? error.stack : String(error);
  const lines = String(message).split("\n").map(printable);
  process.stderr.write(`airwallex-connect: ${lines.join("\n")}\n`);
  process.exitCode = usage ? error.exitCode : 1;
}
