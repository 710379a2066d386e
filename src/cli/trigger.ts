/** `airwallex-connect trigger`: sends one signed event to a handler. */

import { closest } from "../checks/closest.js";
import { printable } from "../checks/printable.js";
import { eventNameIn } from "../emulator/engine/api-version.js";
import {
  createEmulator,
  type EventToDeliver,
  eventNames,
  type LoggedDelivery,
} from "../emulator/index.js";
import { readFlags, readFormat, readUrl, UsageError } from "./flags.js";

const defaultSecret = "emulator_webhook_secret";

const help = `Usage: airwallex-connect trigger <event> --to <url> [options]

Sends one signed event with sample data to a webhook handler, and prints how it answered: handled,
duplicate, ignored, or the code of an error.

Options:
  --to <url>        The handler, such as http://localhost:3000/webhooks
  --secret <text>   What to sign with (default ${defaultSecret})
  --format <name>   "current" payloads, or "legacy" ones in camelCase from before 2024-02-22
                    (default current)
  --id <text>       Id of the event (default a new one); send it again to see a duplicate
  --account-id <text>
                    Account that the event and its sample data belong to
                    (default an example that does not exist)
  --data <json>     Data of the event, instead of the sample
  --help            Show this text

Exit code: 0 if the handler answered 200, 1 if it did not, 2 if the command cannot be understood.

Events with sample data:
${eventNames.map((name) => `  ${name}`).join("\n")}
`;

const flags = {
  to: { type: "string" },
  secret: { type: "string", default: defaultSecret },
  format: { type: "string", default: "current" },
  id: { type: "string" },
  "account-id": { type: "string" },
  data: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** Resolves to the exit code. */
export async function triggerCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || args.includes("--help")) {
    process.stdout.write(help);
    return name === undefined ? 2 : 0;
  }
  if (name.startsWith("-")) {
    throw new UsageError("the event is missing, expected its name first, such as account.active");
  }
  const values = readFlags(args, flags);
  const url = readUrl("--to", values.to);
  const data = readData(values.data);
  if (data === undefined && !eventNames.includes(name)) {
    const near = closest(name, eventNames);
    const meant = near === undefined ? "" : `did you mean "${near}"? Otherwise `;
    throw new UsageError(`there is no sample of "${name}", ${meant}give its data with --data`);
  }
  if (values.secret.trim() === "")
    throw new UsageError("--secret is empty, expected the handler's secret");
  const version = readFormat(values.format);
  if (values.format === "legacy" && eventNameIn(version, name) === undefined) {
    throw new UsageError(`${name} is newer than the "legacy" format, expected --format current`);
  }
  const accountId = values["account-id"] || undefined;
  const event = { name, id: values.id || undefined, accountId, data };
  return await send(url, event, values.secret, version);
}

async function send(
  url: string,
  event: EventToDeliver,
  secret: string,
  version: string,
): Promise<number> {
  // Unlike the `emulator` command, this one must not repeat itself: a random seed makes ids differ.
  const emulator = createEmulator({ seed: crypto.randomUUID(), webhooks: { retries: [] } });
  emulator.webhooks.subscribe({ url, events: [event.name], secret, version });
  emulator.deliver(event);
  await emulator.webhooks.settled();
  const [delivery] = emulator.webhooks.deliveries();
  if (delivery === undefined) throw new Error(`${event.name} was not delivered`);
  if (delivery.status === 200) {
    const { eventId, durationMs } = delivery;
    const took = `${Math.round(durationMs)} ms`;
    const line = `${event.name} ${eventId} -> ${url} ${said(delivery)} in ${took}`;
    process.stdout.write(`${printable(line)}\n`);
    return 0;
  }
  throw new UsageError(`${url} ${complaint(delivery)}`, 1);
}

function complaint(delivery: LoggedDelivery): string {
  const { status, answer = "", failure } = delivery;
  if (status === undefined) return `gave no answer: ${failure}, expected 200`;
  const codes = /^webhook_(?!signature_mismatch)/;
  const secret = (status === 400 || status === 401) && !codes.test(answer);
  const hint = secret ? "; does it know the secret of --secret?" : "";
  return `answered ${said(delivery)}, expected 200${hint}`;
}

/** The status and the start of the response, as far as one terminal line can show it. */
export function said({ status, answer = "" }: Pick<LoggedDelivery, "status" | "answer">): string {
  const words = answer
    .replace(/[^\P{C}\n]/gu, "")
    .split("\n")[0]
    ?.trim()
    .slice(0, 100);
  return words ? `${status} ${words}` : `${status}`;
}

function readData(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError("--data is not JSON");
  }
}
