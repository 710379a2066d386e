/** Which events movements of money send, to subscriptions of which version. */

import { createClient } from "airwallex-connect";
import { createEmulator, eventNames } from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import { eventShapes } from "../../../src/generated/event-shapes.js";
import type { Shape } from "../../../src/schemas/shape.js";
import { minimal, payment } from "../inputs.js";

interface Sent {
  readonly id: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** An active seller with money, and the events that a subscription of each version to all names gets. */
async function open(...versions: readonly string[]) {
  const sent = new Map<string, Sent[]>(versions.map((version) => [version, []]));
  const fetch = async (request: Request) => {
    sent.get(new URL(request.url).pathname.slice(1))?.push(JSON.parse(await request.text()));
    return new Response();
  };
  const emulator = createEmulator({
    ...{ now: "2026-09-01T10:00:00Z", frozen: true },
    webhooks: { fetch },
  });
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(minimal);
  emulator.accounts.setStatus(id, "ACTIVE");
  for (const version of versions) {
    const url = `http://receiver.localhost/${version}`;
    emulator.webhooks.subscribe({ url, events: eventNames, version });
  }
  return {
    ...{ emulator, seller: client.onBehalfOf(id), id },
    async events(version: string): Promise<readonly Sent[]> {
      await emulator.webhooks.settled();
      return sent.get(version) ?? [];
    },
    async names(version: string): Promise<readonly string[]> {
      await emulator.webhooks.settled();
      return (sent.get(version) ?? []).map(({ name }) => name);
    },
  };
}

const inGermany = { country_code: "DE", required_features: [{ currency: "EUR" }] } as const;

describe("a payout is announced", () => {
  test.each([
    ["2026-08-21", ["scheduled", "processing", "sent", "paid"], "payout.transfer."],
    ["2024-09-27", ["scheduled", "processing", "sent", "paid"], "payout.transfer."],
    ["2024-08-07", ["new", "scheduled", "processing"], "payment."],
    ["2024-01-31", ["new", "scheduled", "processing"], "payment."],
    ["2023-10-01", ["new"], "payment."],
  ])("to version %s as %j of %s", async (version, statuses, prefix) => {
    const { emulator, seller, id, names, events } = await open(version);
    emulator.money.setBalance(id, "USD", "1000");
    const payout = await seller.payouts.create(payment);
    emulator.clock.advance("1d");
    expect((await names(version)).filter((name) => name.startsWith("pay"))).toEqual(
      statuses.map((status) => prefix + status),
    );
    const ids = (await events(version)).map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await events(version)).at(-1)?.data).toMatchObject({ id: payout.id });
  });
});

describe("money that comes in is announced", () => {
  test("to new versions as changes of the account, the balance and the deposit", async () => {
    const { seller, names, events } = await open("2026-08-21");
    const account = await seller.globalAccounts.create(inGermany);
    const { simulation } = seller;
    const deposit = { global_account_id: account.id ?? "", amount: 250, payer_name: "Buyer GmbH" };
    const { id } = await simulation.deposits.create({ ...deposit, status: "PENDING" });
    await simulation.deposits.settle(id);
    await seller.globalAccounts.close(account.id ?? "");
    expect(await names("2026-08-21")).toEqual([
      ...["global_account.active", "deposit.pending", "balance.ga.top_up", "deposit.settled"],
      "global_account.closed",
    ]);
    expect((await events("2026-08-21"))[2]?.data).toMatchObject({
      ...{ amount: 250, balance: 250, ccy: "EUR", type: "DEPOSIT" },
      transactionReference: {
        ...{ depositId: id, globalAccountId: account.id, payerName: "Buyer GmbH" },
      },
    });
  });

  test("to versions up to 2025-02-14 as ga.new, with the transaction", async () => {
    const { seller, names, events } = await open("2025-02-14");
    const account = await seller.globalAccounts.create(inGermany);
    const deposit = { global_account_id: account.id ?? "", amount: 250 };
    const { id } = await seller.simulation.deposits.create(deposit);
    await seller.simulation.deposits.reverse(id);
    expect(await names("2025-02-14")).toEqual([
      ...["balance.ga.top_up", "ga.new", "deposit.settled", "deposit.settled"],
    ]);
    expect((await events("2025-02-14"))[1]?.data).toMatchObject({
      has_more: false,
      items: [{ id, amount: 250, currency: "EUR", status: "SETTLED" }],
    });
  });
});

test("a correction of a balance is announced", async () => {
  const { emulator, id, events } = await open("2026-08-21");
  emulator.money.setBalance(id, "USD", "12.50");
  const [event] = await events("2026-08-21");
  expect(event).toMatchObject({
    ...{ name: "balance.adjustment", account_id: id },
    data: { amount: 12.5, balance: 12.5, ccy: "USD", type: "ADJUSTMENT" },
  });
});

test("conversions are announced when they are scheduled, overdue and settled", async () => {
  const { emulator, seller, id, names } = await open("2026-08-21");
  const conversion = { sell_currency: "EUR", buy_currency: "USD", sell_amount: "500" };
  await seller.conversions.create(conversion);
  emulator.clock.advance("2d");
  emulator.money.setBalance(id, "EUR", "1000");
  emulator.clock.advance("1d");
  expect(await names("2026-08-21")).toEqual([
    ...["conversion.scheduled", "conversion.overdue", "balance.adjustment", "conversion.settled"],
  ]);
});

test("the data of every event about money fits its shape, in every version", async () => {
  const versions = ["2026-08-21", "2025-02-14", "2024-08-07"];
  const { emulator, seller, id, events } = await open(...versions);
  emulator.money.setBalance(id, "USD", "1000");
  const account = await seller.globalAccounts.create(inGermany);
  await seller.simulation.deposits.create({ global_account_id: account.id ?? "", amount: 250 });
  await seller.conversions.create({
    ...{ sell_currency: "USD", buy_currency: "EUR", sell_amount: "5" },
  });
  await seller.payouts.create(payment);
  emulator.clock.advance("1d");
  let checked = 0;
  for (const { name, data } of (await Promise.all(versions.map(events))).flat()) {
    const shapes: Readonly<Record<string, { readonly current: Shape<unknown> }>> = eventShapes;
    const schema = await shapes[name]?.current.schema();
    expect(schema?.safeParse(data).error, name).toBeUndefined();
    checked++;
  }
  expect(checked).toBeGreaterThan(20);
});
