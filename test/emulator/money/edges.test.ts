/** Money at its edges: refusals with the documented codes, extreme amounts, fees, quotes, and what comes back. */

import { type BeneficiaryListParams, createClient } from "airwallex-connect";
import { createEmulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import { connect } from "../api.js";
import { payment as paid, supplier } from "../inputs.js";
import { openSeller } from "../seller.js";

async function open(options: EmulatorOptions = {}) {
  const opened = await openSeller(options);
  opened.emulator.money.setBalance(opened.id, "EUR", "1000");
  opened.emulator.money.setBalance(opened.id, "USD", "1000");
  return opened;
}

const refused = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "no refusal",
    (error: unknown) => error,
  );

const pair = { sell_currency: "EUR", buy_currency: "USD" } as const;

const { transfer_amount: _, ...payment } = paid;

type Seller = Awaited<ReturnType<typeof open>>["seller"];

/** What the account can spend, as the API shows it, and that its statement and its history say the same. */
async function spendable(seller: Seller): Promise<Readonly<Record<string, number>>> {
  const balances = await seller.balances.current();
  const everything = { limit: Number.POSITIVE_INFINITY };
  const entries = await seller.financialTransactions.list().toArray(everything);
  const history = await seller.balances.history({ page: "0" }).toArray(everything);
  for (const { currency, available_amount } of balances) {
    const own = entries.filter((one) => one.currency === currency);
    expect(own.reduce((sum, { net }) => sum + Number(net), 0)).toBeCloseTo(
      Number(available_amount),
      6,
    );
    const newest = history.find((one) => one.currency === currency);
    expect(newest?.balance).toEqual(available_amount);
  }
  return Object.fromEntries(
    balances.map(({ currency, available_amount }) => [currency, Number(available_amount)]),
  );
}

describe("a payout is refused", () => {
  test.each<readonly [string, object, string]>([
    ["for more than there is", { transfer_amount: "1000.01" }, "balance_insufficient"],
    [
      "for an unknown beneficiary",
      { beneficiary: undefined, beneficiary_id: "no" },
      "validation_failed",
    ],
    ["for an unknown quote", { quote_id: "no" }, "quote_id_invalid"],
    ["for a day in the past", { transfer_date: "2026-08-31" }, "transfer_date_invalid"],
    ["for a day that is none", { transfer_date: "2026-02-31" }, "transfer_date_invalid"],
    ["for a currency that is none", { transfer_currency: "XYZ" }, "transfer_currency_unsupported"],
    ["from a currency that is none", { source_currency: "xyz" }, "source_currency_unsupported"],
    ["for finer parts than a cent", { transfer_amount: "1.005" }, "validation_failed"],
    ["for nothing", { transfer_amount: "0.00" }, "validation_failed"],
    ["for too little to arrive", { source_amount: "1", source_currency: "IDR" }, "amount_below"],
  ])("%s", async (_, change, code) => {
    const { emulator, seller, id } = await open();
    emulator.money.setBalance(id, "IDR", "1000");
    const { transfer_amount: _amount, ...rest } = paid;
    const base = "source_amount" in change ? rest : paid;
    const error = await refused(seller.payouts.create({ ...base, ...change } as typeof paid));
    expect(error).toMatchObject({ outcome: "not_done", status: 400 });
    expect((error as { apiCode: string }).apiCode).toMatch(new RegExp(`^${code}`));
    expect(await spendable(seller)).toMatchObject({ USD: 1000, EUR: 1000 });
  });

  test("from an account that is suspended, and where it is not there to be changed", async () => {
    const { emulator, seller, id } = await open();
    const unknown = { apiCode: "transfer_not_found", status: 400 };
    expect(await refused(seller.payouts.cancel("no"))).toMatchObject(unknown);
    expect(await refused(seller.payouts.confirmFunding("no"))).toMatchObject(unknown);
    expect(await refused(seller.payouts.retrieve("no"))).toMatchObject({ code: "not_found" });
    emulator.accounts.setStatus(id, "SUSPENDED");
    expect(await refused(seller.payouts.create(paid))).toMatchObject({
      apiCode: "payer_unsupported",
    });
  });
});

