/**
 * `airwallex-connect onboard`: opens an account for each seller in a file, and resumes where it
 * stopped.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createClient } from "../client/client.js";
import type { Environment } from "../client/options.js";
import { checkRequirements } from "../kyc/check-requirements.js";
import { member } from "../kyc/paths.js";
import { updateOf } from "../onboarding/check.js";
import type {
  MissingItem,
  OnboardingCounts,
  OnboardingEvent,
  OnboardingReport,
  OnboardingResult,
} from "../onboarding/types.js";
import { createFileStore } from "../stores/file/index.js";
import { createMemoryStore } from "../stores/memory/index.js";
import type { Store } from "../stores/store.js";
import { refuseProblems } from "./check-sellers.js";
import { type FiledSeller, readSellers } from "./sellers-file.js";
import { merged } from "./tree.js";
import { UsageError } from "./usage-error.js";

const emulatorUrl = "http://127.0.0.1:4010";
// The emulator's own defaults, which are not secret. See src/emulator/engine/options.ts.
const emulatorKey = { clientId: "emulator_client_id", apiKey: "emulator_api_key" };

const help = `Usage: airwallex-connect onboard <file> [options]

Opens an account for each seller in the file: creates, uploads, updates, submits, and waits for the
review. Run the same command again to resume after a crash, to check on reviews, or to send what was
corrected: no seller gets two accounts.

The file is CSV, or JSON lines where its name ends in .jsonl. Columns of the CSV:
  identifier                    Your own reference for the seller (required)
  primary_contact.email         Any field of the API, by its path; lists as people[0].name
  file:account_details.<path>   A file to upload; its id goes to that path. Relative to the CSV
  agree_to_terms                true records that the customer agrees, after submission
An empty cell is left out. Where a field is a boolean, true, TRUE and yes mean the same. Commas,
semicolons or tabs separate the cells: the first line decides. The text is UTF-8. JSON lines hold the
same fields as an object, and in "files" the list of paths whose values are files.

Before anything is sent, every column, value and file is checked, and all problems are shown at once.

Options:
  --dry-run                Only check, and say what a submission would lack, as far as the
                           documents tell. Sends nothing and needs no key
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

Exit code: 0 all done, 3 some still wait for a review, 4 something is missing or has failed,
1 the run was interrupted, 2 the command or the file was not understood.
`;

const flags = {
  "dry-run": { type: "boolean", default: false },
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
  const { values, positionals } = readFlags(args);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`${positionals.length} files are named, expected one`);
  }
  const file = await readSellers(path, readFile(path));
  const options = values["dry-run"] ? undefined : clientOptions(values);
  await refuseProblems(path, file);
  if (!options) return dryRun(file.sellers);
  const sellers = file.sellers.map(({ seller }) => seller);
  const client = createClient(options);
  const progress = showProgress(sellers.length);
  const report = await client.onboarding.run(sellers, {
    store: openStore(values),
    reviewTimeoutMs: readNumber("review-timeout", values["review-timeout"], 0) * 1000,
    concurrency:
      values.concurrency === undefined
        ? undefined
        : readNumber("concurrency", values.concurrency, 1),
    onProgress: progress.show,
  });
  progress.end();
  process.stdout.write(describe(report));
  await client.close();
  return exitCodeOf(report.counts);
}

type Flags = ReturnType<typeof readFlags>["values"];

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

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
function dryRun(sellers: readonly FiledSeller[]): number {
  const { stdout } = process;
  const notKnown = new Map<string, number>();
  let lacking = 0;
  for (const { line, seller } of sellers) {
    const sent = [seller.create.account_details ?? {}, member(updateOf(seller), "account_details")];
    const found = checkRequirements({ account_details: merged(sent) });
    for (const text of found.notKnown) notKnown.set(text, (notKnown.get(text) ?? 0) + 1);
    if (found.missing.length === 0) continue;
    lacking++;
    const items = found.missing.map(describeItem);
    stdout.write(`${[`${seller.identifier} (line ${line}) is missing:`, ...items].join("\n")}\n`);
  }
  const total = sellers.length;
  stdout.write(
    `${total} sellers: ${total - lacking} lack nothing that is known, ${lacking} are missing something; nothing was sent\n`,
  );
  for (const [text, count] of notKnown)
    stdout.write(`Not known for ${count} of ${total}: ${text}\n`);
  return lacking > 0 ? 4 : 0;
}

function readNumber(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= least) return number;
  throw new UsageError(`--${flag} is "${text}", expected a number from ${least}`);
}

/** An emulator forgets its accounts when it stops, so progress against one need not outlive the run. */
function openStore({ store, emulator }: Flags): Store {
  if (store === undefined && emulator) return createMemoryStore();
  return createFileStore({ directory: store ?? "./.airwallex-onboarding" });
}

