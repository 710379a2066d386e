/** Deposits into global accounts: what becomes of them, and of the wallet. */

import type { EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { openSeller } from "../seller.js";

async function open(options: EmulatorOptions = {}) {
  const { emulator, client: platform, id, seller } = await openSeller(options);
  const globalAccount = emulator.money.openGlobalAccount({ accountId: id, currency: "USD" });
  const balance = () => emulator.money.balance(id, "USD");
  return { emulator, platform, id, seller, globalAccount, balance };
}

/** The refusal, with 400, of a transition that the current status does not allow. */
const wrongStatus = {
  name: "ApiError",
  code: "invalid_request",
  status: 400,
  apiCode: "invalid_status_for_operation",
};

test("a deposit returns what was asked for, and is in the wallet at once", async () => {
  const { emulator, seller, globalAccount, balance } = await open();
  const { deposits } = seller.simulation;
  const input = {
    amount: 120.5,
    global_account_id: globalAccount,
    payer_name: "Grace Hopper",
    payer_country: "US",
    payer_bankname: "Bank of Arlington",
    reference: "Invoice 7",
    statement_ref: "INV7",
  };
  const deposit = await deposits.create(input);
  expect(deposit).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    amount: 120.5,
    currency: "USD",
    status: "SETTLED",
    create_time: "2026-09-01T10:00:00+00:00",
    deposit_type: "CREDIT",
    fee_amount: 0,
    payer_name: "Grace Hopper",
    payer_country: "US",
    reference: "Invoice 7",
    statement_ref: "INV7",
  });
  expect(balance()).toBe("120.50");
  expect(emulator.money.deposits()).toEqual([
    {
      id: deposit.id,
      type: "BANK_TRANSFER",
      status: "SETTLED",
      amount: 120.5,
      currency: "USD",
      created_at: "2026-09-01T10:00:00+00:00",
      settled_at: "2026-09-01T10:00:00+00:00",
      global_account_id: globalAccount,
      payer: { name: "Grace Hopper", country_code: "US" },
      reference: "Invoice 7",
    },
  ]);
});

test("a pending deposit is incoming until it is settled, and can be taken back until then", async () => {
  const { seller, globalAccount, balance } = await open();
  const { deposits } = seller.simulation;
  const input = { amount: 10, global_account_id: globalAccount, status: "PENDING" } as const;
  const { id, status } = await deposits.create(input);
  expect(status).toBe("PENDING");
  await deposits.create({ ...input, amount: 5 });
  await seller.simulation.deposits.create({ ...input, amount: 1, status: "SETTLED" });
  expect(await seller.balances.current()).toMatchObject([
    { currency: "USD", available_amount: 1, pending_amount: 15, total_amount: 16 },
  ]);
  expect(await deposits.settle(id)).toBe(true);
  expect(await seller.balances.current()).toMatchObject([
    { available_amount: 11, pending_amount: 5 },
  ]);
  await deposits.reverse(id);
  expect(balance()).toBe("1.00");
});

test("a rejected deposit leaves the wallet unchanged", async () => {
  const { emulator, seller, globalAccount, balance } = await open();
  const { deposits } = seller.simulation;
  const input = { amount: 10, global_account_id: globalAccount } as const;
  const { id } = await deposits.create({ ...input, status: "PENDING" });
  await deposits.reject(id);
  await deposits.create({ ...input, status: "REJECTED" });
  expect(balance()).toBe("0.00");
  expect(emulator.money.deposits().map(({ status }) => status)).toEqual(["REJECTED", "REJECTED"]);
});

test("a reversal is a second deposit, and takes the money back even if it was spent", async () => {
  const { emulator, id, seller, globalAccount, balance } = await open();
  const { deposits } = seller.simulation;
  const deposit = await deposits.create({ amount: 10, global_account_id: globalAccount });
  emulator.money.setBalance(id, "USD", "4.25");
  await deposits.reverse(deposit.id);
  expect(balance()).toBe("-5.75");
  expect(await seller.balances.current()).toMatchObject([{ available_amount: -5.75 }]);
  expect(emulator.money.deposits()).toMatchObject([
    { id: deposit.id, status: "SETTLED", amount: 10 },
    { status: "SETTLED", amount: -10 },
  ]);
});

test("a statement reference belongs to one deposit", async () => {
  const { seller, globalAccount } = await open();
  const { create } = seller.simulation.deposits;
  const input = { amount: 1, global_account_id: globalAccount, statement_ref: "INV7" };
  await create(input);
  await expect(create(input)).rejects.toMatchObject({
    ...{ apiCode: "invalid_argument", source: "statement_ref" },
  });
  expect((await create({ ...input, statement_ref: "INV8" })).status).toBe("SETTLED");
});

