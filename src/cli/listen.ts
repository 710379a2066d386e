/** `airwallex-connect listen`: prints what an emulator delivers, and forwards it. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { request as requestSecurely } from "node:https";
import type { AddressInfo } from "node:net";
import { closest } from "../checks/closest.js";
import { printable } from "../checks/printable.js";
import { eventNameIn } from "../emulator/engine/api-version.js";
import { defaultApiKey, defaultClientId, eventNames } from "../emulator/index.js";
import { signPayload, verifySignature } from "../webhooks/signature.js";
import { readFlags, readFormat, readPort, readUrl, stopSignal, UsageError } from "./flags.js";
import { said } from "./trigger.js";

const help = `Usage: airwallex-connect listen --forward-to <url> [options]

Subscribes to the events of a running emulator, prints each delivery and forwards it unchanged. The
answer of your handler goes back to the emulator, which then redelivers what failed. Ctrl-C stops it and
removes the subscription.

Options:
  --forward-to <url>   Your handler, such as http://localhost:3000/webhooks
  --emulator <url>     The emulator (default http://127.0.0.1:4010)
  --port <number>      Port to receive on (default 0, any that is free)
  --events <names>     Names of events, separated by commas (default all that "trigger" has samples
                       of, in this format)
  --secret <text>      Sign what is forwarded with your handler's secret instead of the printed one
  --format <name>      "current" payloads, or "legacy" ones in camelCase from before 2024-02-22
                       (default current)
  --client-id <text>   Client id for the emulator (default ${defaultClientId})
  --api-key <text>     API key for the emulator (default ${defaultApiKey})
  --help               Show this text
`;

const flags = {
  "forward-to": { type: "string" },
  emulator: { type: "string", default: "http://127.0.0.1:4010" },
  port: { type: "string", default: "0" },
  events: { type: "string" },
  secret: { type: "string" },
  format: { type: "string", default: "current" },
  "client-id": { type: "string", default: defaultClientId },
  "api-key": { type: "string", default: defaultApiKey },
  help: { type: "boolean", default: false },
} as const;

/** Resolves to the exit code once stopped. */
export async function listenCommand(args: readonly string[]): Promise<number> {
  const values = readFlags(args, flags);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const forwardTo = readUrl("--forward-to", values["forward-to"]);
  const emulator = readUrl("--emulator", values.emulator).replace(/\/+$/, "");
  const version = readFormat(values.format);
  const events = readEvents(values.events, version);
  const stopped = stopSignal();
  if (values.secret?.trim() === "") {
    throw new UsageError("--secret is empty, expected the handler's secret");
  }
  const signing: Signing = { handler: values.secret };
  const { port, close } = await receive(readPort(values.port), forwardTo, signing);
  try {
    const connect = () => logIn(emulator, values["client-id"], values["api-key"]);
    const api = await connect();
    const url = `http://127.0.0.1:${port}/`;
    const asked = { request_id: crypto.randomUUID(), url, version, events };
    const { id, secret } = await api("/api/v1/webhooks/create", asked);
    signing.emulator = secret;
    process.stdout.write(`Listening to ${emulator}, forwarding to ${forwardTo}\n`);
    const shown = values.secret === undefined ? secret : "that of --secret";
    process.stdout.write(`  signing secret  ${shown}\n\n`);
    await stopped;
    // The token from above may have expired; a stopped emulator has forgotten everything anyway.
    await connect().then(
      (again) => again(`/api/v1/webhooks/${id}/delete`, {}),
      () => undefined,
    );
    return 0;
  } finally {
    close();
  }
}

/** The names to subscribe to. One that will not come is said: listening for it looks like an app that fails. */
function readEvents(text: string | undefined, version: string): readonly string[] {
  const isSent = (name: string) => eventNameIn(version, name) !== undefined;
  if (text === undefined) return eventNames.filter(isSent);
  const events = text.split(",").map((name) => name.trim());
  if (events.includes("")) {
    throw new UsageError(`--events is "${text}", expected names separated by commas`);
  }
  for (const name of events) {
    if (!eventNames.includes(name)) {
      const near = closest(name, eventNames);
      const meant = near === undefined ? "" : `, did you mean "${near}"?`;
      warn(`the emulator sends no "${name}" by itself${meant}`);
    } else if (!isSent(name)) {
      warn(`"${name}" is newer than the "legacy" format, and will not come`);
    }
  }
  return events;
}

