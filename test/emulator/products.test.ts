/** Payouts, linked accounts, payments and cards: objects that tests add, and how simulations change them. */

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
    emulator.simulated.put("transfer", { id: "tfr_1", reference: "Rent", transfer_amount: 100 });
    emulator.clock.advance("1m");
    for (const next_status of ["OVERDUE", "PROCESSING", "SENT", "PAID"] as const) {
      expect(await simulation.transfers.transition("tfr_1", { next_status })).toEqual({
        id: "tfr_1",
        reference: "Rent",
        transfer_amount: 100,
        status: next_status,
        updated_at: "2026-09-01T10:01:00+00:00",
      });
    }
    expect(emulator.simulated.list("transfer")).toMatchObject([{ id: "tfr_1", status: "PAID" }]);
  });

  test("fail for the given reason, and with OTHER if none is given", async () => {
    const { emulator, simulation } = await open();
    emulator.simulated.put("transfer", { id: "tfr_1", status: "SENT" });
    emulator.simulated.put("transfer", { id: "tfr_2" });
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
    emulator.simulated.put("transfer", { id: "tfr_1", status });
    const moved = simulation.transfers.transition("tfr_1", { next_status });
    await expect(moved).rejects.toMatchObject(wrongStatus);
    expect(emulator.simulated.list("transfer")).toEqual([{ id: "tfr_1", status }]);
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
    emulator.simulated.put("transfer", { id: "tfr_1" });
    await simulation.transfers.transition("tfr_1", { next_status: "PROCESSING" });
    await simulation.transfers.transition("tfr_1", { next_status: "CANCELLED" });
    await emulator.webhooks.settled();
    expect(events.map(({ name }) => name)).toEqual([
      "payout.transfer.processing",
      "payout.transfer.cancelled",
    ]);
    expect(events[0]?.data).toMatchObject({ id: "tfr_1", status: "PROCESSING" });
  });

  test("of the older API accept any status except one after their final one", async () => {
    const { emulator, simulation } = await open();
    emulator.simulated.put("payment", { payment_id: "pay_1" });
    const { transition } = simulation.payments;
    expect(await transition("pay_1", { next_status: "DISPATCHED" })).toMatchObject({
      payment_id: "pay_1",
      status: "DISPATCHED",
      last_updated_at: "2026-09-01T10:00:00+00:00",
    });
    const again = transition("pay_1", { next_status: "DISPATCHED" });
    await expect(again).rejects.toMatchObject(wrongStatus);
    const failed = { next_status: "FAILED", failure_type: "ACCOUNT_CLOSED" } as const;
    expect(await transition("pay_1", failed)).toMatchObject({ failure_type: "ACCOUNT_CLOSED" });
    const late = transition("pay_1", { next_status: "NEW" });
    await expect(late).rejects.toMatchObject(wrongStatus);
  });
});

describe("linked accounts", () => {
  test("have a mandate that is accepted, and later cancelled", async () => {
    const { emulator, simulation } = await open();
    const { id } = emulator.simulated.put("linked_account") as { id: string };
    const mandate = () => emulator.simulated.list("linked_account")[0]?.["mandate"];
    const { linkedAccounts } = simulation;
    expect(mandate()).toEqual({ status: "PROCESSING" });
    expect(await linkedAccounts.acceptMandate(id)).toBeUndefined();
    expect(mandate()).toEqual({ status: "ACTIVE" });
    await expect(linkedAccounts.acceptMandate(id)).rejects.toMatchObject(wrongStatus);
    await expect(linkedAccounts.rejectMandate(id)).rejects.toMatchObject(wrongStatus);
    await linkedAccounts.cancelMandate(id);
    expect(mandate()).toEqual({ status: "INACTIVE" });
    await expect(linkedAccounts.cancelMandate(id)).rejects.toMatchObject(wrongStatus);
  });

  test("have a mandate that is rejected, or none at all", async () => {
    const { emulator, simulation } = await open();
    emulator.simulated.put("linked_account", { id: "la_1" });
    await simulation.linkedAccounts.rejectMandate("la_1");
    expect(emulator.simulated.list("linked_account")).toMatchObject([
      { mandate: { status: "INACTIVE" } },
    ]);
    emulator.simulated.put("linked_account", { id: "la_2", mandate: undefined });
    const none = simulation.linkedAccounts.acceptMandate("la_2");
    await expect(none).rejects.toMatchObject(wrongStatus);
  });

  test("can fail their verification once", async () => {
    const { emulator, simulation } = await open();
    emulator.simulated.put("linked_account", { id: "la_1" });
    await simulation.linkedAccounts.failMicrodeposits("la_1");
    expect(emulator.simulated.list("linked_account")).toMatchObject([
      { id: "la_1", status: "FAILED", reason: "VERIFICATION_FAILED" },
    ]);
    const again = simulation.linkedAccounts.failMicrodeposits("la_1");
    await expect(again).rejects.toMatchObject(wrongStatus);
  });
});

