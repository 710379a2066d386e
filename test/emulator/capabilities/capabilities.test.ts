/** Capabilities and funding limits: who may ask for them, how they are decided, and what they are then. */

import { createClient } from "airwallex-connect";
import { createEmulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { minimal, storeDetails } from "../inputs.js";

const declaredByBusiness = {
  entity_type: "BUSINESS",
  business_declarant_info: {
    bank_details: { account_number: "6222", bank_name: "Bank", cnaps_code: "102100" },
    contact_email: "finance@example.com",
    economic_category_code: "110",
  },
} as const;

const onePerson = {
  business_person_details: [{ first_name: "Wei", last_name: "Li", roles: ["BENEFICIAL_OWNER"] }],
};

async function open(options: EmulatorOptions = {}, details: object = {}) {
  const emulator = createEmulator(options);
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
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
    await capabilities.enable("transfer_cny_local", declaredByBusiness);
    emulator.clock.advance("61s");
    expect((await capabilities.retrieve("payments_visa")).status).toBe(status);
    expect((await capabilities.retrieve("transfer_cny_local")).status).toBe("ENABLED");
  }
});

test("transfers in CNY need a declarant of the type that the request names", async () => {
  const { client, id, capabilities } = await open({}, onePerson);
  const { enable } = capabilities;
  const missing = { status: 400, apiCode: "field_required" };
  await expect(enable("transfer_cny_local")).rejects.toMatchObject({
    ...{ ...missing, source: "entity_type" },
  });
  const individual = { entity_type: "INDIVIDUAL" } as const;
  await expect(
    enable("transfer_cny_local", { ...declaredByBusiness, ...individual }),
  ).rejects.toMatchObject({ ...missing, source: "individual_declarant_info" });

  const { account_details } = await client.accounts.retrieve(id);
  const [person] = account_details?.business_person_details ?? [];
  const declaredBy = (person_id: string) => ({
    ...individual,
    individual_declarant_info: {
      bank_details: { account_number: "6222", bank_name: "Bank", mobile_number: "+8613" },
      contact_email: "wei@example.com",
      person_id,
    },
  });
  await expect(enable("transfer_cny_local", declaredBy("nobody"))).rejects.toMatchObject({
    ...{ apiCode: "invalid_person", source: "individual_declarant_info.person_id" },
  });
  const declared = await enable("transfer_cny_local", declaredBy(person?.person_id ?? ""));
  expect(declared.status).toBe("PENDING");
});

test("a request names the capability in its path and in its body", async () => {
  const { emulator, id, capabilities } = await open({ recordBodies: true });
  await capabilities.enable("payments_visa", { enroll_sme_program: true });
  const { requestBody } = emulator.requests.at(-1) ?? {};
  expect(JSON.parse(requestBody ?? "")).toEqual({ id: "payments_visa", enroll_sme_program: true });
  const api = await connect(emulator);
  const enable = (body?: object) =>
    api("POST", "/api/v1/account_capabilities/payments_jcb/enable", body, { "x-on-behalf-of": id });
  expect(await enable({ id: "payments_visa" })).toMatchObject({
    ...{ status: 400, body: { code: "bad_request", source: "id" } },
  });
  expect(await enable({})).toMatchObject({ status: 400, body: { code: "field_required" } });
  expect(await enable()).toMatchObject({ status: 200, body: { status: "PENDING" } });
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

test("funding limits are those that a test has set, listed by page", async () => {
  const { emulator, id, capabilities } = await open();
  expect(await capabilities.fundingLimits()).toEqual({ has_more: false, items: [] });
  const limit = { type: "DIRECT_DEBIT_DEPOSIT", status: "ACTIVE", limit: 50_000 };
  const limits = [
    { ...limit, currency: "AUD", availables: { BECS: 49_000.5, NPP: "50000.00" } },
    { ...limit, currency: "USD", mandate_type: "CONSUMER" },
  ];
  emulator.capabilities.setFundingLimits(id, limits);
  expect(await capabilities.fundingLimits({ page_size: 1 }).toArray({ limit: 10 })).toEqual(limits);
  // The currency is that of the amounts shown, not a filter.
  expect((await capabilities.fundingLimits({ ccy: "EUR" })).items).toEqual(limits);
  const consumers = await capabilities.fundingLimits({ mandate_type: "CONSUMER" });
  expect(consumers.items).toEqual([limits[1]]);
  emulator.capabilities.setFundingLimits(id, []);
  expect((await capabilities.fundingLimits()).items).toEqual([]);
  expect(() => emulator.capabilities.setFundingLimits("acct_none", [])).toThrow(RangeError);
});
