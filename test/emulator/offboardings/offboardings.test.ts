/** Offboardings: one at a time, what their end does to the account, and how they are listed. */

import { createClient } from "airwallex-connect";
import { createEmulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { minimal } from "../inputs.js";

const reason = { reason_code: "COMMERCIAL_DECISION", comment: "Has left." } as const;

/** Tokens outlive the jumps of the emulator's clock, because clients go by their own. */
async function open(options: EmulatorOptions = {}) {
  const emulator = createEmulator({ tokenLifetimeMs: 100 * 86_400_000, ...options });
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
  const account = await client.accounts.create(minimal);
  emulator.accounts.setStatus(account.id, "ACTIVE");
  return {
    emulator,
    client,
    id: account.id,
    entity: account.account_details?.legal_entity_id ?? "",
  };
}

test("a completed offboarding suspends the account, and closes it 30 days later", async () => {
  const { emulator, client, id } = await open({ frozen: true });
  const { id: offboardingId, ...created } = await client.offboardings.create(id, reason);
  const shown = () => `${emulator.clock.now().toISOString().slice(0, 19)}+00:00`;
  const createdAt = shown();
  const times = { created_at: createdAt, updated_at: createdAt };
  expect(created).toEqual({ ...reason, status: "PENDING", ...times });
  expect((await client.accounts.retrieve(id)).status).toBe("ACTIVE");

  emulator.clock.advance("2d");
  const completed = await client.simulation.offboardings.complete(id, offboardingId);
  expect(completed).toMatchObject({
    status: "COMPLETED",
    created_at: createdAt,
    updated_at: shown(),
  });
  expect((await client.accounts.retrieve(id)).status).toBe("SUSPENDED");
  await expect(client.accounts.reactivate(id)).rejects.toMatchObject({
    apiCode: "invalid_argument",
  });

  emulator.clock.advance("29d");
  expect((await client.accounts.retrieve(id)).status).toBe("SUSPENDED");
  emulator.clock.advance("1d");
  expect((await client.accounts.retrieve(id)).status).toBe("CLOSED");
  const earlier = { apiVersion: "2026-07-17" };
  expect((await client.accounts.retrieve(id, earlier)).status).toBe("SUSPENDED");
});

test("a cancelled offboarding leaves the account alone, and another may follow", async () => {
  const { client, id } = await open();
  const { id: offboardingId } = await client.offboardings.create(id, reason);
  const cancelled = await client.simulation.offboardings.cancel(id, offboardingId);
  expect(cancelled.status).toBe("CANCELLED");
  expect((await client.accounts.retrieve(id)).status).toBe("ACTIVE");
  for (const decide of [
    client.simulation.offboardings.cancel,
    client.simulation.offboardings.complete,
  ]) {
    await expect(decide(id, offboardingId)).rejects.toMatchObject({
      apiCode: "invalid_status_for_operation",
    });
  }
  expect((await client.offboardings.create(id, reason)).status).toBe("PENDING");
});

test.each(["CREATED", "SUBMITTED", "SUSPENDED", "DORMANT"] as const)(
  "an account that is %s can also be closed",
  async (status) => {
    const { emulator, client, id } = await open();
    emulator.accounts.setStatus(id, status);
    const { id: offboardingId } = await client.offboardings.create(id, reason);
    expect((await client.accounts.retrieve(id)).status).toBe(status);
    await client.simulation.offboardings.complete(id, offboardingId);
    expect((await client.accounts.retrieve(id)).status).toBe("SUSPENDED");
  },
);

test("a legal entity has one open offboarding across all its accounts", async () => {
  const { emulator, client, id, entity } = await open();
  const second = await client.accounts.create({
    identifier: "second",
    account_details: { legal_entity_id: entity },
    primary_contact: {},
    customer_agreements: minimal.customer_agreements,
  });
  const { id: offboardingId } = await client.offboardings.create(id, reason);
  for (const account of [id, second.id]) {
    await expect(client.offboardings.create(account, reason)).rejects.toMatchObject({
      status: 400,
      apiCode: "operation_failed",
    });
  }
  await client.simulation.offboardings.complete(id, offboardingId);
  // The account is about to be closed, the other one is not.
  await expect(client.offboardings.create(id, reason)).rejects.toMatchObject({ status: 400 });
  expect((await client.offboardings.create(second.id, reason)).status).toBe("PENDING");
  emulator.clock.advance("30d");
  await expect(client.offboardings.create(id, reason)).rejects.toMatchObject({ status: 400 });
});

test("the list is filtered by status and time, newest first, a page at a time", async () => {
  const { emulator, client, id } = await open();
  const ids: string[] = [];
  for (let day = 0; day < 25; day++) {
    const { id: one } = await client.offboardings.create(id, reason);
    await client.simulation.offboardings.cancel(id, one);
    ids.unshift(one);
    emulator.clock.advance("1d");
  }
  const page = await client.offboardings.list(id, { page_size: 10 });
  expect(page.items.map((one) => one.id)).toEqual(ids.slice(0, 10));
  expect(page.page_before).toBeNull();
  const all = await client.offboardings.list(id, { page_size: 10 }).toArray({ limit: 100 });
  expect(all.map((one) => one.id)).toEqual(ids);
  const next = await client.offboardings.list(id, { page_size: 10, page: page.page_after ?? "" });
  expect(next.items[0]?.id).toBe(ids[10]);
  expect((await client.offboardings.list(id, { status: "PENDING" })).items).toEqual([]);
  const [third, second] = all.slice(-3);
  const times = {
    from_created_at: second?.created_at ?? "",
    to_created_at: third?.created_at ?? "",
  };
  expect((await client.offboardings.list(id, times)).items).toEqual([third, second]);
  await expect(client.offboardings.list(id, { page_size: 9 })).rejects.toMatchObject({
    code: "invalid_input",
  });
});

test("an offboarding is visible to its own account only", async () => {
  const { client, id } = await open();
  const { id: offboardingId } = await client.offboardings.create(id, reason);
  const other = await client.accounts.create(minimal);
  expect((await client.offboardings.retrieve(id, offboardingId)).status).toBe("PENDING");
  for (const wrong of [other.id, "acct_unknown"]) {
    await expect(client.offboardings.retrieve(wrong, offboardingId)).rejects.toMatchObject({
      code: "not_found",
    });
  }
});

test.each([{ cut: "before" }, { cut: "after" }, { cut: "midBody" }] as const)(
  "an offboarding is created once when the connection is cut: %o",
  async (effect) => {
    const { emulator, client, id } = await open();
    emulator.faults.next("offboardings.create", effect);
    const offboarding = await client.offboardings.create(id, reason);
    const { items } = await client.offboardings.list(id);
    expect(items).toEqual([offboarding]);
  },
);

test("an open offboarding from an earlier call is not mistaken for one whose answer was lost", async () => {
  const { emulator, client, id } = await open();
  await client.offboardings.create(id, reason);
  emulator.clock.advance("10m");
  emulator.faults.next("offboardings.create", { cut: "before" });
  await expect(client.offboardings.create(id, reason)).rejects.toMatchObject({
    apiCode: "operation_failed",
  });
});

test("an account that is already closed is not suspended when its offboarding ends", async () => {
  const { emulator, client, id } = await open();
  const { id: offboardingId } = await client.offboardings.create(id, reason);
  emulator.accounts.setStatus(id, "CLOSED");
  await expect(client.simulation.offboardings.complete(id, offboardingId)).rejects.toMatchObject({
    apiCode: "invalid_status_for_operation",
  });
  expect(emulator.accounts.get(id)?.status).toBe("CLOSED");
  expect((await client.offboardings.retrieve(id, offboardingId)).status).toBe("PENDING");
});

test("the reason is one of the documented ones", async () => {
  const { client, id } = await open();
  const reason_code = "COMERCIAL_DECISION" as never;
  await expect(client.offboardings.create(id, { reason_code })).rejects.toMatchObject({
    code: "invalid_input",
    issues: [{ path: ["reason_code"], suggestion: "COMMERCIAL_DECISION" }],
  });
  const { id: offboardingId } = await client.offboardings.create(id, { reason_code: "OTHER" });
  expect(offboardingId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
