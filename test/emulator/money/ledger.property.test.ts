/**
 * Money is neither made nor lost: after any movements, failures and reversals, what the accounts hold is
 * what came in less what went out, and every balance is the sum of its statement.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { type Api, connect } from "../api.js";

const currencies = ["EUR", "USD", "JPY"] as const;
type Currency = (typeof currencies)[number];

type Step =
  | {
      readonly do: "deposit";
      readonly who: number;
      readonly what: Currency;
      readonly cents: number;
    }
  | { readonly do: "reverse" | "settle"; readonly pick: number }
  | {
      readonly do: "transfer";
      readonly who: number;
      readonly what: Currency;
      readonly cents: number;
    }
  | { readonly do: "charge"; readonly who: number; readonly what: Currency; readonly cents: number }
  | {
      readonly do: "convert";
      readonly who: number;
      readonly what: Currency;
      readonly into: Currency;
      readonly cents: number;
      readonly markup: number;
    }
  | {
      readonly do: "payOut";
      readonly who: number;
      readonly what: Currency;
      readonly into: Currency;
      readonly cents: number;
      readonly fee: number;
    }
  | { readonly do: "fail" | "cancel" | "refuse"; readonly pick: number }
  | { readonly do: "wait"; readonly minutes: number };

const who = fc.nat({ max: 2 });
const what = fc.constantFrom(...currencies);
const cents = fc.integer({ min: 1, max: 200_000 });
const pick = fc.nat({ max: 50 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("deposit" as const), who, what, cents }),
  fc.record({ do: fc.constantFrom("reverse" as const, "settle" as const), pick }),
  fc.record({ do: fc.constantFrom("transfer" as const, "charge" as const), who, what, cents }),
  fc.record({
    ...{ do: fc.constant("convert" as const), who, what, into: what, cents },
    markup: fc.nat({ max: 3 }),
  }),
  fc.record({
    ...{ do: fc.constant("payOut" as const), who, what, into: what, cents },
    fee: fc.nat({ max: 300 }),
  }),
  fc.record({
    do: fc.constantFrom("fail" as const, "cancel" as const, "refuse" as const),
    pick,
  }),
  fc.record({ do: fc.constant("wait" as const), minutes: fc.nat({ max: 90 }) }),
);

const amountOf = (currency: Currency, units: number): string =>
  currency === "JPY" ? String(units) : (units / 100).toFixed(2);

/** In cents, so that sums are exact. */
const unitsOf = (currency: string, amount: number): bigint =>
  BigInt(Math.round(amount * (currency === "JPY" ? 1 : 100)));

async function open() {
  const emulator = createEmulator({
    ...{ now: "2026-09-01T10:00:00Z", frozen: true, settleAfterMs: 10 * 60_000 },
    tokenLifetimeMs: 365 * 24 * 3_600_000,
  });
  const platform = await connect(emulator);
  const { body: own } = await platform("GET", "/api/v1/account");
  const sellers: { id: string; api: Api; accounts: Record<string, string> }[] = [];
  for (const email of ["ada@example.com", "bob@example.com", "cleo@example.com"]) {
    const { body } = await platform("POST", "/api/v1/accounts/create", {
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    });
    emulator.accounts.setStatus(body.id, "ACTIVE");
    const headers = { "x-on-behalf-of": body.id };
    const accounts: Record<string, string> = {};
    for (const currency of currencies) {
      accounts[currency] = emulator.money.openGlobalAccount({ accountId: body.id, currency });
      emulator.money.setBalance(body.id, currency, "3000");
    }
    const api: Api = (method, path, input) => platform(method, path, input, headers);
    sellers.push({ id: body.id, api, accounts });
  }
  return { emulator, platform, platformId: own.id as string, sellers };
}

test("the ledger neither makes nor loses money, and balances are the sums of statements", async () => {
  let moved = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40, size: "max" }),
      async (steps) => {
        const world = await open();
        const start = await held(world);
        let count = 0;
        for (const one of steps) if (await perform(world, one, ++count)) moved++;
        const flows = await flowsOf(world);
        const end = await held(world);
        for (const currency of currencies) {
          const expected = (start.get(currency) ?? 0n) + (flows.get(currency) ?? 0n);
          expect(`${currency} ${end.get(currency) ?? 0n}`).toBe(`${currency} ${expected}`);
        }
        await checkStatements(world);
      },
    ),
    { numRuns: Number(process.env["LEDGER_RUNS"] ?? 60) },
  );
  console.log(`the ledger: ${moved} movements, no money made or lost`);
  expect(moved).toBeGreaterThan(200);
}, 240_000);

type World = Awaited<ReturnType<typeof open>>;

