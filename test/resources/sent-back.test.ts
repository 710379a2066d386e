import { describe, expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/index.js";
import type { IndividualDetailsInput } from "../../src/generated/index.js";
import { createClient } from "../../src/index.js";
import { newAccount } from "../scripted-server.js";

const seller = { ...newAccount, account_details: { legal_entity_type: "INDIVIDUAL" } } as const;

function pair() {
  const emulator = createEmulator();
  return { emulator, client: createClient(emulator.clientOptions) };
}

describe("what the API answered, read-only members included", () => {
  it("can be sent back: the contact and the individual of an account", async () => {
    const { client } = pair();
    const { id } = await client.accounts.create({
      ...newAccount,
      account_details: {
        legal_entity_type: "INDIVIDUAL",
        individual_details: { first_name: "Ada", last_name: "Lovelace" },
      },
    });
    const { primary_contact, account_details } = await client.accounts.retrieve(id);
    expect(primary_contact).toHaveProperty("attachments");
    // The types ask whether each enum value is a known one; here all are.
    const answered = account_details?.individual_details as IndividualDetailsInput;
    const individual_details = { ...answered, person_id: "person_1" };
    const changed = await client.accounts.update(id, {
      primary_contact,
      account_details: { individual_details },
    });
    expect(changed.primary_contact).toEqual(primary_contact);
    expect(changed.account_details?.individual_details).toMatchObject({ first_name: "Ada" });
  });

  it("can be sent back in an amendment", async () => {
    const { client, emulator } = pair();
    const { id, primary_contact } = await client.accounts.create(seller);
    emulator.accounts.setStatus(id, "ACTIVE");
    const amendment = {
      target: "primary_contact",
      primary_contact: primary_contact ?? {},
    } as const;
    expect(await client.onBehalfOf(id).amendments.create(amendment)).toMatchObject({
      status: "PENDING",
    });
  });

  it("can be sent by those who give every write a request_id: an account ignores it", async () => {
    const { client } = pair();
    const made = await client.accounts.create({ ...seller, request_id: "r-1" });
    expect(made).toMatchObject({ status: "CREATED" });
    expect(made).not.toHaveProperty("request_id");
  });

  it("does not make room for a member that nobody knows", async () => {
    const { client } = pair();
    const primary_contact = { email: "ada@example.com", attachment: {} };
    await expect(client.accounts.create({ ...newAccount, primary_contact })).rejects.toMatchObject({
      code: "invalid_input",
      issues: [{ path: ["primary_contact", "attachment"], suggestion: "attachments" }],
    });
  });
});