describe("payments", () => {
  test.each(["pay", "reject", "verify"])("have a shopper who can %s", async (action) => {
    const { emulator, simulation } = await open();
    const url = "https://checkout.example.com/pay/1";
    expect(await simulation.shopperActions.perform(action, { url })).toBeUndefined();
    expect(emulator.requests.at(-1)).toMatchObject({
      path: `/api/v1/simulation/pa/shopper_actions/${action}`,
      status: 200,
    });
  });

  test("have a shopper with no other actions, who needs a valid URL", async () => {
    const { simulation } = await open();
    const { perform } = simulation.shopperActions;
    await expect(perform("dance", { url: "https://example.com" })).rejects.toMatchObject({
      status: 400,
      apiCode: "operation_not_supported",
    });
    await expect(perform("pay", { url: "here" })).rejects.toMatchObject({
      status: 400,
      apiCode: "validation_error",
      source: "url",
    });
  });

  const dispute = {
    payment_intent_id: "int_1",
    stage: "PRE_CHARGEBACK",
    reason_code: "4837",
    due_at: "2026-09-20T00:00:00+00:00",
    amount: 100,
    comment: "It never came",
    documents: ["file"],
  } as const;

  test("are disputed, escalated and decided", async () => {
    const { emulator, simulation } = await open();
    const { create, escalate, resolve } = simulation.paymentDisputes;
    const made = await create(dispute);
    expect(made).toEqual({
      id: expect.any(String),
      payment_intent_id: "int_1",
      stage: "PRE_CHARGEBACK",
      status: "REQUIRES_RESPONSE",
      reason: { original_code: "4837" },
      amount: 100,
      due_at: dispute.due_at,
      issuer_comment: "It never came",
      issuer_documents: ["file"],
      created_at: "2026-09-01T10:00:00+00:00",
      updated_at: "2026-09-01T10:00:00+00:00",
    });
    emulator.clock.advance("1d");
    const due_at = "2026-10-20T00:00:00+00:00";
    expect(await escalate(made.id, { due_at, amount: 80 })).toMatchObject({
      ...{ stage: "CHARGEBACK", due_at, amount: 80, issuer_comment: "It never came" },
      updated_at: "2026-09-02T10:00:00+00:00",
    });
    expect(await escalate(made.id, { due_at })).toMatchObject({ stage: "PRE_ARBITRATION" });
    await expect(escalate(made.id, { due_at })).rejects.toMatchObject(wrongStatus);
    expect(await resolve(made.id, { in_favor_of: "MERCHANT" })).toMatchObject({ status: "WON" });
    await expect(resolve(made.id, { in_favor_of: "CUSTOMER" })).rejects.toMatchObject(wrongStatus);
    await expect(escalate(made.id, { due_at })).rejects.toMatchObject(wrongStatus);
    const other = await create({ ...dispute, stage: "RFI" });
    expect(await resolve(other.id, { in_favor_of: "CUSTOMER" })).toMatchObject({ status: "LOST" });
  });
});

