/** Payouts: what tests add, and how simulations move them along. */

import { createClient } from "airwallex-connect";
import { type EmulatorOptions, startEmulator } from "airwallex-connect/emulator";
import { describe, expect, onTestFinished, test } from "vitest";
import { minimal } from "./inputs.js";

async function open(options: EmulatorOptions = {}) {
  const fixed = { now: "2026-09-01T10:00:00Z", frozen: true } as const;
  const emulator = await startEmulator({ ...fixed, ...options });
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  return { emulator, client, simulation: client.simulation };
}

const wrongStatus = { code: "invalid_request", apiCode: "invalid_status_for_operation" };
const notThere = { code: "not_found", apiCode: "not_found" };

describe("payouts", () => {
  test("go from scheduled to paid, and keep the data they were added with", async () => {
    const { emulator, simulation } = await open();
    emulator.money.addPayout({ id: "tfr_1", reference: "Rent", transfer_amount: 100 });
    emulator.clock.advance("1m");
    for (const next_status of ["OVERDUE", "PROCESSING", "SENT", "PAID"] as const) {
      expect(await simulation.transfers.transition("tfr_1", { next_status })).toMatchObject({
        id: "tfr_1",
        reference: "Rent",
        transfer_amount: 100,
        status: next_status,
        updated_at: "2026-09-01T10:01:00+00:00",
      });
    }
    expect(emulator.money.payouts()).toMatchObject([{ id: "tfr_1", status: "PAID" }]);
  });

  test("fail for the given reason, and with OTHER if none is given", async () => {
    const { emulator, simulation } = await open();
    emulator.money.addPayout({ id: "tfr_1", status: "SENT" });
    emulator.money.addPayout({ id: "tfr_2" });
    const failure_type = "BENEFICIARY_NAME_MISMATCH";
    const failed = { next_status: "FAILED" } as const;
    expect(
      await simulation.transfers.transition("tfr_1", { ...failed, failure_type }),
    ).toMatchObject({ status: "FAILED", failure_type });
    expect(await simulation.transfers.transition("tfr_2", failed)).toMatchObject({
      failure_type: "OTHER",
    });
  });

  test.each([
    ["SCHEDULED", "SENT"],
    ["SCHEDULED", "PAID"],
    ["PROCESSING", "OVERDUE"],
    ["PROCESSING", "PROCESSING"],
    ["SENT", "CANCELLED"],
    ["PAID", "FAILED"],
    ["FAILED", "PROCESSING"],
    ["CANCELLED", "PROCESSING"],
  ] as const)("that are %s do not become %s", async (status, next_status) => {
    const { emulator, simulation } = await open();
    emulator.money.addPayout({ id: "tfr_1", status });
    const moved = simulation.transfers.transition("tfr_1", { next_status });
    await expect(moved).rejects.toMatchObject(wrongStatus);
    expect(emulator.money.payouts()).toMatchObject([{ id: "tfr_1", status }]);
  });

  test("send a webhook for each status", async () => {
    const events: { name: string; data: object }[] = [];
    const fetch = async (request: Request) => {
      events.push(JSON.parse(await request.text()));
      return new Response();
    };
    const { emulator, simulation } = await open({ webhooks: { fetch } });
    emulator.webhooks.subscribe({
      url: "http://receiver.localhost/",
      events: ["payout.transfer.processing", "payout.transfer.cancelled"],
    });
    emulator.money.addPayout({ id: "tfr_1" });
    await simulation.transfers.transition("tfr_1", { next_status: "PROCESSING" });
    await simulation.transfers.transition("tfr_1", { next_status: "CANCELLED" });
    await emulator.webhooks.settled();
    expect(events.map(({ name }) => name)).toEqual([
      "payout.transfer.processing",
      "payout.transfer.cancelled",
    ]);
    expect(events[0]?.data).toMatchObject({ id: "tfr_1", status: "PROCESSING" });
  });
});

describe("an added payout", () => {
  test("is visible only to its own account", async () => {
    const { emulator, client, simulation } = await open();
    const { id: accountId } = await client.accounts.create(minimal);
    const seller = client.onBehalfOf(accountId);
    emulator.money.addPayout({ id: "one" }, { accountId });
    const next = { next_status: "PROCESSING" } as const;
    await expect(simulation.transfers.transition("one", next)).rejects.toMatchObject(notThere);
    const moved = await seller.simulation.transfers.transition("one", next);
    expect(moved).toMatchObject({ id: "one", status: "PROCESSING" });
    expect(() => emulator.money.addPayout({}, { accountId: "acct_none" })).toThrow(RangeError);
  });

  test("is a copy, has its own id, and replaces a payout with the same id", async () => {
    const { emulator } = await open();
    const nested = { beneficiary: { name: "Ada" } };
    const made = emulator.money.addPayout(nested);
    nested.beneficiary.name = "Grace";
    expect(emulator.money.payouts()).toEqual([made]);
    expect(made).toMatchObject({
      id: expect.stringMatching(/^transfer_/),
      status: "SCHEDULED",
      beneficiary: { name: "Ada" },
      ...{ transfer_amount: 100, transfer_currency: "USD", funding: { status: "FUNDED" } },
    });
    emulator.money.addPayout({ id: made.id, status: "SENT" });
    expect(emulator.money.payouts()).toMatchObject([{ id: made.id, status: "SENT" }]);
    emulator.reset();
    expect(emulator.money.payouts()).toEqual([]);
  });
});
