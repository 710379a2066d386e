/**
 * `airwallex-connect onboard`: opens an account for each seller in a file, and resumes where it
 * stopped.
 */

import { readFileSync } from "node:fs";
import { printable } from "../checks/printable.js";
import { createClient } from "../client/client.js";
import type { Client } from "../client/client-types.js";
import type { ClientOptions, Environment } from "../client/options.js";
import { defaultApiKey, defaultClientId } from "../emulator/index.js";
import { checkRequirements } from "../kyc/check-requirements.js";
import { member } from "../kyc/paths.js";
import { updateOf } from "../onboarding/check.js";
import type { OnboardingCounts, Seller } from "../onboarding/types.js";
import { createFileStore } from "../stores/file/index.js";
import { createMemoryStore } from "../stores/memory/index.js";
import type { Store } from "../stores/store.js";
import { findProblems, refuseProblems } from "./check-sellers.js";
import { readArguments, UsageError } from "./flags.js";
import {
  describeCounts,
  describeItem,
  describeReport,
  exitCodeOf,
  sellersInWords,
} from "./onboard-report.js";
import { endedOf, showBar, showJson, showLines } from "./progress.js";
import { type FiledSeller, readSellers } from "./sellers-file.js";
import { merged } from "./tree.js";

const emulatorUrl = "http://127.0.0.1:4010";

const help = `Usage: airwallex-connect onboard <file> [options]

Opens an account for each seller in the file: creates, uploads, updates, submits, and waits for the
review. Run the same command again to resume after a crash, to check on reviews, or to send what was
corrected: no seller gets two accounts.

The file is CSV, or JSON lines where its name ends in .jsonl. Columns of the CSV:
  identifier                    Your own reference for the seller (required)
  primary_contact.email         Any field of the API, by its path; lists as people[0].name
  file:account_details.<path>   A file to upload; its id goes to that path. It must be in the
                                folder of the CSV or below it, or in that of --files
  agree_to_terms                true records that the customer agrees, after submission
An empty cell is left out. Where a field is a boolean, true, TRUE and yes mean the same. Commas,
semicolons or tabs separate the cells: the first line decides. The text is UTF-8. JSON lines hold the
same fields as an object, and in "files" the list of paths whose values are files.

Before anything is sent, every column, value and file is checked, and all problems are shown at once.

Options:
  --dry-run                Only check, and say what a submission would lack, as far as the
                           documents tell. Sends nothing and needs no key
  --files <directory>      The folder that the files to upload are in (default that of the file)
  --json                   Print JSON lines: one for each result as it comes, then the counts.
                           Problems of the file are lines with line, path and message
  --emulator               Use an emulator at ${emulatorUrl}, with its default key; what is done is
                           remembered for this run only
  --url <url>              Use another address, such as that of an emulator
  --environment <name>     production, sandbox or demo (default sandbox)
  --store <directory>      Where to remember what is done, for each address and client id
                           (default ./.airwallex-onboarding)
  --review-timeout <s>     How long to wait for reviews, in seconds (default 600)
  --concurrency <number>   Sellers worked on at once (default by environment)
  --help                   Show this text

The key is read from AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY. The API's rate limits are respected.

Ctrl-C stops the run, and says how far it got and how to go on.

Exit code: 0 all done, 3 some still wait for a review, 4 something is missing or has failed,
1 the run was interrupted or could not go on, 2 the command or the file was not understood.
`;

const flags = {
  "dry-run": { type: "boolean", default: false },
  files: { type: "string" },
  json: { type: "boolean", default: false },
  emulator: { type: "boolean", default: false },
  url: { type: "string" },
  environment: { type: "string", default: "sandbox" },
  store: { type: "string" },
  "review-timeout": { type: "string", default: "600" },
  concurrency: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** Resolves to the exit code. */
export async function onboardCommand(args: readonly string[]): Promise<number> {
  const { values, words } = readArguments(args, flags);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [path, ...more] = words;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`${words.length} files are named, expected one`);
  }
  const file = await readSellers(path, readFile(path), values.files);
  const options = values["dry-run"] ? undefined : clientOptions(values);
  refuseProblems(path, await findProblems(file), values.json);
  if (!options) return dryRun(file.sellers, values.json);
  const sellers = file.sellers.map(({ seller }) => seller);
  return await onboard(sellers, openClient(options), values, args);
}

async function onboard(
  sellers: readonly Seller[],
  client: Client,
  values: Flags,
  args: readonly string[],
): Promise<number> {
  const { stdout } = process;
  const progress = values.json
    ? showJson(stdout)
    : stdout.isTTY
      ? showBar(stdout, sellers.length)
      : showLines(stdout);
  const interrupt = onInterrupt();
  try {
    const report = await client.onboarding.run(sellers, {
      store: openStore(values),
      reviewTimeoutMs: readNumber("review-timeout", values["review-timeout"], 0) * 1000,
      concurrency:
        values.concurrency === undefined
          ? undefined
          : readNumber("concurrency", values.concurrency, 1),
      onProgress: progress.show,
      signal: interrupt.signal,
    });
    progress.end();
    const { counts } = report;
    stdout.write(values.json ? `${JSON.stringify({ counts })}\n` : describeReport(report));
    return exitCodeOf(counts);
  } catch (error) {
    progress.end();
    if (error !== interrupt.signal.reason) throw error;
    const counts = { ...progress.counts, total: sellers.length };
    stdout.write(
      values.json
        ? `${JSON.stringify({ interrupted: true, counts })}\n`
        : describeInterruption(counts, values, args),
    );
    return 1;
  } finally {
    interrupt.close();
    await client.close();
  }
}