function warn(text: string): void {
  process.stderr.write(`airwallex-connect: ${printable(text)}\n`);
}

type Answer = Readonly<Record<string, string>>;
type Api = (path: string, body: unknown) => Promise<Answer>;

async function logIn(emulator: string, clientId: string, apiKey: string): Promise<Api> {
  const call = async (path: string, body: unknown, headers: Record<string, string>) => {
    const own = { "content-type": "application/json", ...headers };
    const sent = { method: "POST", headers: own, body: JSON.stringify(body) };
    const response = await fetch(emulator + path, sent).catch(() => {
      throw new UsageError(`there is no emulator at ${emulator}, start one or name it`, 1);
    });
    const answer = (await response.json().catch(() => ({}))) as Answer;
    if (response.ok) return answer;
    const { message = "no reason given" } = answer;
    throw new UsageError(`${emulator} answered ${response.status}: ${message}`, 1);
  };
  const credentials = { "x-client-id": clientId, "x-api-key": apiKey };
  const { token } = await call("/api/v1/authentication/login", {}, credentials);
  return (path, body) => call(path, body, { authorization: `Bearer ${token}` });
}

interface Signing {
  /** The secret of the handler, if it has one of its own. */
  readonly handler: string | undefined;
  /** The secret of the subscription, once there is one. */
  emulator?: string | undefined;
}

async function receive(port: number, forwardTo: string, signing: Signing) {
  const server = createServer((incoming, response) => {
    pass(incoming, response, forwardTo, signing).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ message }) => reject(new UsageError(`cannot listen: ${message}`, 1)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

async function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  forwardTo: string,
  signing: Signing,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const startedMs = performance.now();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await forward(
    forwardTo,
    signed(incoming.headers, body, signing),
    body,
    gone.signal,
  ).catch(({ code, message }) => {
    const why: string = gone.signal.aborted ? "the emulator waits no longer" : (code ?? message);
    return { status: 502, text: why, shown: `502 (${why})` };
  });
  const took = `${Math.round(performance.now() - startedMs)} ms`;
  process.stdout.write(`${printable(`${describe(body)} ${answer.shown} in ${took}`)}\n`);
  response.writeHead(answer.status).end(answer.text);
}

interface Forwarded {
  readonly status: number;
  readonly text: string;
  /** What is printed. */
  readonly shown: string;
}

/**
 * The headers to forward: without `host`, and signed anew if the handler has a secret of its own. Any web page
 * can post here, so only what the emulator has signed is signed again; the handler refuses the rest.
 */
function signed(
  { host: _, ...headers }: IncomingHttpHeaders,
  body: Buffer,
  signing: Signing,
): IncomingHttpHeaders {
  const { handler: secret } = signing;
  if (secret === undefined || !isSignedByEmulator(headers, body, signing)) return headers;
  return { ...headers, ...signPayload(body, { secret }) };
}

function isSignedByEmulator(headers: IncomingHttpHeaders, body: Buffer, { emulator }: Signing) {
  if (emulator === undefined) return false;
  try {
    verifySignature(body, headers, { secrets: emulator });
    return true;
  } catch {
    return false;
  }
}

/** Sends the same bytes. */
function forward(
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
  signal: AbortSignal,
): Promise<Forwarded> {
  const send = new URL(url).protocol === "https:" ? requestSecurely : request;
  return new Promise((resolve, reject) => {
    const asked = { method: "POST", headers, agent: false, signal };
    const forwarded = send(url, asked, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const { statusCode: status = 502 } = answer;
        const text = Buffer.concat(chunks).toString();
        // What was refused says why.
        const shown = status < 400 ? String(status) : said({ status, answer: text });
        resolve({ status, text, shown });
      });
    });
    forwarded.on("error", reject);
    forwarded.end(body);
  });
}

/** Name and id of the event, if they can be read. */
function describe(body: Buffer): string {
  try {
    const { name, id } = JSON.parse(body.toString());
    return `${name} ${id}`;
  } catch {
    return "something unreadable";
  }
}
