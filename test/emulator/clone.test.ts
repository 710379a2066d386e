/** Clones of accounts: what they copy, and what is their own. */

import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { expect, onTestFinished, test } from "vitest";
import { business } from "./inputs.js";

async function open() {
  const emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const client = createClient({ ...emulator.clientOptions, validation: "strict" });
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  return { emulator, client };
}

test("a clone has the details of the account, but its own identity", async () => {
  const { emulator, client } = await open();
  const original = await client.accounts.create({
    ...business,
    ...{ identifier: "seller-1", nickname: "One", metadata: { shop: "1" } },
  });
  emulator.accounts.setStatus(original.id, "ACTIVE");
  const clone = await client.accounts.clone(original.id, { metadata: { shop: "2" } });
  expect(clone).toMatchObject({ status: "CREATED", metadata: { shop: "2" }, nickname: clone.id });
  expect(clone.id).not.toBe(original.id);
  expect(clone.identifier).toBeUndefined();
  const { legal_entity_id, business_person_details, ...details } = clone.account_details ?? {};
  const before = original.account_details;
  expect(details).toEqual({
    ...before,
    ...{ legal_entity_id: undefined, business_person_details: undefined },
  });
  expect(legal_entity_id).not.toBe(before?.legal_entity_id);
  const ids = (people = business_person_details) => people?.map(({ person_id }) => person_id);
  expect(business_person_details).toHaveLength(before?.business_person_details?.length ?? -1);
  expect(ids()).not.toEqual(ids(before?.business_person_details));
});

test("a clone is submitted on its own, and leaves the account unchanged", async () => {
  const { client } = await open();
  const original = await client.accounts.create(business);
  const clone = await client.accounts.clone(original.id);
  expect(clone.metadata ?? {}).toEqual({});
  await client.accounts.update(clone.id, {
    account_details: { business_details: { business_name: "Second Shop" } },
  });
  expect((await client.accounts.submit(clone.id)).status).toBe("SUBMITTED");
  expect(await client.accounts.retrieve(original.id)).toEqual(original);
});

test("cloning an unknown account is refused", async () => {
  const { emulator, client } = await open();
  for (const id of ["none", emulator.accounts.platformId]) {
    await expect(client.accounts.clone(id)).rejects.toMatchObject({ code: "not_found" });
  }
  const tooMany = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, "1"]));
  await expect(client.accounts.clone("any", { metadata: tooMany })).rejects.toMatchObject({
    ...{ name: "ValidationError", operation: "accounts.clone" },
  });
});