/** Aborted by Ctrl-C or SIGTERM; the second one ends the process as usual. */
function onInterrupt(): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error("interrupted"));
  process.once("SIGINT", abort).once("SIGTERM", abort);
  return {
    signal: controller.signal,
    close: () => void process.off("SIGINT", abort).off("SIGTERM", abort),
  };
}

/** Where the run stopped, and how to go on. */
function describeInterruption(
  counts: OnboardingCounts,
  values: Flags,
  args: readonly string[],
): string {
  const rest = counts.total - endedOf(counts);
  const kept = keepsNothing(values)
    ? "Nothing is kept of this run, but accounts that were opened are found again by their identifiers."
    : `What was done is kept in ${storeDirectory(values)}.`;
  const lines = [
    `Interrupted: of ${sellersInWords(counts.total)} ${describeCounts(counts)}; ${rest} not finished`,
    `${kept} To go on, run the same command again:`,
    `  npx airwallex-connect onboard ${args.map(quoted).join(" ")}`,
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

/** An argument as a shell reads it. */
function quoted(arg: string): string {
  return /^[\w./:=@%+,-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}

type Flags = ReturnType<typeof readArguments<typeof flags>>["values"];

function readFile(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const encoding = code === "ERR_ENCODING_INVALID_ENCODED_DATA";
    const why = encoding ? 'it is not UTF-8, expected the format "CSV UTF-8"' : code;
    throw new UsageError(`cannot read ${path}: ${why}`);
  }
}

/**
 * Prints what `checkRequirements` finds missing for each seller; the exit code says whether anything
 * is.
 */
function dryRun(sellers: readonly FiledSeller[], json: boolean): number {
  const { stdout } = process;
  const notKnown = new Map<string, number>();
  let lacking = 0;
  for (const { line, seller } of sellers) {
    const { identifier } = seller;
    const sent = [seller.create.account_details ?? {}, member(updateOf(seller), "account_details")];
    const { missing, notKnown: unknown } = checkRequirements({ account_details: merged(sent) });
    for (const text of unknown) notKnown.set(text, (notKnown.get(text) ?? 0) + 1);
    if (missing.length > 0) lacking++;
    if (json) stdout.write(`${JSON.stringify({ identifier, line, missing })}\n`);
    else if (missing.length > 0) {
      const lines = [`${identifier} (line ${line}) is missing:`, ...missing.map(describeItem)];
      stdout.write(`${lines.map(printable).join("\n")}\n`);
    }
  }
  const total = sellers.length;
  if (json) {
    const counts = { total, complete: total - lacking, missing: lacking };
    stdout.write(`${JSON.stringify({ counts, notKnown: Object.fromEntries(notKnown) })}\n`);
  } else {
    stdout.write(
      `${total} sellers: ${total - lacking} lack nothing that is known, ${lacking} are missing something; nothing was sent\n`,
    );
    for (const [text, count] of notKnown) {
      stdout.write(`Not known for ${count} of ${total}: ${text}\n`);
    }
  }
  return lacking > 0 ? 4 : 0;
}

function readNumber(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= least && Number.isFinite(number)) return number;
  throw new UsageError(`--${flag} is "${text}", expected a number from ${least}`);
}

/** An emulator forgets its accounts when it stops, so progress against one need not outlive the run. */
const keepsNothing = ({ store, emulator }: Flags): boolean => store === undefined && emulator;

const storeDirectory = ({ store = "./.airwallex-onboarding" }: Flags): string => store;

function openStore(values: Flags): Store {
  if (keepsNothing(values)) return createMemoryStore();
  return createFileStore({ directory: storeDirectory(values) });
}

/** The emulator's key is public; a real one is never sent to what may be some other server. */
function credentials(emulator: boolean) {
  if (emulator) return { clientId: defaultClientId, apiKey: defaultApiKey };
  const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey } = process.env;
  if (!clientId || !apiKey) {
    throw new UsageError("set AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY, or use --emulator");
  }
  return { clientId, apiKey };
}

/** What is wrong with an option is wrong with its flag, or with a variable of the environment. */
function openClient(options: ClientOptions): Client {
  try {
    return createClient(options);
  } catch (error) {
    const { message } = error as Error;
    // The command has no such option: what is sent are documents and data of people.
    const told = message.replace("baseUrl", "--url").replace(", or with allowInsecureHttp", "");
    throw new UsageError(told);
  }
}

function clientOptions({ emulator, url, environment }: Flags) {
  const key = credentials(emulator);
  if (!["production", "sandbox", "demo"].includes(environment)) {
    throw new UsageError(`--environment is "${environment}", expected production, sandbox or demo`);
  }
  const baseUrl = url ?? (emulator ? emulatorUrl : undefined);
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) {
    throw new UsageError(`--url is "${baseUrl}", expected one such as ${emulatorUrl}`);
  }
  return { environment: environment as Environment, ...key, baseUrl };
}
