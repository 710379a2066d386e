import { describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../../src/emulator/index.js";
import { type Api, connect } from "../api.js";

interface Setting {
  readonly emulator: Emulator;
  readonly api: Api;
  readonly sellerId: string;
}

async function open(options: Parameters<typeof createEmulator>[0] = {}): Promise<Setting> {
  const emulator = createEmulator({ now: "2026-09-01T10:00:00Z", frozen: true, ...options });
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", {
    account_details: { legal_entity_type: "INDIVIDUAL" },
    primary_contact: { email: "ada@example.com" },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
  });
  emulator.accounts.setStatus(body.id, "ACTIVE");
  return { emulator, api, sellerId: body.id };
}

const transfers = "/api/v1/connected_account_transfers";

const transfer = (destination: string) => ({
  request_id: "payout-1",
  destination,
  amount: "12.50",
  currency: "USD",
  reason: "travel",
  reference: "Sales of September",
});

const events = (emulator: Emulator): readonly { name: string; body: string }[] =>
  emulator.webhooks.deliveries().filter(({ attempt }) => attempt === 1);

describe("POST /api/v1/connected_account_transfers/create", () => {
  it("returns the transfer, and the same one in every run", async () => {
    const run = async () => {
      const { api, sellerId } = await open();
      return await api("POST", `${transfers}/create`, transfer(sellerId));
    };
    const { status, body } = await run();
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      short_reference_id: expect.stringMatching(/^CT\d{8}$/),
      amount: 12.5,
      currency: "USD",
      destination: expect.stringMatching(/^acct_/),
      fee: 0,
      reason: "travel",
      reference: "Sales of September",
      additional_info: null,
      failure_reasons: [],
      request_id: "payout-1",
      status: "NEW",
      created_at: "2026-09-01T10:00:00+00:00",
      updated_at: "2026-09-01T10:00:00+00:00",
    });
    expect((await run()).body).toEqual(body);
  });

  it("refuses a second use of its request_id, even when no money is left", async () => {
    const { emulator, api, sellerId } = await open();
    emulator.money.setBalance(emulator.accounts.platformId, "USD", "12.50");
    await api("POST", `${transfers}/create`, transfer(sellerId));
    const { status, body } = await api("POST", `${transfers}/create`, transfer(sellerId));
    expect([status, body.code, body.source]).toEqual([400, "request_id_duplicate", "request_id"]);
    expect(emulator.money.balance(emulator.accounts.platformId, "USD")).toBe("0.00");
  });

  it("refuses a second use of its request_id, even when the other account is no longer active", async () => {
    const { emulator, api, sellerId } = await open();
    emulator.money.setBalance(sellerId, "USD", "100");
    const { destination: _, ...charge } = { ...transfer(sellerId), source: sellerId };
    await api("POST", `${transfers}/create`, transfer(sellerId));
    await api("POST", "/api/v1/charges/create", charge);
    emulator.accounts.setStatus(sellerId, "SUSPENDED");
    const again = [
      await api("POST", `${transfers}/create`, transfer(sellerId)),
      await api("POST", "/api/v1/charges/create", charge),
    ];
    expect(again.map(({ body }) => body.code)).toEqual(Array(2).fill("request_id_duplicate"));
  });

  it("is refused on behalf of an account that is not active", async () => {
    const { emulator, api, sellerId } = await open();
    emulator.money.setBalance(sellerId, "USD", "100");
    emulator.accounts.setStatus(sellerId, "SUSPENDED");
    const asSeller = { "x-on-behalf-of": sellerId };
    const { platformId } = emulator.accounts;
    const { status, body } = await api(
      "POST",
      `${transfers}/create`,
      transfer(platformId),
      asSeller,
    );
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(emulator.money.balance(sellerId, "USD")).toBe("100.00");
  });

  it("returns validation_failed for a body that does not fit, and names the fields", async () => {
    const { api, sellerId } = await open();
    const { reference: _, ...rest } = transfer(sellerId);
    const { status, body } = await api("POST", `${transfers}/create`, { ...rest, amount: "a" });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.details.errors.map(({ source }: { source: string }) => source)).toEqual([
      "amount",
      "reference",
    ]);
  });
});

