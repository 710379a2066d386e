/**
 * The proof that a write whose connection breaks is done once, and that its caller gets what it made: on real
 * sockets, cut at four places, for every create that can be looked up afterwards, and for answers to requests
 * for information.
 */

import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { type RunningEmulator, startEmulator } from "../../src/emulator/index.js";
import { type CallOptions, type Client, createClient, isAirwallexError } from "../../src/index.js";
import { cutPoints, marked, startCuttingProxy } from "../cutting-proxy.js";
import { supplier } from "../emulator/inputs.js";

/** Calls per operation and cut. */
const times = Number(process.env["CUTS"] ?? 40);
const atOnce = 50;

interface Setting {
  readonly client: Client<"sandbox">;
  readonly emulator: RunningEmulator;
  /** An active account with money in it. */
  readonly sellerId: string;
  /** The client, acting for that account. */
  readonly seller: Client<"sandbox">;
  /** A beneficiary of that account. */
  readonly supplierId: string;
}

interface Held {
  readonly id: string;
  readonly key: unknown;
}

interface Operation {
  /** Makes one object that its key tells from all others. */
  readonly create: (
    setting: Setting,
    key: string,
    options: CallOptions,
  ) => Promise<{ readonly id: string }>;
  /** The objects that the remote holds, each with its key. */
  readonly held: (setting: Setting) => readonly Held[] | Promise<readonly Held[]>;
  /** The API offers no way to tell whether the call was done: it must report that, and act at most once. */
  readonly unknowable?: true;
}

const money = { amount: "1.25", currency: "USD", reason: "travel" } as const;
const account = {
  account_details: { legal_entity_type: "INDIVIDUAL" },
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
} as const;

const saved = { transfer_methods: ["LOCAL"], beneficiary: supplier } as const;
const payment = {
  source_currency: "USD",
  transfer_currency: "USD",
  transfer_amount: "1.25",
  transfer_method: "LOCAL",
  reason: "goods_purchased",
} as const;
const pair = { sell_currency: "USD", buy_currency: "EUR", sell_amount: "1.25" } as const;
const inGermany = {
  country_code: "DE",
  required_features: [{ currency: "EUR", transfer_method: "LOCAL" }],
} as const;

/** To cover another kind of write, add an entry. */
const operations: Readonly<Record<string, Operation>> = {
  "accounts.create() with an identifier": {
    create: ({ client }, identifier, options) =>
      client.accounts.create({ ...account, identifier }, options),
    held: ({ emulator }) =>
      emulator.accounts.list().map(({ id, identifier }) => ({ id, key: identifier })),
  },
  "accounts.create() without an identifier": {
    create: ({ client }, nickname, options) =>
      client.accounts.create({ ...account, nickname }, options),
    held: ({ emulator }) =>
      emulator.accounts.list().map(({ id, nickname }) => ({ id, key: nickname })),
    unknowable: true,
  },
  "transfers.create()": {
    create: ({ client, sellerId: destination }, reference, options) =>
      client.transfers.create({ ...money, destination, reference }, options),
    held: ({ emulator }) => emulator.money.transfers().map(withReference),
  },
  "charges.create()": {
    create: ({ client, sellerId: source }, reference, options) =>
      client.charges.create({ ...money, source, reference }, options),
    held: ({ emulator }) => emulator.money.charges().map(withReference),
  },
  "payouts.create()": {
    create: ({ seller, supplierId }, reference, options) =>
      seller.payouts.create({ ...payment, beneficiary_id: supplierId, reference }, options),
    held: ({ emulator }) => emulator.money.payouts().map(withReference),
  },
  "conversions.create()": {
    create: async ({ seller }, request_id, options) => {
      const { conversion_id } = await seller.conversions.create({ ...pair, request_id }, options);
      return { id: conversion_id };
    },
    held: async ({ seller }) =>
      (await seller.conversions.list().toArray({ limit: Number.POSITIVE_INFINITY })).map(
        ({ conversion_id, request_id }) => ({ id: conversion_id, key: request_id }),
      ),
  },
  "globalAccounts.create()": {
    create: ({ seller }, nick_name, options) =>
      seller.globalAccounts.create({ ...inGermany, nick_name }, options),
    held: async ({ seller }) =>
      (await seller.globalAccounts.list().toArray({ limit: Number.POSITIVE_INFINITY })).map(
        ({ id, nick_name }) => ({ id: id ?? "", key: nick_name }),
      ),
  },
  "beneficiaries.create()": {
    create: ({ seller }, nickname, options) =>
      seller.beneficiaries.create({ ...saved, nickname }, options),
    held: async ({ seller }) =>
      (await seller.beneficiaries.list().toArray({ limit: Number.POSITIVE_INFINITY })).map(
        ({ id, nickname }) => ({ id, key: nickname }),
      ),
    unknowable: true,
  },
  "amendments.create()": {
    create: ({ client, sellerId }, key, options) =>
      client
        .onBehalfOf(sellerId)
        .amendments.create(
          { target: "primary_contact", primary_contact: { email: `${key}@example.com` } },
          options,
        ),
    held: ({ emulator }) =>
      emulator.amendments.list().map(({ id, primary_contact }) => ({
        id,
        key: primary_contact?.email?.split("@")[0],
      })),
    unknowable: true,
  },
  "webhooks.create()": {
    create: ({ client }, key, options) =>
      client.webhooks.create(
        { url: `https://example.com/${key}`, events: ["rfi.closed"], version: "2026-08-21" },
        options,
      ),
    held: ({ emulator }) =>
      emulator.webhooks.subscriptions.map(({ id, url }) => ({ id, key: url.split("/").at(-1) })),
  },
  "rfis.respond() to all that is asked": {
    create: (setting, text, options) => askAndRespond(setting, 1, text, options),
    held: answersHeld,
  },
  "rfis.respond() to one of two questions": {
    create: (setting, text, options) => askAndRespond(setting, 2, text, options),
    held: answersHeld,
  },
};

