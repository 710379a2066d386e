import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { individual } from "../emulator/inputs.js";
import { json, startServer } from "../scripted-server.js";

test("what the API answered is accepted as input, with its null members left out", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(individual);
  const { nickname, account_details } = await client.onBehalfOf(id).accounts.current();
  expect(account_details?.business_details).toBeNull();
  const updated = await client.accounts.update(id, {
    nickname,
    account_details: {
      business_details: null,
      individual_details: {
        first_name: null,
        residential_address: account_details?.individual_details?.residential_address,
      },
    },
  });
  expect(updated.account_details?.individual_details?.first_name).toBe(
    individual.account_details.individual_details.first_name,
  );
});

test("null members do not reach the wire, at any depth, and the input stays as it was", async () => {
  const server = await startServer({ otherwise: json(200, { id: "acct_1" }) });
  const client = createClient({
    ...{ environment: "sandbox", clientId: "a", apiKey: "b", baseUrl: server.url },
    validation: "off",
  });
  const params = {
    nickname: null,
    primary_contact: { email: "ada@example.com", mobile: null },
    account_details: { business_person_details: [{ person_id: "p1", email: null }] },
  };
  const before = structuredClone(params);
  await client.accounts.update("acct_1", params, { extraBody: { newer: null } });
  const sent = server.requests.find(({ target }) => target.endsWith("/update"));
  expect(JSON.parse(String(sent?.body))).toEqual({
    primary_contact: { email: "ada@example.com" },
    account_details: { business_person_details: [{ person_id: "p1" }] },
    newer: null,
  });
  expect(params).toEqual(before);
});

test("a required member that is null is missing, and a null list item is no item", async () => {
  const client = createClient(createEmulator().clientOptions);
  const create = client.accounts.create({
    primary_contact: {},
    customer_agreements: null as never,
  });
  await expect(create).rejects.toMatchObject({
    issues: [{ path: ["customer_agreements"], message: expect.stringContaining("is missing") }],
  });
  const input = { account_details: { business_person_details: [null as never] } };
  await expect(client.accounts.update("acct_1", input)).rejects.toMatchObject({
    issues: [{ path: ["account_details", "business_person_details", 0] }],
  });
});

test("an input that holds itself is refused, not followed", async () => {
  const client = createClient(createEmulator().clientOptions);
  const circle: Record<string, unknown> = { email: "ada@example.com", mobile: null };
  circle["attachments"] = circle;
  await expect(client.accounts.update("acct_1", { primary_contact: circle })).rejects.toMatchObject(
    { name: "ValidationError" },
  );
});
