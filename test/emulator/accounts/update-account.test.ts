/** Changing the data of accounts. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { address, business, individual, minimal } from "../inputs.js";

test("update merges objects, replaces lists, and leaves everything else unchanged", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", business);
  const { status, body } = await api("POST", `/api/v1/accounts/${account.id}/update`, {
    account_details: {
      business_details: {
        registration_address: { country_code: "AU", suburb: "Carlton" },
        operating_country: ["NZ", "SG"],
      },
    },
    metadata: { tier: "gold" },
    nickname: "Swift",
  });
  expect(status).toBe(200);
  const details = body.account_details.business_details;
  expect(details.registration_address).toEqual({ ...address, suburb: "Carlton" });
  expect(details.operating_country).toEqual(["NZ", "SG"]);
  expect(details.business_name).toBe("Swift Concrete Pty Ltd");
  expect(body).toMatchObject({ status: "CREATED", nickname: "Swift", metadata: { tier: "gold" } });
  expect((await api("GET", `/api/v1/accounts/${account.id}`)).body).toEqual(body);
});

test("update replaces the persons: those with a person_id stay the same, with what is sent of them", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const people = [{ first_name: "Grace" }, { first_name: "Joan", last_name: "Clarke" }];
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...minimal,
    account_details: { business_person_details: people },
  });
  const joan = account.account_details.business_person_details[1];
  const { body } = await api("POST", `/api/v1/accounts/${account.id}/update`, {
    account_details: {
      business_person_details: [
        { person_id: joan.person_id, nationality: "GB" },
        { first_name: "Alan" },
      ],
    },
  });
  expect(body.account_details.business_person_details).toEqual([
    { person_id: joan.person_id, nationality: "GB" },
    { first_name: "Alan", person_id: expect.any(String) },
  ]);
});

test("update refuses a person_id that the account does not have", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", business);
  const answer = await api("POST", `/api/v1/accounts/${account.id}/update`, {
    account_details: { business_person_details: [{ person_id: "nobody" }] },
  });
  expect(answer.body).toMatchObject({
    code: "invalid_argument",
    source: "account_details.business_person_details[0].person_id",
  });
});

test("update can withdraw or give the agreement to the terms", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", individual);
  const { body } = await api("POST", `/api/v1/accounts/${account.id}/update`, {
    customer_agreements: { agreed_to_terms_and_conditions: false },
  });
  expect(body.customer_agreements).toMatchObject({
    agreed_to_data_usage: true,
    agreed_to_terms_and_conditions: false,
  });
});

test("update changes the contact, of an active individual once the account is submitted again", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const update = (id: string, body: object) => api("POST", `/api/v1/accounts/${id}/update`, body);
  const submit = (id: string) => api("POST", `/api/v1/accounts/${id}/submit`);
  const mobile = { primary_contact: { mobile: "+61400000000" } };
  const { body: account } = await api("POST", "/api/v1/accounts/create", individual);
  const { body: changed } = await update(account.id, mobile);
  const contact = { email: "ada@example.com", mobile: "+61400000000" };
  expect(changed.primary_contact).toMatchObject(contact);

  emulator.accounts.setStatus(account.id, "ACTIVE");
  const again = { primary_contact: { email: "new@example.com" } };
  const { body: pending } = await update(account.id, again);
  expect(pending).toMatchObject({ status: "ACTIVE", primary_contact: contact });
  const { body: submitted } = await submit(account.id);
  const current = { ...contact, email: "new@example.com" };
  expect(submitted).toMatchObject({ status: "ACTIVE", primary_contact: current });
  expect((await submit(account.id)).body.code).toBe("invalid_argument");
  const more = await update(account.id, { ...again, nickname: "Ada" });
  expect(more.body.code).toBe("can_not_be_edited");

  const { body: company } = await api("POST", "/api/v1/accounts/create", business);
  emulator.accounts.setStatus(company.id, "ACTIVE");
  expect((await update(company.id, again)).body.code).toBe("can_not_be_edited");
});

test("update survives a member named __proto__", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", minimal);
  const change = JSON.parse('{"metadata":{"__proto__":"x"},"__proto__":{"polluted":true}}');
  const { status } = await api("POST", `/api/v1/accounts/${account.id}/update`, change);
  expect(status).toBe(200);
  expect({}).not.toHaveProperty("polluted");
});