/** One for each answer that the emulator accepted, even if it repeats the one before. */
const taken: Held[] = [];

async function askAndRespond(
  { client, emulator }: Setting,
  count: number,
  text: string,
  options: CallOptions,
): Promise<{ readonly id: string }> {
  // An account has only one open request of a type.
  const seller = client.onBehalfOf((await client.accounts.create(account)).id);
  const { id, active_request } = await seller.simulation.rfis.create({
    type: "KYC",
    questions: Array.from({ length: count }, () => ({ answer: { type: "TEXT" } })),
  });
  const [question] = active_request?.questions ?? [];
  const answer = { id: question?.id ?? "", answer: { type: "TEXT", text } } as const;
  try {
    return await seller.rfis.respond(id, { questions: [answer] }, options);
  } finally {
    const path = `/api/v1/rfis/${id}/respond`;
    const answered = emulator.requests.filter((one) => one.path === path && one.status === 200);
    taken.push(...answered.map(() => ({ id, key: text })));
  }
}

async function answersHeld({ client }: Setting): Promise<readonly Held[]> {
  const rfis = await client.rfis.list().toArray({ limit: Number.POSITIVE_INFINITY });
  const rounds = rfis.flatMap(({ active_request, answered_requests }) => [
    active_request,
    ...(answered_requests ?? []),
  ]);
  const texts = new Set<unknown>(
    rounds.flatMap((round) => round?.questions ?? []).map(({ answer }) => answer?.text),
  );
  return taken.filter(({ key }) => texts.has(key));
}

const figures: string[] = [];
afterAll(() => process.stdout.write(`\n${figures.join("\n")}\n`));

describe("a write whose connection is cut", () => {
  it.each(Object.entries(operations))(
    "%s is done once and answered",
    async (name, operation) => {
      const started = performance.now();
      const emulator = await startEmulator();
      const proxy = await startCuttingProxy(emulator.url);
      const client = clientOf(emulator, proxy.url);
      const { id: sellerId } = await client.accounts.create(account);
      emulator.accounts.setStatus(sellerId, "ACTIVE");
      emulator.money.setBalance(sellerId, "USD", 1_000_000);
      const seller = client.onBehalfOf(sellerId);
      const { id: supplierId } = await seller.beneficiaries.create(saved);
      const setting = { client, emulator, sellerId, seller, supplierId };

      const calls = cutPoints.flatMap((point) =>
        Array.from({ length: times }, () => ({ point, key: randomUUID() })),
      );
      const results = await inTurns(calls, ({ point, key }) =>
        operation.create(setting, key, { headers: marked(key, point) }).then(
          ({ id }) => id,
          (error: unknown) => reading(error),
        ),
      );

      const held = idsByKey(await operation.held(setting));
      const verdicts = calls.map(({ point, key }, i) => {
        return { point, ...judge(held.get(key) ?? [], results[i] as string, operation) };
      });
      await Promise.all([client.close(), proxy.close(), emulator.close()]);

      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const answered = verdicts.filter(({ verdict }) => verdict === "once, and answered").length;
      const twice = verdicts.filter(({ objects }) => objects > 1).length;
      const unknown = results.filter((result) => result === "unknown").length;
      figures.push(
        `${name}: ${calls.length} cut, ${twice} done twice, ${answered} done once and answered, ${unknown} unknown, ${seconds} s`,
      );
      expect(proxy.cuts).toEqual(Object.fromEntries(cutPoints.map((point) => [point, times])));
      expect(verdicts.filter(({ verdict }) => verdict.startsWith("WRONG")).slice(0, 5)).toEqual([]);
      if (operation.unknowable) expect(answered).toBe(0);
      else expect(answered).toBe(calls.length);
    },
    300_000,
  );
});

/** A client that waits no longer between attempts than it must. */
function clientOf({ clientOptions }: RunningEmulator, baseUrl: string): Client<"sandbox"> {
  const { random } = Math;
  Math.random = () => 0;
  try {
    return createClient({ ...clientOptions, baseUrl, maxSockets: atOnce });
  } finally {
    Math.random = random;
  }
}

function idsByKey(held: readonly Held[]): ReadonlyMap<unknown, readonly string[]> {
  const ids = new Map<unknown, string[]>();
  for (const { id, key } of held) ids.set(key, [...(ids.get(key) ?? []), id]);
  return ids;
}

interface Verdict {
  readonly objects: number;
  readonly verdict: string;
}

function judge(ids: readonly string[], result: string, { unknowable }: Operation): Verdict {
  const objects = ids.length;
  if (objects === 1 && ids[0] === result) return { objects, verdict: "once, and answered" };
  if (unknowable && objects <= 1 && result === "unknown") return { objects, verdict: "unknown" };
  return { objects, verdict: `WRONG: ${objects} made, the call ended with ${result}` };
}

function reading(error: unknown): string {
  if (!isAirwallexError(error) || !("outcome" in error)) return String(error);
  return error.outcome === "unknown" ? "unknown" : String(error);
}

/** Runs calls, a few at a time. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function withReference({ id, reference }: { readonly id: string; readonly reference?: unknown }) {
  return { id, key: reference };
}