describe("amounts", () => {
  test.each([
    ["JPY", "1000", 1000],
    ["KWD", "1.005", 1.005],
    ["AUD", "12345678901234567890.12", "12345678901234567890.12"],
  ])("of %s may be %s", async (currency, amount, shown) => {
    const { emulator, client, seller, id } = await open();
    emulator.money.setBalance((await client.accounts.current()).id, currency, amount);
    const transfer = {
      destination: id,
      amount,
      currency,
      reason: "travel",
      reference: "x",
    } as const;
    expect((await client.transfers.create(transfer)).amount).toEqual(shown);
    expect(emulator.money.balance(id, currency)).toBe(amount);
    const balances = await seller.balances.current();
    expect(balances.find((one) => one.currency === currency)?.available_amount).toEqual(shown);
  });

  test.each([
    ["JPY", "1000.5"],
    ["KWD", "1.0005"],
  ])("of %s may not be %s", async (currency, amount) => {
    const { client, id } = await open();
    const transfer = {
      destination: id,
      amount,
      currency,
      reason: "travel",
      reference: "x",
    } as const;
    const error = await refused(client.transfers.create(transfer));
    expect(error).toMatchObject({ apiCode: "validation_failed" });
  });

  test.each(["usd", "XYZ", "US", "", "constructor"])(
    "of a currency that is none (%j) are refused, not failed",
    async (currency) => {
      const { emulator, id } = await open();
      const api = await connect(emulator);
      const body = { amount: "1", currency, reason: "travel", reference: "x", request_id: "r-1" };
      const transfer = await api("POST", "/api/v1/connected_account_transfers/create", {
        ...body,
        destination: id,
      });
      expect(transfer.status).toBe(400);
      const conversion = { request_id: "r-1", sell_amount: "1" };
      for (const currencies of [
        { sell_currency: currency, buy_currency: "USD" },
        { sell_currency: "USD", buy_currency: currency },
        { sell_currency: currency, buy_currency: currency },
      ]) {
        const { status, body: answer } = await api("POST", "/api/v1/fx/conversions/create", {
          ...conversion,
          ...currencies,
        });
        expect({ status, code: answer.code }).toEqual({
          status: 400,
          code: "unsupported_currency",
        });
      }
    },
  );

  test("of a currency into itself are no conversions", async () => {
    const { client } = await open();
    const pair = { sell_currency: "USD", buy_currency: "USD", sell_amount: "1" } as const;
    const problem = { code: "invalid_request", apiCode: "invalid_argument" };
    for (const attempt of [
      client.conversions.create({ ...pair }),
      client.quotes.create({ ...pair, validity: "MIN_1" }),
      client.rates.current({ sell_currency: "USD", buy_currency: "USD" }),
    ]) {
      expect(await refused(attempt)).toMatchObject(problem);
    }
  });

  test("in a currency of the seller alone are paid out without a rate", async () => {
    const { emulator, seller, id } = await open();
    emulator.money.setBalance(id, "KWD", "5.125");
    const bank_details = { ...payment.beneficiary.bank_details, account_currency: "KWD" };
    const payout = await seller.payouts.create({
      ...payment,
      ...{ source_currency: "KWD", transfer_currency: "KWD", transfer_amount: "1.125" },
      beneficiary: { ...payment.beneficiary, bank_details },
    });
    expect(payout.amount_payer_pays).toBe(1.125);
    expect(await spendable(seller)).toMatchObject({ KWD: 4 });
  });
});

