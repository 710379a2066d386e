/** Global accounts, deposits, conversions and statements of the emulator: what an account holds. */

import type { EmulatorOptions } from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import { openSeller } from "../seller.js";

async function open(options: EmulatorOptions = {}) {
  const opened = await openSeller(options);
  opened.emulator.money.setBalance(opened.id, "EUR", "1000");
  return opened;
}

const pair = { sell_currency: "EUR", buy_currency: "USD" } as const;
const half = { ...pair, sell_amount: "500.00" } as const;

describe("lists without a beginning", () => {
  test("conversions go back 31 days, deposits 30", async () => {
    const { emulator, seller, id: accountId } = await open();
    await seller.conversions.create({ ...half, request_id: "c-1" });
    const global_account_id = emulator.money.openGlobalAccount({ accountId, currency: "EUR" });
    await seller.simulation.deposits.create({ global_account_id, amount: 5 });
    emulator.clock.advance("29d");
    expect((await seller.deposits.list()).items.length).toBe(1);
    emulator.clock.advance("36h");
    expect((await seller.deposits.list()).items).toEqual([]);
    const from_created_at = "2026-09-01";
    expect((await seller.deposits.list({ from_created_at })).items.length).toBe(1);
    const to_created_at = "2026-09-02";
    expect((await seller.deposits.list({ to_created_at })).items.length).toBe(1);
    expect((await seller.conversions.list()).items.length).toBe(1);
    emulator.clock.advance("1d");
    expect((await seller.conversions.list()).items).toEqual([]);
    expect((await seller.conversions.list({ from_created_at })).items.length).toBe(1);
  });
});

describe("conversions.create()", () => {
  test("finds what a call of two months ago made with the same request_id", async () => {
    const { emulator, seller } = await open();
    const first = await seller.conversions.create({ ...half, request_id: "c-1" });
    emulator.clock.advance("60d");
    const again = await seller.conversions.create({ ...half, request_id: "c-1" });
    expect(again.conversion_id).toBe(first.conversion_id);
  });
});

describe("globalAccounts.create()", () => {
  test("finds what another call made, behind a page of newer accounts", async () => {
    const { seller } = await open();
    const features = { country_code: "DE", required_features: [{ currency: "EUR" }] } as const;
    const first = await seller.globalAccounts.create({ ...features, request_id: "g-1" });
    for (let i = 0; i < 101; i++) await seller.globalAccounts.create(features);
    const again = await seller.globalAccounts.create({ ...features, request_id: "g-1" });
    expect(again.id).toBe(first.id);
  });
});

describe("settleAfterMs", () => {
  test("is the time that a global account takes to become active", async () => {
    const { emulator, seller } = await open({ settleAfterMs: 1000 });
    const features = { country_code: "DE", required_features: [{ currency: "EUR" }] } as const;
    const [opened, closed] = [
      await seller.globalAccounts.create(features),
      await seller.globalAccounts.create(features),
    ];
    expect(opened.status).toBe("PROCESSING");
    const early = seller.simulation.deposits.create({ global_account_id: opened.id, amount: 5 });
    await expect(early).rejects.toMatchObject({ apiCode: "invalid_argument" });
    await seller.globalAccounts.close(closed.id);
    emulator.clock.advance("1s");
    const { status } = await seller.globalAccounts.retrieve(opened.id);
    expect(status).toBe("ACTIVE");
    expect((await seller.globalAccounts.retrieve(closed.id)).status).toBe("CLOSED");
    await seller.simulation.deposits.create({ global_account_id: opened.id, amount: 5 });
  });
});