describe("a transfer", () => {
  it("is settled by the clock, and sends an event for each status", async () => {
    const { emulator, api, sellerId } = await open({ settleAfterMs: 60_000 });
    const names = ["new", "pending", "settled"].map((end) => `connected_account_transfer.${end}`);
    emulator.webhooks.subscribe({ url: "http://127.0.0.1:9/", events: names });
    const { body } = await api("POST", `${transfers}/create`, transfer(sellerId));
    const reserved = (await api("GET", "/api/v1/balances/current")).body.find(
      ({ currency }: { currency: string }) => currency === "USD",
    );
    expect(reserved).toEqual({
      account_type: "cash",
      currency: "USD",
      available_amount: 999987.5,
      pending_amount: 0,
      prepayment_amount: 0,
      reserved_amount: 12.5,
      total_amount: 1000000,
    });
    expect(emulator.money.balance(sellerId, "USD")).toBe("0.00");
    emulator.clock.advance("61s");
    await emulator.webhooks.settled();
    expect((await api("GET", `${transfers}/${body.id}`)).body.status).toBe("SETTLED");
    expect(emulator.money.balance(sellerId, "USD")).toBe("12.50");
    const told = events(emulator);
    expect(told.map(({ name }) => name)).toEqual(names);
    expect(JSON.parse(told[2]?.body ?? "")).toMatchObject({
      account_id: emulator.accounts.platformId,
      source_id: body.id,
      created_at: "2026-09-01T10:01:00+00:00",
      data: { id: body.id, status: "SETTLED", amount: 12.5, request_id: "payout-1" },
    });
  });

  it("that fails returns the money, states its reasons, and is final", async () => {
    const { emulator, api, sellerId } = await open({ settleAfterMs: 60_000 });
    const { body } = await api("POST", `${transfers}/create`, transfer(sellerId));
    emulator.money.setStatus(body.id, "SUSPENDED");
    expect(emulator.money.balance(emulator.accounts.platformId, "USD")).toBe("999987.50");
    emulator.clock.advance("10m");
    emulator.money.setStatus(body.id, "FAILED", { reasons: ["rejected by review"] });
    expect(emulator.money.balance(emulator.accounts.platformId, "USD")).toBe("1000000.00");
    expect(emulator.money.balance(sellerId, "USD")).toBe("0.00");
    const { body: failed } = await api("GET", `${transfers}/${body.id}`);
    expect(failed).toMatchObject({ status: "FAILED", failure_reasons: ["rejected by review"] });
    expect(() => emulator.money.setStatus(body.id, "SETTLED")).toThrow(RangeError);
  });
});

describe("money", () => {
  it("keeps every digit, and the decimal places of each currency", async () => {
    const { emulator, api, sellerId } = await open();
    const { platformId } = emulator.accounts;
    emulator.money.setBalance(platformId, "USD", "90071992547409.93");
    expect((await api("GET", "/api/v1/balances/current")).body).toContainEqual(
      expect.objectContaining({ currency: "USD", available_amount: "90071992547409.93" }),
    );
    emulator.money.setBalance(platformId, "JPY", "9007199254740993");
    expect((await api("GET", "/api/v1/balances/current")).body).toContainEqual(
      expect.objectContaining({ currency: "JPY", available_amount: "9007199254740993" }),
    );
    emulator.money.setBalance(platformId, "JPY", 500);
    const yen = { ...transfer(sellerId), currency: "JPY", amount: "0.5" };
    expect((await api("POST", `${transfers}/create`, yen)).body.code).toBe("validation_failed");
    expect(emulator.money.balance(platformId, "JPY")).toBe("500");
    expect(() => emulator.money.setBalance(platformId, "JPY", "1.5")).toThrow(RangeError);
  });
});
