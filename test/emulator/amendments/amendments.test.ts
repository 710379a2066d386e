/** Amendments: who may ask for one, how it is decided, and what the account is afterwards. */

import { createClient } from "airwallex-connect";
import { createEmulator, type EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { minimal, storeDetails } from "../inputs.js";

async function open(options: EmulatorOptions = {}) {
  const emulator = createEmulator(options);
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(minimal);
  emulator.accounts.setStatus(id, "ACTIVE");
  return { emulator, client, id, account: client.onBehalfOf(id) };
}

const contact = {
  target: "primary_contact",
  primary_contact: { email: "new@example.com" },
} as const;

test("an approved amendment changes the contact, and keeps what it does not name", async () => {
  const { emulator, client, id, account } = await open();
  const phone = { primary_contact: { mobile: "+61400000000" }, target: "primary_contact" } as const;
  for (const input of [phone, contact]) {
    const amendment = await account.amendments.create(input);
    expect(amendment).toEqual({ id: expect.stringMatching(/^amd_/), ...input, status: "PENDING" });
    const before = emulator.accounts.get(id);
    expect(before?.primary_contact).not.toMatchObject(input.primary_contact);
    const { response } = await account.simulation.amendments.approve(amendment.id).withResponse();
    expect(response.status).toBe(202);
    expect(await account.amendments.retrieve(amendment.id)).toMatchObject({ status: "APPROVED" });
  }
  expect((await client.accounts.retrieve(id)).primary_contact).toMatchObject({
    email: "new@example.com",
    mobile: "+61400000000",
  });
});

test("an approved amendment gives the account its store", async () => {
  const { client, id, account } = await open();
  const { id: amendmentId } = await account.amendments.create({
    target: "account_details.store_details",
    store_details: storeDetails,
  });
  await account.simulation.amendments.approve(amendmentId);
  const { account_details } = await client.accounts.retrieve(id);
  expect(account_details?.store_details).toEqual(storeDetails);
});

test("a rejected amendment leaves the account as it was, and neither is decided twice", async () => {
  const { emulator, id, account } = await open();
  const { id: amendmentId } = await account.amendments.create(contact);
  const before = emulator.accounts.get(id);
  const { amendments } = account.simulation;
  expect(await amendments.reject(amendmentId)).toMatchObject({ status: "REJECTED" });
  expect(emulator.accounts.get(id)).toEqual(before);
  for (const decide of [amendments.approve, amendments.reject]) {
    await expect(decide(amendmentId)).rejects.toMatchObject({
      apiCode: "invalid_argument",
    });
  }
});

test.each(["CREATED", "SUBMITTED", "ACTION_REQUIRED", "SUSPENDED", "CLOSED"] as const)(
  "an account that is %s cannot be amended",
  async (status) => {
    const { emulator, id, account } = await open();
    emulator.accounts.setStatus(id, status);
    await expect(account.amendments.create(contact)).rejects.toMatchObject({
      status: 400,
      apiCode: "invalid_argument",
    });
  },
);

test("an amendment must say what its target is to become", async () => {
  const { account } = await open();
  for (const [target, field] of [
    ["primary_contact", "primary_contact"],
    ["account_details.store_details", "store_details"],
  ]) {
    await expect(account.amendments.create({ target } as never)).rejects.toMatchObject({
      apiCode: "field_required",
      fieldErrors: [{ field }],
    });
  }
});

test("an amendment is visible to its own account only", async () => {
  const { client, account } = await open();
  const { id: amendmentId } = await account.amendments.create(contact);
  const other = client.onBehalfOf((await client.accounts.create(minimal)).id);
  for (const stranger of [client, other]) {
    await expect(stranger.amendments.retrieve(amendmentId)).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(stranger.simulation.amendments.approve(amendmentId)).rejects.toMatchObject({
      code: "not_found",
    });
  }
});

test("the clock approves amendments when the options ask for it", async () => {
  const { emulator, account } = await open({ reviewAfterMs: 60_000 });
  const { id } = await account.amendments.create(contact);
  emulator.clock.advance("59s");
  expect((await account.amendments.retrieve(id)).status).toBe("PENDING");
  emulator.clock.advance("1s");
  expect((await account.amendments.retrieve(id)).status).toBe("APPROVED");
});

test("an amendment is not sent again when its answer was lost", async () => {
  const { emulator, account } = await open();
  emulator.faults.next("amendments.create", { cut: "after" });
  await expect(account.amendments.create(contact)).rejects.toMatchObject({ outcome: "unknown" });
  const sent = emulator.requests.filter(({ endpoint }) => endpoint === "amendments.create");
  expect(sent).toHaveLength(1);
});
