/** `airwallex-connect trigger`: sends one signed event to a handler. */

import { createEmulator, eventNames } from "../emulator/index.js";
import { readEra, readFlags, readUrl } from "./flags.js";
import { UsageError } from "./usage-error.js";

const defaultSecret = "emulator_webhook_secret";

const help = `Usage: airwallex-connect trigger <event> --to <url> [options]

Sends one signed event with sample data to a webhook handler, and says how it answered.

Options:
  --to <url>        The handler, such as http://localhost:3000/webhooks
  --secret <text>   What to sign with (default ${defaultSecret})
  --era <name>      "current" payloads, or "legacy" ones in camelCase from before 2024-02-22
                    (default current)
  --id <text>       Id of the event (default a new one); send it again to see a duplicate
  --data <json>     Data of the event, instead of the sample
  --help            Show this text

Exit code: 0 if the handler answered 200, 1 if it did not, 2 if the command cannot be understood.

Events with sample data:
${eventNames.map((name) => `  ${name}`).join("\n")}
`;

const flags = {
  to: { type: "string" },
  secret: { type: "string", default: defaultSecret },
  era: { type: "string", default: "current" },
  id: { type: "string" },
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
    throw new UsageError(`there is no sample of "${name}", give its data with --data`);
  }
  if (values.secret.trim() === "")
    throw new UsageError("--secret is empty, expected the handler's secret");
  const version = readEra(values.era);
  return await send(url, { name, id: values.id || undefined, data }, values.secret, version);
}

async function send(
  url: string,
  event: { readonly name: string; readonly id: string | undefined; readonly data: unknown },
  secret: string,
  version: string,
): Promise<number> {
  // Unlike the command `emulator`, this one is not meant to repeat itself: ids differ by the seed.
  const emulator = createEmulator({ seed: crypto.randomUUID(), webhooks: { retries: [] } });
  emulator.webhooks.subscribe({ url, events: [event.name], secret, version });
  emulator.deliver(event);
  await emulator.webhooks.settled();
  const [delivery] = emulator.webhooks.deliveries();
  const { status, failure, eventId, durationMs = 0 } = delivery ?? {};
  if (status === 200) {
    const took = `${Math.round(durationMs)} ms`;
    process.stdout.write(`${event.name} ${eventId} -> ${url} 200 in ${took}\n`);
    return 0;
  }
  const why = status === undefined ? `gave no answer: ${failure}` : `answered ${status}`;
  const hint = status === 400 || status === 401 ? "; does it know the secret of --secret?" : "";
  throw new UsageError(`${url} ${why}, expected 200${hint}`, 1);
}

function readData(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError("--data is not JSON");
  }
}
