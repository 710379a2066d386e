/** `airwallex-connect emulator`: runs an emulator until it is told to stop. */

import { printable } from "../checks/printable.js";
import { longestTimerMs } from "../checks/values.js";
import { parseDuration } from "../emulator/engine/duration.js";
import {
  defaultApiKey,
  defaultClientId,
  defaultOAuthClientId,
  type LoggedRequest,
  type RunningEmulator,
  type StartEmulatorOptions,
  startEmulator,
  type WebhookOptions,
} from "../emulator/index.js";
import { readFlags, readPort, stopSignal, UsageError } from "./flags.js";

const help = `Usage: airwallex-connect emulator [options]

Runs the API of connected accounts on localhost, until Ctrl-C.

Options:
  --port <number>           Port to listen on (default 4010; 0 for any that is free)
  --host <address>          Address to listen on (default 127.0.0.1)
  --allow-host <name>       Another name by which it may be reached, such as api.test (repeatable)
  --client-id <text>        Client id that can log in (default ${defaultClientId})
  --api-key <text>          API key that can log in (default ${defaultApiKey})
  --seed <text>             What ids are made from; the same seed gives the same ids
  --rate-limits <name>      Enforce the limits of "sandbox" or "production" (default none)
  --review-after <time>     Decide submitted accounts after this time, such as 5s (default never)
  --sca                     Ask accounts in the UK and the EEA for strong customer authentication
  --webhook-retries <how>   When to deliver again what was not answered with 200 (default compressed)
                              documented   12 waits from 1 minute to 34 hours, almost 3 days in all
                              compressed   600 times as fast: from 0.1 s to 3.4 minutes
                              none         never
                              1s,10s,1m    after waits of your own
  --webhook-timeout <time>  How long your handler may take to answer (default 10s)
  --webhook-duplicates      Deliver every event twice
  --webhook-unordered       Deliver events that happen together in another order
  --record-bodies           Keep the bodies of requests and answers, for the inspector to show
  --quiet                   Print no line for each request
  --help                    Show this text
`;

const flags = {
  port: { type: "string", default: "4010" },
  host: { type: "string", default: "127.0.0.1" },
  "allow-host": { type: "string", multiple: true },
  "client-id": { type: "string" },
  "api-key": { type: "string" },
  seed: { type: "string" },
  "rate-limits": { type: "string" },
  "review-after": { type: "string" },
  sca: { type: "boolean" },
  "webhook-retries": { type: "string" },
  "webhook-timeout": { type: "string" },
  "webhook-duplicates": { type: "boolean" },
  "webhook-unordered": { type: "boolean" },
  "record-bodies": { type: "boolean" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Resolves to the exit code once stopped. */
export async function emulatorCommand(args: readonly string[]): Promise<number> {
  const values = readFlags(args, flags);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const emulator = await start({
    port: readPort(values.port),
    host: values.host,
    allowedHosts: values["allow-host"],
    clientId: values["client-id"],
    apiKey: values["api-key"],
    seed: values.seed,
    rateLimits: readRateLimits(values["rate-limits"]),
    reviewAfterMs: readDuration("--review-after", values["review-after"]),
    sca: values.sca,
    recordBodies: values["record-bodies"],
    onRequest: values.quiet
      ? undefined
      : (request) => process.stdout.write(`${describeRequest(request)}\n`),
    webhooks: {
      retries: readRetries(values["webhook-retries"]),
      timeoutMs: readTimeout(values["webhook-timeout"]),
      duplicates: values["webhook-duplicates"],
      unordered: values["webhook-unordered"],
    },
  });
  const stopped = stopSignal();
  process.stdout.write(describe(emulator));
  await stopped;
  await emulator.close();
  return 0;
}

/** Only the names of query parameters: their values can hold personal data, and bodies always do. */
function describeRequest({ method, path, query, status, ...more }: LoggedRequest): string {
  const names = [...new Set(new URLSearchParams(query).keys())];
  const asked = names.length === 0 ? path : `${path}?${names.join("&")}`;
  const fault = more.fault === undefined ? "" : `  fault: ${more.fault}`;
  return printable(
    `${method} ${asked}  ${status ?? "no answer"}  ${Math.round(more.durationMs)} ms${fault}`,
  );
}

function readRateLimits(text: string | undefined): "sandbox" | "production" | undefined {
  if (text === undefined || text === "sandbox" || text === "production") return text;
  throw new UsageError(`--rate-limits is "${text}", expected "sandbox" or "production"`);
}

function readDuration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch {
    throw new UsageError(`${flag} is "${text}", expected a time such as 500ms, 5s or 2m`);
  }
}

function readRetries(text: string | undefined): WebhookOptions["retries"] {
  if (text === undefined || text === "compressed" || text === "documented") return text;
  if (text === "none") return [];
  try {
    return text.split(",").map((wait) => parseDuration(wait.trim()));
  } catch {
    throw new UsageError(
      `--webhook-retries is "${text}", expected "compressed", "documented", "none" or waits such as 1s,10s,1m`,
    );
  }
}

function readTimeout(text: string | undefined): number | undefined {
  const timeoutMs = readDuration("--webhook-timeout", text);
  if (timeoutMs === undefined || (timeoutMs >= 1 && timeoutMs <= longestTimerMs)) return timeoutMs;
  throw new UsageError(`--webhook-timeout is "${text}", expected 1ms to 24d`);
}

async function start(options: StartEmulatorOptions): Promise<RunningEmulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new UsageError(`port ${options.port} is in use, choose another with --port`, 1);
    }
    if (code !== undefined) throw new UsageError(`cannot listen: ${message}`, 1);
    // What is wrong with an option is wrong with its flag.
    throw error instanceof RangeError || error instanceof TypeError
      ? new UsageError(message)
      : error;
  }
}

function describe({ url, clientOptions: { clientId, apiKey } }: RunningEmulator): string {
  return `Airwallex emulator at ${url}
  base URL   ${url}/api/v1 for clients that expect the version in it, otherwise ${url}
  client id  ${clientId}
  API key    ${apiKey}
  OAuth      ${url}/oauth/authorize, for client id ${defaultOAuthClientId}
  inspector  ${url}/, in a browser

Try it:
  TOKEN=$(curl -s -X POST ${url}/api/v1/authentication/login \\
    -H 'x-client-id: ${clientId}' -H 'x-api-key: ${apiKey}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/api/v1/accounts -H "Authorization: Bearer $TOKEN"
`;
}