/** Whether the emulator did it; it refuses what the account cannot pay, and what comes too late. */
async function perform(world: World, one: Step, count: number): Promise<boolean> {
  const { emulator, platform, sellers } = world;
  const request_id = `request-${count}`;
  const common = { reason: "travel", reference: "Test", request_id };
  const done = async (answer: ReturnType<Api>) => (await answer).status < 300;
  switch (one.do) {
    case "deposit": {
      const seller = sellers[one.who] as World["sellers"][number];
      return await done(
        seller.api("POST", "/api/v1/simulation/deposit/create", {
          amount: amountOf(one.what, one.cents),
          global_account_id: seller.accounts[one.what],
          status: one.cents % 3 === 0 ? "PENDING" : "SETTLED",
        }),
      );
    }
    case "settle":
    case "reverse": {
      const deposits = emulator.money.deposits();
      const deposit = deposits[one.pick % Math.max(1, deposits.length)];
      const owner = sellers.find(({ accounts }) =>
        Object.values(accounts).includes(deposit?.global_account_id ?? ""),
      );
      if (!deposit || !owner) return false;
      return await done(
        owner.api("POST", `/api/v1/simulation/deposits/${deposit.id}/${one.do}`, {}),
      );
    }
    case "transfer": {
      const from = sellers[one.who] as World["sellers"][number];
      const to = sellers[(one.who + 1) % sellers.length] as World["sellers"][number];
      const input = { ...common, amount: amountOf(one.what, one.cents), currency: one.what };
      return await done(
        from.api("POST", "/api/v1/connected_account_transfers/create", {
          ...input,
          destination: to.id,
        }),
      );
    }
    case "charge": {
      const from = sellers[one.who] as World["sellers"][number];
      const input = { ...common, amount: amountOf(one.what, one.cents), currency: one.what };
      return await done(platform("POST", "/api/v1/charges/create", { ...input, source: from.id }));
    }
    case "convert": {
      const seller = sellers[one.who] as World["sellers"][number];
      return await done(
        seller.api("POST", "/api/v1/fx/conversions/create", {
          ...{ request_id, sell_currency: one.what, buy_currency: one.into },
          sell_amount: amountOf(one.what, one.cents),
          application_fee_options: [{ type: "PERCENTAGE", percentage: String(one.markup) }],
        }),
      );
    }
    case "payOut": {
      const seller = sellers[one.who] as World["sellers"][number];
      const fee = { type: "FIXED", amount: String(one.fee), currency: one.what };
      return await done(
        seller.api("POST", "/api/v1/transfers/create", {
          ...{ ...common, source_currency: one.what, transfer_currency: one.into },
          source_amount: amountOf(one.what, one.cents),
          beneficiary: {
            entity_type: "COMPANY",
            company_name: "Supplier",
            type: "STABLECOIN_WALLET",
          },
          application_fee_options: [{ ...fee, source_type: "TRANSFER" }],
        }),
      );
    }
    case "fail":
    case "cancel": {
      const payouts = emulator.money.payouts();
      const id = payouts[one.pick % Math.max(1, payouts.length)]?.id;
      if (id === undefined) return false;
      const next_status = one.do === "fail" ? "FAILED" : "CANCELLED";
      const path = `/api/v1/simulation/transfers/${id}/transition`;
      const answers = await Promise.all(
        sellers.map(({ api }) => api("POST", path, { next_status })),
      );
      return answers.some(({ status }) => status < 300);
    }
    case "refuse": {
      const open = emulator.money.transfers().filter(({ status }) => status === "NEW");
      const id = open[one.pick % Math.max(1, open.length)]?.id;
      if (id !== undefined) emulator.money.setStatus(id, "FAILED");
      return id !== undefined;
    }
    case "wait":
      emulator.clock.advance(`${one.minutes}m`);
      return true;
  }
}

/** What all accounts hold together, by currency. */
async function held({ platform, sellers }: World): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  for (const api of [platform, ...sellers.map((seller) => seller.api)]) {
    const { body } = await api("GET", "/api/v1/balances/current");
    for (const { currency, available_amount, reserved_amount } of body) {
      const units = unitsOf(currency, available_amount) + unitsOf(currency, reserved_amount);
      sums.set(currency, (sums.get(currency) ?? 0n) + units);
    }
  }
  return sums;
}

/** What came in from outside less what went out, by what the API says of each object. */
async function flowsOf({ emulator, sellers }: World): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  const add = (currency: string, units: bigint): void => {
    sums.set(currency, (sums.get(currency) ?? 0n) + units);
  };
  for (const { currency = "", amount, status } of emulator.money.deposits()) {
    if (status === "SETTLED") add(currency ?? "", unitsOf(currency ?? "", Number(amount)));
  }
  for (const { status, source_currency, source_amount } of emulator.money.payouts()) {
    if (status === "PAID") add(source_currency, -unitsOf(source_currency, Number(source_amount)));
  }
  for (const { api } of sellers) {
    const { body } = await api("GET", "/api/v1/fx/conversions?page_size=500");
    for (const one of body.items) {
      if (one.status !== "SETTLED") continue;
      add(one.sell_currency, -unitsOf(one.sell_currency, one.sell_amount));
      add(one.buy_currency, unitsOf(one.buy_currency, one.buy_amount));
      for (const fee of one.application_fees) {
        add(fee.currency, unitsOf(fee.currency, Number(fee.amount)));
      }
    }
  }
  return sums;
}

/** Every balance is the sum of the account's statement, and the last of its history. */
async function checkStatements({ platform, sellers }: World): Promise<void> {
  for (const api of [platform, ...sellers.map((seller) => seller.api)]) {
    const { body: balances } = await api("GET", "/api/v1/balances/current");
    const { body: statement } = await api("GET", "/api/v1/financial_transactions?page_size=1000");
    const { body: history } = await api("GET", "/api/v1/balances/history?page=0&page_size=2000");
    for (const { currency, available_amount } of balances) {
      const own = statement.items.filter((one: { currency: string }) => one.currency === currency);
      const sum = own.reduce(
        (total: bigint, { net }: { net: number }) => total + unitsOf(currency, net),
        0n,
      );
      expect(sum).toBe(unitsOf(currency, available_amount));
      const last = history.items.find((one: { currency: string }) => one.currency === currency);
      expect(last?.balance).toBe(available_amount);
    }
  }
}
