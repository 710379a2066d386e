/** Capabilities and funding limits: who may ask for them, how they are decided, and what they are then. */

import { createClient } from "airwallex-connect";
import { createEmulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { minimal, storeDetails } from "./inputs.js";

async function open(options: EmulatorOptions = {}, details: object = {}) {
  const emulator = createEmulator(options);
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create({
    ...minimal,
    account_details: { ...minimal.account_details, ...details },
  });
  emulator.accounts.setStatus(id, "ACTIVE");
  return { emulator, client, id, capabilities: client.onBehalfOf(id).capabilities };
}

test("a capability is off until it is requested and decided", async () => {
  const { emulator, client, id, capabilities } = await open({
    now: "2026-09-01T10:00:00Z",
    frozen: true,
  });
  const off = {
    comment: "",
    details: { reason_codes: [] },
    entity_type: "BUSINESS",
    id: "payments_visa",
    status: "DISABLED",
    updated_at: "2026-09-01T10:00:00+00:00",
  };
  expect(await capabilities.retrieve("payments_visa")).toEqual(off);
  emulator.clock.advance("1m");
  const pending = { ...off, status: "PENDING", updated_at: "2026-09-01T10:01:00+00:00" };
  expect(await capabilities.enable("payments_visa")).toEqual(pending);
  // Asking again changes nothing while it is under way.
  emulator.clock.advance("1m");
  expect(await capabilities.enable("payments_visa")).toEqual(pending);

  const refusal = { reasonCodes: ["PROHIBITED_BUSINESS"], comment: "Not this one." };
  emulator.capabilities.decide(id, "payments_visa", { status: "DISABLED", ...refusal });
  expect(await capabilities.retrieve("payments_visa")).toMatchObject({
    status: "DISABLED",
    comment: "Not this one.",
    details: { reason_codes: ["PROHIBITED_BUSINESS"] },
  });
  expect(await capabilities.enable("payments_visa")).toMatchObject({
    status: "PENDING",
    details: { reason_codes: [] },
  });
  emulator.capabilities.decide(id, "payments_visa", { status: "ENABLED" });
  expect((await capabilities.enable("payments_visa")).status).toBe("ENABLED");
  // Capabilities are independent of each other, and so are accounts.
  expect((await capabilities.retrieve("payments_jcb")).status).toBe("DISABLED");
  expect((await client.capabilities.retrieve("payments_visa")).status).toBe("DISABLED");
});

test.each(["visa", "payments_", "payments_Visa", "transfer_usd_local"])(
  "%s is not a capability",
  async (name) => {
    const { emulator, id, capabilities } = await open();
    for (const call of [capabilities.retrieve, capabilities.enable]) {
      await expect(call(name)).rejects.toMatchObject({
        status: 400,
        apiCode: "capability_not_supported",
      });
    }
    expect(() => emulator.capabilities.decide(id, name, { status: "ENABLED" })).toThrow(RangeError);
  },
);

test("only a verified account can be granted capabilities", async () => {
  const { emulator, id, capabilities } = await open();
  emulator.accounts.setStatus(id, "SUBMITTED");
  await expect(capabilities.enable("payments_visa")).rejects.toMatchObject({
    apiCode: "invalid_status_for_operation",
  });
  expect((await capabilities.retrieve("payments_visa")).status).toBe("DISABLED");
  const decide = () =>
    emulator.capabilities.decide("acct_no", "payments_visa", { status: "ENABLED" });
  expect(decide).toThrow(RangeError);
});

test("the clock decides requests: payments need store details, other capabilities do not", async () => {
  for (const [details, status] of [
    [{ store_details: storeDetails }, "ENABLED"],
    [{}, "DISABLED"],
  ] as const) {
    const { emulator, capabilities } = await open({ reviewAfterMs: 60_000 }, details);
    await capabilities.enable("payments_visa");
    await capabilities.enable("transfer_cny_local");
    emulator.clock.advance("61s");
    expect((await capabilities.retrieve("payments_visa")).status).toBe(status);
    expect((await capabilities.retrieve("transfer_cny_local")).status).toBe("ENABLED");
  }
});

test.each([{ cut: "before" }, { cut: "after" }, { cut: "midBody" }] as const)(
  "enable() finds out by itself what became of it: %o",
  async (effect) => {
    const { emulator, capabilities } = await open();
    emulator.faults.next("capabilities.enable", effect);
    expect((await capabilities.enable("payments_visa")).status).toBe("PENDING");
    const sent = emulator.requests.filter(({ endpoint }) => endpoint === "capabilities.enable");
    expect(sent).toHaveLength(effect.cut === "before" ? 2 : 1);
  },
);

test("funding limits are those that a test has set, listed by currency and page", async () => {
  const { emulator, id, capabilities } = await open();
  expect(await capabilities.fundingLimits()).toEqual({ has_more: false, items: [] });
  const limit = { type: "DIRECT_DEBIT_DEPOSIT", status: "ACTIVE", limit: 50_000, available: 1 };
  const limits = [
    { ...limit, currency: "AUD" },
    { ...limit, currency: "USD" },
  ];
  emulator.capabilities.setFundingLimits(id, limits);
  expect(await capabilities.fundingLimits({ page_size: 1 }).toArray({ limit: 10 })).toEqual(limits);
  expect((await capabilities.fundingLimits({ currency: "USD" })).items).toEqual([limits[1]]);
  emulator.capabilities.setFundingLimits(id, []);
  expect((await capabilities.fundingLimits()).items).toEqual([]);
  expect(() => emulator.capabilities.setFundingLimits("acct_none", [])).toThrow(RangeError);
});