describe("cards", () => {
  const payment = {
    card_id: "card_1",
    transaction_amount: 50,
    transaction_currency: "USD",
    merchant_info: "Merchant A",
    merchant_category_code: "4829",
  };

  test("are authorised, captured in part and refunded", async () => {
    const { simulation } = await open();
    const { issuing } = simulation;
    const authorisation = await issuing.create(payment);
    expect(authorisation).toMatchObject({
      transaction_type: "AUTHORIZATION",
      status: "PENDING",
      transaction_amount: 50,
      card_id: "card_1",
      merchant: { name: "Merchant A", category_code: "4829" },
      posted_date: null,
    });
    const { transaction_id: id } = authorisation;
    const captured = await issuing.capture(id, { transaction_amount: 20 });
    expect(captured).toMatchObject({
      ...{ transaction_type: "CLEARING", status: "APPROVED", transaction_amount: 20 },
      posted_date: "2026-09-01T10:00:00+00:00",
    });
    expect(captured.transaction_id).not.toBe(id);
    await expect(issuing.capture(id)).rejects.toMatchObject(wrongStatus);
    await expect(issuing.reverse(id)).rejects.toMatchObject(wrongStatus);
    const refund = { ...payment, transaction_amount: 5, transaction_id: captured.transaction_id };
    expect(await issuing.refund(refund)).toMatchObject({
      ...{ transaction_type: "REFUND", status: "APPROVED", transaction_amount: 5 },
    });
    const early = issuing.refund({ ...refund, transaction_id: id });
    await expect(early).rejects.toMatchObject(wrongStatus);
  });

  test("are reversed in part, and then by no more than what is left", async () => {
    const { simulation } = await open();
    const { create, reverse, capture } = simulation.issuing;
    const { transaction_id: id } = await create(payment);
    expect(await reverse(id, { transaction_amount: 30 })).toMatchObject({
      ...{ transaction_type: "REVERSAL", transaction_amount: 30 },
    });
    await expect(reverse(id, { transaction_amount: 21 })).rejects.toMatchObject({
      ...{ apiCode: "invalid_argument", source: "transaction_amount" },
    });
    expect(await capture(id)).toMatchObject({ transaction_amount: 20 });
    const second = await create(payment);
    expect(await reverse(second.transaction_id)).toMatchObject({ transaction_amount: 50 });
    await expect(capture(second.transaction_id)).rejects.toMatchObject(wrongStatus);
  });

  test("are captured at once, or fail as told to", async () => {
    const { simulation } = await open();
    const { create, capture } = simulation.issuing;
    expect(await create({ ...payment, single_phase: true })).toMatchObject({
      ...{ transaction_type: "CLEARING", status: "APPROVED" },
    });
    const failed = await create({ ...payment, transaction_failure_reason: "CVV_INVALID" });
    expect(failed).toMatchObject({ status: "FAILED", failure_reason: "CVV_INVALID" });
    await expect(capture(failed.transaction_id)).rejects.toMatchObject(wrongStatus);
  });

  test("need a number or an id, an amount, and an existing authorisation when they name one", async () => {
    const { simulation } = await open();
    const { create, refund } = simulation.issuing;
    const { card_id: _, ...rest } = payment;
    const numbered = await create({ ...rest, card_number: "4111111111111234" });
    expect(numbered.masked_card_number).toBe("************1234");
    expect(JSON.stringify(numbered)).not.toContain("4111");
    const missing = { apiCode: "field_required", source: "card_id" };
    await expect(create(rest)).rejects.toMatchObject(missing);
    await expect(refund(rest)).rejects.toMatchObject(missing);
    await expect(create({ ...payment, transaction_amount: 0 })).rejects.toMatchObject({
      ...{ apiCode: "invalid_argument", source: "transaction_amount" },
    });
    const none = create({ ...payment, transaction_id: "none" });
    await expect(none).rejects.toMatchObject(notThere);
    const { transaction_id } = numbered;
    expect(await create({ ...payment, transaction_id })).toMatchObject({ status: "PENDING" });
  });

  test("have holders who pass their review once", async () => {
    const { emulator, simulation } = await open();
    emulator.simulated.put("cardholder", { cardholder_id: "ch_1" });
    expect(await simulation.cardholders.passReview("ch_1")).toBeUndefined();
    expect(emulator.simulated.list("cardholder")).toEqual([
      { cardholder_id: "ch_1", status: "READY" },
    ]);
    await expect(simulation.cardholders.passReview("ch_1")).rejects.toMatchObject(wrongStatus);
  });
});

describe("an added object", () => {
  test("is visible only to its own account, and only as its own kind", async () => {
    const { emulator, client, simulation } = await open();
    const { id } = await client.accounts.create(minimal);
    const seller = client.onBehalfOf(id);
    emulator.simulated.put("transfer", { id: "one", accountId: id });
    const next = { next_status: "PROCESSING" } as const;
    await expect(simulation.transfers.transition("one", next)).rejects.toMatchObject(notThere);
    await expect(simulation.payments.transition("one", next)).rejects.toMatchObject(notThere);
    const moved = await seller.simulation.transfers.transition("one", next);
    expect(moved).toEqual({ id: "one", status: "PROCESSING", updated_at: expect.any(String) });
  });

  test("is a copy, has its own id, and replaces an object with the same id", async () => {
    const { emulator } = await open();
    const nested = { beneficiary: { name: "Ada" } };
    const made = emulator.simulated.put("transfer", nested);
    nested.beneficiary.name = "Grace";
    expect(emulator.simulated.list("transfer")).toEqual([made]);
    expect(made).toEqual({
      id: expect.stringMatching(/^transfer_/),
      status: "SCHEDULED",
      beneficiary: { name: "Ada" },
    });
    emulator.simulated.put("transfer", { id: made["id"], status: "SENT" });
    expect(emulator.simulated.list("transfer")).toEqual([{ id: made["id"], status: "SENT" }]);
    emulator.reset();
    expect(emulator.simulated.list("transfer")).toEqual([]);
  });

  test("is of a known kind", async () => {
    const { emulator } = await open();
    expect(() => emulator.simulated.put("dream" as never)).toThrow(
      new RangeError(
        'Cannot put object: its kind is "dream", expected transfer, payment, linked_account, cardholder, payment_dispute, card_transaction',
      ),
    );
  });
});