describe("fees of a platform", () => {
  const fee = { source_type: "CONVERSION", type: "PERCENTAGE", currency: "USD" } as const;

  test.each(["100", "100.5", "-1", "abc", "0.00001", undefined])(
    "of %s percent are refused",
    async (percentage) => {
      const { seller } = await open();
      const application_fee_options = [{ ...fee, percentage }];
      for (const amount of [{ sell_amount: "10" }, { buy_amount: "10" }]) {
        const conversion = { ...pair, ...amount, application_fee_options } as const;
        expect(await refused(seller.conversions.create(conversion as never))).toMatchObject({
          apiCode: "invalid_argument",
        });
      }
      expect(await spendable(seller)).toMatchObject({ EUR: 1000 });
    },
  );

  test("are counted to the last part of a percentage", async () => {
    const { emulator, client, seller } = await open();
    const platform = (await client.accounts.current()).id;
    const before = Number(emulator.money.balance(platform, "USD"));
    emulator.money.setRate("EUR", "USD", "1");
    const application_fee_options = [{ ...fee, percentage: "0.0125" }];
    await seller.conversions.create({ ...pair, sell_amount: "1000", application_fee_options });
    // 0.0125 % of 995 dollars, in whole cents.
    expect(Number(emulator.money.balance(platform, "USD")) - before).toBeCloseTo(0.13, 6);
  });

  test("on a payout in another currency arrive in the currency that is bought", async () => {
    const { emulator, client, seller } = await open();
    const platform = (await client.accounts.current()).id;
    const held = (currency: string): number => Number(emulator.money.balance(platform, currency));
    const [eur, usd] = [held("EUR"), held("USD")];
    emulator.money.setRate("EUR", "USD", "1.1");
    const payout = await seller.payouts.create({
      ...payment,
      ...{ source_currency: "EUR", source_amount: "100.00" },
      application_fee_options: [
        { ...fee, percentage: "1" },
        { source_type: "TRANSFER", type: "FIXED", amount: "150", currency: "EUR" },
      ],
    });
    expect(payout.application_fees).toMatchObject([
      { amount: "1.50", currency: "EUR", source_type: "TRANSFER" },
      { currency: "USD", source_type: "CONVERSION" },
    ]);
    expect(await spendable(seller)).toMatchObject({ EUR: 898.5, USD: 1000 });
    emulator.clock.advance("1d");
    expect(held("EUR") - eur).toBeCloseTo(1.5, 6);
    const markup = Number(payout.application_fees?.[1]?.amount);
    expect(held("USD") - usd).toBeCloseTo(markup, 6);
    expect(Number(payout.amount_beneficiary_receives) + markup).toBeCloseTo(109.45, 6);
  });

  test.each([{ currency: "EUR" }, { currency: undefined }])(
    "that are fixed, in %o, are refused where the payout takes dollars",
    async ({ currency }) => {
      const { seller } = await open();
      const fixed = { source_type: "TRANSFER", type: "FIXED", amount: "150", currency } as const;
      const error = await refused(
        seller.payouts.create({ ...paid, application_fee_options: [fixed] }),
      );
      expect(error).toMatchObject({ apiCode: "validation_failed" });
    },
  );
});

describe("a quote", () => {
  test("is not spent by what is refused or only checked, and once by what is made", async () => {
    const { seller } = await open();
    const { quote_id } = await seller.quotes.create({
      ...pair,
      ...{ sell_amount: "100.00", validity: "MIN_15" },
    });
    const payout = { ...payment, source_currency: "EUR", source_amount: "100.00", quote_id };
    await seller.payouts.validate({ ...payout, request_id: "v-1" });
    const tooMuch = { ...payout, source_amount: "2000.00" };
    expect(await refused(seller.payouts.create(tooMuch))).toMatchObject({
      apiCode: "balance_insufficient",
    });
    const nothing = { ...pair, sell_amount: "0", quote_id };
    expect(await refused(seller.conversions.create(nothing))).toMatchObject({
      apiCode: "invalid_argument",
    });
    const made = await seller.conversions.create({ ...pair, sell_amount: "100.00", quote_id });
    expect(made.quote_id).toBe(quote_id);
    expect(await refused(seller.payouts.create(payout))).toMatchObject({
      apiCode: "quote_id_invalid",
    });
  });

  test("expires, and its rate with it", async () => {
    const { emulator, seller } = await open();
    const asked = { ...pair, sell_amount: "100.00", validity: "MIN_1" } as const;
    const { quote_id, client_rate } = await seller.quotes.create(asked);
    emulator.money.setRate("EUR", "USD", "2");
    emulator.clock.advance("1m");
    const held = await seller.conversions.create({ ...pair, sell_amount: "100.00", quote_id });
    expect(held.client_rate).toBe(client_rate);
    const late = await seller.quotes.create(asked);
    emulator.clock.advance("61s");
    const conversion = { ...pair, sell_amount: "100.00", quote_id: late.quote_id };
    expect(await refused(seller.conversions.create(conversion))).toMatchObject({
      apiCode: "expired_quote",
    });
    const payout = { ...payment, source_currency: "EUR", source_amount: "100.00" };
    expect(
      await refused(seller.payouts.create({ ...payout, quote_id: late.quote_id })),
    ).toMatchObject({ apiCode: "quote_expired" });
  });

  test.each(["2026-08-31", "2026-02-31", "soon"])("is refused for the day %s", async (day) => {
    const { seller } = await open();
    const asked = { ...pair, sell_amount: "100.00", conversion_date: day } as const;
    const quote = refused(seller.quotes.create({ ...asked, validity: "MIN_1" }));
    const conversion = refused(seller.conversions.create(asked));
    for (const error of [await quote, await conversion]) {
      expect((error as { apiCode?: string; code?: string }).apiCode ?? "invalid_input").toMatch(
        /invalid_settlement_date|invalid_input/,
      );
    }
  });
});

