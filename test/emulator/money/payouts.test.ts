/** Payouts of the emulator: what each status does to the money, by simulation and by the clock. */

import type { EmulatorOptions } from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import { payment, supplier } from "../inputs.js";
import { openSeller } from "../seller.js";

async function open(options: EmulatorOptions = {}) {
  const opened = await openSeller(options);
  opened.emulator.money.setBalance(opened.id, "USD", "1000");
  return opened;
}

describe("a payout", () => {
  test("takes the money out of what can be spent, and out of the wallet when it is paid", async () => {
    const { seller } = await open();
    const payout = await seller.payouts.create({ ...payment, request_id: "p-1" });
    expect(payout).toMatchObject({ status: "SCHEDULED", request_id: "p-1", transfer_amount: 200 });
    const held = { available_amount: 800, reserved_amount: 200, total_amount: 1000 };
    expect(await seller.balances.current()).toMatchObject([held]);
    for (const next_status of ["PROCESSING", "SENT", "PAID"] as const) {
      const moved = await seller.simulation.transfers.transition(payout.id, { next_status });
      expect(moved).toMatchObject({ id: payout.id, status: next_status });
    }
    const paid = { available_amount: 800, reserved_amount: 0, total_amount: 800 };
    expect(await seller.balances.current()).toMatchObject([paid]);
    expect(await seller.payouts.retrieve(payout.id)).toMatchObject({ status: "PAID" });
  });

  test.each(["SCHEDULED", "PROCESSING", "SENT"] as const)(
    "that fails when it is %s comes back",
    async (status) => {
      const { seller } = await open();
      const { id } = await seller.payouts.create(payment);
      for (const next_status of ["PROCESSING", "SENT"] as const) {
        if ((await seller.payouts.retrieve(id)).status === status) break;
        await seller.simulation.transfers.transition(id, { next_status });
      }
      const failure_type = "BENEFICIARY_NAME_MISMATCH";
      await seller.simulation.transfers.transition(id, { next_status: "FAILED", failure_type });
      expect(await seller.payouts.retrieve(id)).toMatchObject({
        status: "FAILED",
        failure: { code: failure_type },
      });
      expect(await seller.balances.current()).toMatchObject([
        { available_amount: 1000, reserved_amount: 0 },
      ]);
    },
  );

  test("goes its way by the clock, unless nothing is to be settled", async () => {
    const { emulator, seller } = await open();
    const { id } = await seller.payouts.create(payment);
    emulator.clock.advance("1m");
    expect(await seller.payouts.retrieve(id)).toMatchObject({ status: "PROCESSING" });
    emulator.clock.advance("5m");
    expect(await seller.payouts.retrieve(id)).toMatchObject({ status: "SENT" });
    emulator.clock.advance("1h");
    expect(await seller.payouts.retrieve(id)).toMatchObject({ status: "PAID" });

    const still = await open({ settleAfterMs: false });
    const other = await still.seller.payouts.create(payment);
    still.emulator.clock.advance("7d");
    expect(await still.seller.payouts.retrieve(other.id)).toMatchObject({ status: "SCHEDULED" });
  });

  test("can be cancelled until it is sent", async () => {
    const { seller } = await open();
    const early = await seller.payouts.create(payment);
    await seller.payouts.cancel(early.id);
    await seller.payouts.cancel(early.id);
    expect(await seller.payouts.retrieve(early.id)).toMatchObject({ status: "CANCELLED" });
    expect(await seller.balances.current()).toMatchObject([{ available_amount: 1000 }]);

    const late = await seller.payouts.create(payment);
    for (const next_status of ["PROCESSING", "SENT"] as const) {
      await seller.simulation.transfers.transition(late.id, { next_status });
    }
    await expect(seller.payouts.cancel(late.id)).rejects.toMatchObject({
      apiCode: "update_unsupported",
    });
  });

  test.each([
    ["SCHEDULED", "SENT"],
    ["SCHEDULED", "PAID"],
    ["CANCELLED", "PROCESSING"],
  ] as const)("that is %s does not become %s", async (status, next_status) => {
    const { seller } = await open();
    const { id } = await seller.payouts.create(payment);
    if (status === "CANCELLED") await seller.payouts.cancel(id);
    const moved = seller.simulation.transfers.transition(id, { next_status });
    await expect(moved).rejects.toMatchObject({ apiCode: "invalid_status_for_operation" });
  });

  test("is refused where the wallet holds too little, and for beneficiaries that are not there", async () => {
    const { seller } = await open();
    const refused = (params: object) =>
      seller.payouts.create({ ...payment, ...params }).catch((error: unknown) => error);
    expect(await refused({ transfer_amount: "1000.01" })).toMatchObject({
      apiCode: "balance_insufficient",
    });
    expect(await refused({ beneficiary: undefined, beneficiary_id: "none" })).toMatchObject({
      apiCode: "validation_failed",
    });
    expect(await refused({ source_amount: "10" })).toMatchObject({ apiCode: "validation_failed" });
    const { account_routing_value1: _, ...half } = supplier.bank_details;
    expect(await refused({ beneficiary: { ...supplier, bank_details: half } })).toMatchObject({
      apiCode: "validation_failed",
    });
    expect(await seller.balances.current()).toMatchObject([{ available_amount: 1000 }]);
  });

  test("is visible only to its own account", async () => {
    const { client, seller } = await open();
    const { id } = await seller.payouts.create(payment);
    await expect(client.payouts.retrieve(id)).rejects.toMatchObject({ code: "not_found" });
    expect((await client.payouts.list()).items).toEqual([]);
    expect((await seller.payouts.list()).items).toMatchObject([{ id }]);
  });

  test("is listed for 30 days without page, and for ever with it", async () => {
    const { emulator, seller } = await open();
    const { id } = await seller.payouts.create({ ...payment, request_id: "p-1" });
    emulator.clock.advance("31d");
    expect((await seller.payouts.list()).items).toEqual([]);
    expect((await seller.payouts.list({ page: "0" })).items).toMatchObject([{ id }]);
    const from_created_at = "2026-09-01";
    expect((await seller.payouts.list({ from_created_at })).items).toMatchObject([{ id }]);
  });

  test("knows a request_id for 7 days", async () => {
    const { emulator, seller } = await open();
    const first = await seller.payouts.create({ ...payment, request_id: "p-1" });
    emulator.clock.advance("6d");
    expect((await seller.payouts.create({ ...payment, request_id: "p-1" })).id).toBe(first.id);
    emulator.clock.advance("25h");
    expect((await seller.payouts.create({ ...payment, request_id: "p-1" })).id).not.toBe(first.id);
  });

  test("sends a webhook for each status", async () => {
    const events: { name: string; data: object }[] = [];
    const fetch = async (request: Request) => {
      events.push(JSON.parse(await request.text()));
      return new Response();
    };
    const { emulator, seller } = await open({ webhooks: { fetch } });
    emulator.webhooks.subscribe({
      url: "http://receiver.localhost/",
      events: ["payout.transfer.scheduled", "payout.transfer.cancelled"],
    });
    const { id } = await seller.payouts.create(payment);
    await seller.payouts.cancel(id);
    await emulator.webhooks.settled();
    expect(events.map(({ name }) => name)).toEqual([
      "payout.transfer.scheduled",
      "payout.transfer.cancelled",
    ]);
    expect(events[1]?.data).toMatchObject({ id, status: "CANCELLED" });
  });

  test("pays the platform its fee when it is paid, and none when it fails", async () => {
    const { emulator, client, seller } = await open();
    const before = emulator.money.balance((await client.accounts.current()).id, "USD");
    const fee = { type: "FIXED", amount: "150", currency: "USD", source_type: "TRANSFER" } as const;
    const params = { ...payment, application_fee_options: [fee] };
    const failing = await seller.payouts.create(params);
    expect(await seller.balances.current()).toMatchObject([{ available_amount: 798.5 }]);
    await seller.simulation.transfers.transition(failing.id, { next_status: "FAILED" });
    const paid = await seller.payouts.create(params);
    expect(paid.application_fees).toEqual([
      { amount: "1.50", currency: "USD", source_type: "TRANSFER" },
    ]);
    emulator.clock.advance("1d");
    const after = emulator.money.balance((await client.accounts.current()).id, "USD");
    expect(Number(after) - Number(before)).toBeCloseTo(1.5, 6);
    expect(await seller.balances.current()).toMatchObject([{ available_amount: 798.5 }]);
  });
});