test("a deposit refuses changes that its status does not allow", async () => {
  const { seller, globalAccount, balance } = await open();
  const { create, settle, reject, reverse } = seller.simulation.deposits;
  const make = (status: "PENDING" | "SETTLED" | "REJECTED") =>
    create({ amount: 1, global_account_id: globalAccount, status });
  const [pending, settled, rejected] = [
    await make("PENDING"),
    await make("SETTLED"),
    await make("REJECTED"),
  ];
  for (const [move, deposit] of [
    [reverse, pending],
    [settle, settled],
    [reject, settled],
    [settle, rejected],
    [reject, rejected],
    [reverse, rejected],
  ] as const) {
    await expect(move(deposit.id)).rejects.toMatchObject(wrongStatus);
  }
  await reverse(settled.id);
  for (const move of [settle, reject, reverse]) {
    await expect(move(settled.id)).rejects.toMatchObject(wrongStatus);
  }
  expect(balance()).toBe("0.00");
});

test("deposits of another account are not visible", async () => {
  const { platform, seller, globalAccount } = await open();
  const notThere = { name: "ApiError", code: "not_found", status: 404, apiCode: "not_found" };
  const input = { amount: 1, global_account_id: globalAccount };
  const { id } = await seller.simulation.deposits.create(input);
  const { deposits } = platform.simulation;
  await expect(deposits.create(input)).rejects.toMatchObject(notThere);
  await expect(deposits.reverse(id)).rejects.toMatchObject(notThere);
  await expect(seller.simulation.deposits.settle("none")).rejects.toMatchObject(notThere);
  const none = { ...input, global_account_id: "none" };
  await expect(seller.simulation.deposits.create(none)).rejects.toMatchObject(notThere);
});

test.each([0, 1.234, 0.1 + 0.2])("%s dollars are not a valid deposit", async (amount) => {
  const { emulator, seller, globalAccount } = await open();
  const input = { amount, global_account_id: globalAccount };
  await expect(seller.simulation.deposits.create(input)).rejects.toMatchObject({
    apiCode: "invalid_argument",
    source: "amount",
  });
  expect(emulator.money.deposits()).toEqual([]);
});

test.each([-1, 100_000_001])("%s is not sent as an amount of a deposit", async (amount) => {
  const { seller, globalAccount } = await open();
  const input = { amount, global_account_id: globalAccount };
  await expect(seller.simulation.deposits.create(input)).rejects.toMatchObject({
    ...{ code: "invalid_input", issues: [{ path: ["amount"] }] },
  });
});

test("a global account fills the platform's wallet unless another account is named", async () => {
  const { emulator, platform } = await open();
  const globalAccount = emulator.money.openGlobalAccount({ currency: "JPY" });
  await platform.simulation.deposits.create({ amount: 500, global_account_id: globalAccount });
  expect(emulator.money.balance(emulator.accounts.platformId, "JPY")).toBe("500");
  const half = { amount: 0.5, global_account_id: globalAccount };
  await expect(platform.simulation.deposits.create(half)).rejects.toMatchObject({
    apiCode: "invalid_argument",
  });
  expect(() => emulator.money.openGlobalAccount({ currency: "dollars" })).toThrow(RangeError);
});

test("every change of a deposit is sent to its subscribers", async () => {
  const events: { name: string; account_id: string; source_id: string; data: object }[] = [];
  const fetch = async (request: Request) => {
    events.push(JSON.parse(await request.text()));
    return new Response();
  };
  const { emulator, id, seller, globalAccount } = await open({ webhooks: { fetch } });
  const names = ["pending", "settled", "rejected", "reversed"].map((name) => `deposit.${name}`);
  emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events: names });
  const { create, settle, reject, reverse } = seller.simulation.deposits;
  const input = { amount: 10, global_account_id: globalAccount, status: "PENDING" } as const;
  const first = await create(input);
  await settle(first.id);
  await reverse(first.id);
  const second = await create(input);
  await reject(second.id);
  await emulator.webhooks.settled();
  expect(events.map(({ name, source_id }) => [name, source_id])).toEqual([
    ["deposit.pending", first.id],
    ["deposit.settled", first.id],
    ["deposit.settled", events[2]?.source_id],
    ["deposit.pending", second.id],
    ["deposit.rejected", second.id],
  ]);
  expect(new Set(events.map(({ account_id }) => account_id))).toEqual(new Set([id]));
  expect(events[1]?.data).toMatchObject({ status: "SETTLED", amount: 10, currency: "USD" });
  expect(events[2]?.source_id).not.toBe(first.id);
  expect(events[2]?.data).toMatchObject({ status: "SETTLED", amount: -10 });
});

test("a reset closes global accounts and forgets deposits", async () => {
  const { emulator, platform } = await open();
  const globalAccount = emulator.money.openGlobalAccount({ currency: "USD" });
  await platform.simulation.deposits.create({ amount: 1, global_account_id: globalAccount });
  emulator.reset();
  expect(emulator.money.deposits()).toEqual([]);
  await expect(
    platform.simulation.deposits.create({ amount: 1, global_account_id: globalAccount }),
  ).rejects.toMatchObject({ code: "not_found" });
});