describe("a conversion that waits for money", () => {
  test.each(["a transfer", "a payout that fails", "another conversion"])(
    "is funded by what arrives as %s",
    async (how) => {
      const { emulator, client, seller, id } = await open();
      emulator.money.setBalance(id, "EUR", "0");
      const failing = await seller.payouts.create(paid);
      emulator.money.setBalance(id, "USD", "0");
      const back = { sell_currency: "USD", buy_currency: "EUR", sell_amount: "150" } as const;
      const waiting =
        how === "another conversion"
          ? await seller.conversions.create({ ...pair, sell_amount: "10.00" })
          : await seller.conversions.create(back);
      expect(waiting.status).toBe("SCHEDULED");
      if (how === "a transfer") {
        const money = { amount: "150", currency: "USD", reason: "travel", reference: "x" } as const;
        await client.transfers.create({ ...money, destination: id });
      } else {
        await seller.simulation.transfers.transition(failing.id, { next_status: "FAILED" });
        if (how === "another conversion") await seller.conversions.create(back);
      }
      emulator.clock.advance("1s");
      const { status } = await seller.conversions.retrieve(waiting.conversion_id);
      expect(status).toBe("SETTLED");
      await spendable(seller);
    },
  );
});

describe("a payout that was paid", () => {
  test("may be returned by the bank: the money comes back, and the fee does not", async () => {
    const { emulator, seller } = await open();
    const fee = { type: "FIXED", amount: "150", currency: "USD", source_type: "TRANSFER" } as const;
    const { id } = await seller.payouts.create({ ...paid, application_fee_options: [fee] });
    emulator.clock.advance("1d");
    expect(await spendable(seller)).toMatchObject({ USD: 798.5 });
    const failure_type = "BENEFICIARY_BANK_RETURNED";
    await seller.simulation.transfers.transition(id, { next_status: "FAILED", failure_type });
    expect(await seller.payouts.retrieve(id)).toMatchObject({
      status: "FAILED",
      failure: { code: failure_type },
    });
    expect(await spendable(seller)).toMatchObject({ USD: 998.5 });
    const again = seller.simulation.transfers.transition(id, { next_status: "FAILED" });
    expect(await refused(again)).toMatchObject({ apiCode: "invalid_status_for_operation" });
  });

  test("for a later day waits until then", async () => {
    const { emulator, seller } = await open();
    const { id } = await seller.payouts.create({ ...paid, transfer_date: "2026-09-03" });
    emulator.clock.advance("1d");
    expect((await seller.payouts.retrieve(id)).status).toBe("SCHEDULED");
    emulator.clock.advance("2d");
    expect((await seller.payouts.retrieve(id)).status).toBe("PAID");
  });
});