/** The emulator's key is public; a real one is never sent to what may be some other server. */
function credentials(emulator: boolean) {
  if (emulator) return emulatorKey;
  const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey } = process.env;
  if (!clientId || !apiKey) {
    throw new UsageError("set AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY, or use --emulator");
  }
  return { clientId, apiKey };
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

interface ProgressDisplay {
  show(event: OnboardingEvent): void;
  end(): void;
}

/** A progress bar on a terminal; elsewhere one line per finished seller. */
function showProgress(total: number): ProgressDisplay {
  const { stdout } = process;
  if (!stdout.isTTY) {
    const show = ({ result }: OnboardingEvent): void => {
      if (result) stdout.write(`${result.kind.padEnd(8)}${result.identifier}\n`);
    };
    return { show, end: () => undefined };
  }
  let shownAtMs = 0;
  const draw = (counts: OnboardingCounts): void => {
    shownAtMs = performance.now();
    stdout.write(`\r${bar(counts, total)}\u001b[K`);
  };
  return {
    show({ counts }) {
      const over = ended(counts) === total;
      if (over || performance.now() - shownAtMs > 100) draw(counts);
    },
    end: () => void stdout.write("\n"),
  };
}

const barWidth = 30;

function bar(counts: OnboardingCounts, total: number): string {
  const filled = Math.round((ended(counts) / Math.max(1, total)) * barWidth);
  const { done, waiting, missing, failed } = counts;
  const parts = `${done} done, ${waiting} waiting, ${missing} missing, ${failed} failed`;
  return `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}] ${ended(counts)}/${total}  ${parts}`;
}

function ended({ done, waiting, missing, failed }: OnboardingCounts): number {
  return done + waiting + missing + failed;
}

function describe({ counts, results }: OnboardingReport): string {
  const { total, done, waiting, missing, failed } = counts;
  const lines = results.flatMap(describeResult);
  const sum = `${total} sellers: ${done} done, ${waiting} waiting, ${missing} missing something, ${failed} failed`;
  return `${[sum, ...lines].join("\n")}\n`;
}

function describeResult(result: OnboardingResult): readonly string[] {
  const { kind, identifier, accountId = "no account" } = result;
  if (kind === "missing") {
    return [`${identifier} (${accountId}) is missing:`, ...result.missing.map(describeItem)];
  }
  if (kind === "failed") {
    const { step, error } = result;
    const why = error instanceof Error ? error.message : "the reason is not known";
    return [`${identifier} (${accountId}) failed at ${step}: ${why}`];
  }
  return kind === "waiting" ? [`${identifier} (${accountId}) waits for its review`] : [];
}

function describeItem({ what, path, code, why, next }: MissingItem): string {
  // For a missing field, the API's reason only repeats the path.
  const reason = path !== undefined && why?.includes(path) ? undefined : why;
  const order = reason === undefined ? what : `${what}: ${reason}`;
  // Everything else is fixed in the file itself.
  const call = next?.method === "rfis.respond" ? `(rfis.respond ${next.id})` : undefined;
  return `    ${[path, code, order, call].filter(Boolean).join("  ")}`;
}

function exitCodeOf({ waiting, missing, failed }: OnboardingCounts): number {
  if (missing + failed > 0) return 4;
  return waiting > 0 ? 3 : 0;
}
