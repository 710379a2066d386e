/** Creating and reading accounts. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { agreed, business, minimal, person, storeDetails } from "../inputs.js";

test("create returns 201 with an account that shows unset members as null", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const { status, body } = await api("POST", "/api/v1/accounts/create", minimal);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    id: expect.stringMatching(/^acct_[\w-]{22}$/),
    status: "CREATED",
    view_type: "EXCLUDED_PII",
    created_at: "2026-09-01T10:00:00+00:00",
    nickname: body.id,
    suspend_details: [],
    reactivate_details: null,
    customer_agreements: {
      ...agreed,
      opt_in_for_marketing: false,
      terms_and_conditions: { device_data: {}, service_agreement_type: "FULL" },
    },
    account_details: {
      attachments: { additional_files: [] },
      business_person_details: [],
      individual_details: null,
      legal_entity_id: expect.stringMatching(/^le_[\w-]{22}$/),
      legal_entity_identifier: null,
      legal_entity_type: "BUSINESS",
      trustee_details: null,
    },
  });
  expect(body.account_details.business_details).toMatchObject({
    business_name: "Swift Concrete Pty Ltd",
    business_name_english: null,
    business_address: null,
    business_identifiers: [],
    operating_country: [],
    attachments: { business_documents: [] },
  });
  expect(body).not.toHaveProperty("identifier");
  expect(body).not.toHaveProperty("requirements");
  expect(body.customer_agreements).not.toHaveProperty("agreed_to_biometrics_consent");
});

test("create returns what it was given, and gives every person an id", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const sent = {
    ...business,
    identifier: "seller-1",
    nickname: "Swift",
    metadata: { tier: "gold" },
  };
  const { body } = await api("POST", "/api/v1/accounts/create", sent);
  expect(body).toMatchObject({
    identifier: "seller-1",
    nickname: "Swift",
    metadata: { tier: "gold" },
  });
  const [shown] = body.account_details.business_person_details;
  expect(shown).toEqual({
    ...person,
    person_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
  });
});

test("create opens an account of a business unless it says INDIVIDUAL", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const open = async (legal_entity_type?: string) => {
    const details = { legal_entity_type, individual_details: { first_name: "Ada" } };
    const input = { ...minimal, account_details: details };
    return (await api("POST", "/api/v1/accounts/create", input)).body;
  };
  expect((await open()).account_details.legal_entity_type).toBe("BUSINESS");
  const individual = await open("INDIVIDUAL");
  expect(individual.account_details).toMatchObject({
    legal_entity_type: "INDIVIDUAL",
    business_details: null,
    individual_details: { first_name: "Ada" },
  });
  // An individual has an id once the account has been verified.
  expect(individual.account_details.individual_details).not.toHaveProperty("person_id");
  const { account_details } = emulator.accounts.setStatus(individual.id, "ACTIVE");
  expect(account_details?.individual_details?.person_id).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ["no account_details", { account_details: undefined }, "field_required", "account_details"],
  ["no primary_contact", { primary_contact: undefined }, "field_required", "primary_contact"],
  ["an empty primary_contact", { primary_contact: {} }, "field_required", "primary_contact"],
  ["no agreements", { customer_agreements: undefined }, "field_required", "customer_agreements"],
  [
    "no word on data usage",
    { customer_agreements: {} },
    "field_required",
    "customer_agreements.agreed_to_data_usage",
  ],
  [
    "data usage refused",
    { customer_agreements: { agreed_to_data_usage: false } },
    "invalid_argument",
    "customer_agreements.agreed_to_data_usage",
  ],
  [
    "an unknown legal_entity_type",
    { account_details: { legal_entity_type: "ROBOT" } },
    "invalid_argument",
    "account_details.legal_entity_type",
  ],
  [
    "roles given as a string",
    { account_details: { business_person_details: [{ roles: "DIRECTOR" }] } },
    "invalid_argument",
    "account_details.business_person_details[0].roles",
  ],
  [
    "a date that does not exist",
    { account_details: { individual_details: { date_of_birth: "1990-02-31" } } },
    "invalid_argument",
    "account_details.individual_details.date_of_birth",
  ],
  [
    "a legal entity that nobody knows",
    { account_details: { legal_entity_id: "le_unknown" } },
    "invalid_argument",
    "account_details.legal_entity_id",
  ],
  [
    "six entries of metadata",
    { metadata: { a: "1", b: "2", c: "3", d: "4", e: "5", f: "6" } },
    "invalid_argument",
    "metadata",
  ],
  [
    "a long value of metadata",
    { metadata: { a: "x".repeat(151) } },
    "invalid_argument",
    "metadata.a",
  ],
])("create refuses %s", async (_, change, code, source) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const answer = await api("POST", "/api/v1/accounts/create", { ...minimal, ...change });
  expect(answer).toMatchObject({ status: 400, body: { code, source } });
  const message =
    code === "field_required" ? `field [${source}] is required.` : `field [${source}] is`;
  expect(answer.body.message).toContain(message);
  expect(emulator.accounts.list()).toEqual([]);
});

test("create names every wrong field when there are several", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", {
    account_details: { legal_entity_type: "ROBOT" },
    primary_contact: { email: 7 },
  });
  expect(body.source).toBe(body.details.errors[0].source);
  expect(
    body.details.errors.map(({ source, code }: Record<string, string>) => [source, code]),
  ).toEqual(
    expect.arrayContaining([
      ["account_details.legal_entity_type", "invalid_argument"],
      ["primary_contact.email", "invalid_argument"],
      ["customer_agreements", "field_required"],
    ]),
  );
});

test("create drops unknown members and nulls", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { status, body } = await api("POST", "/api/v1/accounts/create", {
    ...minimal,
    favourite_colour: "red",
    nickname: null,
    account_details: {
      business_details: { business_name: "Swift", moon_phase: "full", contact_number: null },
      business_person_details: [{ first_name: "Grace", shoe_size: 7 }],
    },
  });
  expect(status).toBe(201);
  expect(body).not.toHaveProperty("favourite_colour");
  expect(body.account_details.business_details).not.toHaveProperty("moon_phase");
  expect(body.account_details.business_person_details).toEqual([
    { first_name: "Grace", person_id: expect.any(String) },
  ]);
});

test("create opens a second account of a verified legal entity as ACTIVE, with that entity's data", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: first } = await api("POST", "/api/v1/accounts/create", business);
  const second = {
    account_details: { legal_entity_id: first.account_details.legal_entity_id },
    customer_agreements: agreed,
    identifier: "second",
    primary_contact: {},
  };
  expect((await api("POST", "/api/v1/accounts/create", second)).body.source).toBe(
    "account_details.legal_entity_id",
  );
  emulator.accounts.setStatus(first.id, "ACTIVE");
  const { status, body } = await api("POST", "/api/v1/accounts/create", second);
  expect({ status, shown: body.status, view: body.view_type }).toEqual({
    status: 201,
    shown: "ACTIVE",
    view: "COMPLETE",
  });
  expect(body.id).not.toBe(first.id);
  expect(body.account_details.business_details).toEqual(first.account_details.business_details);
});

test("retrieve returns 404 for an account that does not belong to the platform", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  expect(await api("GET", "/api/v1/accounts/acct_unknown")).toMatchObject({
    status: 404,
    body: { code: "not_found" },
  });
});

test("current and retrieve show the platform's own account as ACTIVE", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body } = await api("GET", "/api/v1/account");
  expect(body).toMatchObject({
    id: emulator.accounts.platformId,
    status: "ACTIVE",
    view_type: "COMPLETE",
  });
  expect((await api("GET", `/api/v1/accounts/${body.id}`)).body).toEqual(body);
  expect((await api("GET", "/api/v1/account/wallet_info")).body).toEqual({
    account_name: "Emulator Platform",
    account_number: expect.stringMatching(/^\d{16}$/),
  });
});

test("accounts read from the emulator are copies", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", business);
  const copy = emulator.accounts.get(account.id);
  const address = copy?.account_details?.business_details?.registration_address;
  Object.assign(address ?? {}, { suburb: "changed" });
  expect((await api("GET", `/api/v1/accounts/${account.id}`)).body).toEqual(account);
  expect(emulator.accounts.get("acct_unknown")).toBeUndefined();
});

test("a second account of a legal entity has its own identifier and store", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: first } = await api("POST", "/api/v1/accounts/create", {
    ...minimal,
    identifier: "first",
    account_details: { ...minimal.account_details, store_details: storeDetails },
  });
  emulator.accounts.setStatus(first.id, "ACTIVE");
  const supplementary = (identifier: string) =>
    api("POST", "/api/v1/accounts/create", {
      identifier,
      account_details: { legal_entity_id: first.account_details.legal_entity_id },
      primary_contact: {},
      customer_agreements: agreed,
    });
  expect((await supplementary("first")).body).toMatchObject({
    code: "invalid_argument",
    source: "identifier",
  });
  const { status, body } = await supplementary("second");
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: "ACTIVE", view_type: "COMPLETE", identifier: "second" });
  expect(body.id).not.toBe(first.id);
  expect(body.account_details).toMatchObject({
    legal_entity_id: first.account_details.legal_entity_id,
    business_details: minimal.account_details.business_details,
  });
  expect(body.account_details).not.toHaveProperty("store_details");
});