describe("balances.history()", () => {
  test("has a window of 7 days by number, and none by cursor", async () => {
    const { emulator, seller, id } = await open();
    emulator.clock.advance("10d");
    emulator.money.setBalance(id, "EUR", "5");
    const recent = await seller.balances.history();
    expect(recent.items.map(({ balance }) => balance)).toEqual([5]);
    const from_post_at = "2026-09-01T00:00:00Z";
    const error = await refused(seller.balances.history({ from_post_at }));
    expect(error).toMatchObject({ code: "invalid_input", outcome: "not_done" });
    expect(String(error)).toContain("7 days");
    const api = await connect(emulator);
    const path = `/api/v1/balances/history?from_post_at=${from_post_at}`;
    expect((await api("GET", path)).body).toMatchObject({ code: "invalid_argument" });
    const week = { from_post_at, to_post_at: "2026-09-08T00:00:00Z" };
    expect((await seller.balances.history(week)).items.length).toBe(2);
    const all = await seller.balances.history({ page: "0", page_size: 10 }).toArray({ limit: 100 });
    expect(all.length).toBe(3);
  });
});

test("beneficiaries are listed by their kind, whether they may be exempt, and a date", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const saved = { beneficiary: supplier, transfer_methods: ["LOCAL"] } as const;
  const { id } = await client.beneficiaries.create(saved);
  const listed = async (query: BeneficiaryListParams) =>
    (await client.beneficiaries.list(query)).items.map((one) => one.id);
  expect(await listed({ type: ["BANK_ACCOUNT"] })).toEqual([id]);
  expect(await listed({ type: ["DIGITAL_WALLET", "BANK_ACCOUNT"] })).toEqual([id]);
  expect(emulator.requests.at(-1)?.query).toContain("type=DIGITAL_WALLET&type=BANK_ACCOUNT");
  expect(await listed({ type: ["DIGITAL_WALLET"] })).toEqual([]);
  expect(await listed({ sca_exemptible: false })).toEqual([id]);
  expect(await listed({ sca_exemptible: true })).toEqual([]);
  expect(await listed({ from_date: "2017-04-01" })).toEqual([id]);
  expect(await listed({ to_date: "2017-04-01" })).toEqual([]);
});

test("a conversion of a later day settles on it, and is overdue after it", async () => {
  const now = "2026-09-01T10:00:00Z";
  const emulator = createEmulator({ now, frozen: true, tokenLifetimeMs: 30 * 86_400_000 });
  const client = createClient(emulator.clientOptions);
  const params = {
    ...{ sell_currency: "EUR", buy_currency: "USD", sell_amount: "5" },
    conversion_date: "2026-09-10",
  };
  const funded = await client.conversions.create(params);
  expect(funded.settlement_cutoff_at).toMatch(/^2026-09-11/);
  emulator.money.setBalance(emulator.accounts.platformId, "EUR", 0);
  const unfunded = await client.conversions.create(params);
  const statuses = async () =>
    await Promise.all(
      [funded, unfunded].map(async ({ conversion_id }) => {
        return (await client.conversions.retrieve(conversion_id)).status;
      }),
    );
  emulator.clock.set("2026-09-09T23:00:00Z");
  expect(await statuses()).toEqual(["SCHEDULED", "SCHEDULED"]);
  emulator.clock.set("2026-09-10T23:00:00Z");
  expect(await statuses()).toEqual(["SETTLED", "SCHEDULED"]);
  emulator.clock.set("2026-09-11T01:00:00Z");
  expect(await statuses()).toEqual(["SETTLED", "OVERDUE"]);
});

test("a reversed deposit is in the statement by a type that the statement has", async () => {
  const emulator = createEmulator();
  const drifts: unknown[] = [];
  const observer = { onDrift: (drift: unknown) => drifts.push(drift) };
  const client = createClient({ ...emulator.clientOptions, observer });
  const global_account_id = emulator.money.openGlobalAccount({ currency: "USD" });
  const deposit = await client.simulation.deposits.create({ global_account_id, amount: 5 });
  await client.simulation.deposits.reverse(deposit.id);
  const { items } = await client.financialTransactions.list();
  expect(items.slice(0, 2).map((one) => one.transaction_type)).toEqual(["DEPOSIT", "DEPOSIT"]);
  expect(drifts).toEqual([]);
});
