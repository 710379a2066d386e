/** What depends on the version that a call asks for. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect, login } from "../api.js";
import { minimal } from "../inputs.js";

test.each([
  ["2025-06-30", "2026-09-01T10:00:00+0000"],
  ["2026-06-29", "2026-09-01T10:00:00+0000"],
  ["2026-06-30", "2026-09-01T10:00:00+00:00"],
  ["2026-12-01", "2026-09-01T10:00:00+00:00"],
])("version %s writes timestamps as %s", async (version, timestamp) => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const headers = { "x-api-version": version };
  expect((await api("GET", "/api/v1/account", undefined, headers)).body.created_at).toBe(timestamp);
  const { body } = await login(emulator, headers);
  expect(body.expires_at).toBe(timestamp.replace("10:00", "10:30"));
});

test.each([
  ["2026-08-20", { DORMANT: "ACTIVE", CLOSED: "SUSPENDED", ACTIVE: "ACTIVE" }],
  ["2026-08-21", { DORMANT: "DORMANT", CLOSED: "CLOSED", ACTIVE: "ACTIVE" }],
] as const)("version %s shows only the statuses that it knows", async (version, names) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const headers = { "x-api-version": version };
  const { body } = await api("POST", "/api/v1/accounts/create", minimal);
  for (const [status, shown] of Object.entries(names)) {
    emulator.accounts.setStatus(body.id, status);
    const account = await api("GET", `/api/v1/accounts/${body.id}`, undefined, headers);
    expect(account.body.status).toBe(shown);
    const list = await api("GET", `/api/v1/accounts?account_status=${shown}`, undefined, headers);
    expect(list.body.items).toHaveLength(1);
  }
});

const without = { suburb: "Carlton" };
const unregistered = "NON_REGISTERED_SOLE_PROPRIETOR";

test.each([
  ["registration_address", { business_details: { registration_address: without } }],
  ["business_address", { business_details: { business_address: without } }],
  [
    "business_address",
    { business_details: { business_structure: unregistered, business_address: without } },
  ],
  ["residential_address", { individual_details: { residential_address: without } }],
])("an address needs its country from version 2026-07-17 on: %s", async (name, details) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const input = { ...minimal, account_details: details };
  const create = (version: string) =>
    api("POST", "/api/v1/accounts/create", input, { "x-api-version": version });
  const old = await create("2026-07-16");
  expect(old.status).toBe(201);
  const refused = await create("2026-07-17");
  expect(refused).toMatchObject({ status: 400, body: { code: "field_required" } });
  expect(refused.body.source).toMatch(new RegExp(`${name}\\.country_code$`));
  const updated = await api("POST", `/api/v1/accounts/${old.body.id}/update`, {
    account_details: details,
  });
  expect(updated.status).toBe(400);
});

test("other addresses do not need a country", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const business_details = {
    registration_address: { country_code: "AU" },
    registration_address_english: without,
    business_address: without,
  };
  const office = { registration_address: without };
  for (const [details, more] of [
    [{ business_details }],
    // Create alone takes this legal form.
    [{ business_details: office }, { business_structure: unregistered }],
    [{ business_person_details: [{ residential_address: without }] }],
    [{ individual_details: { residential_address_english: without } }],
  ] as const) {
    const account_details = more ? { business_details: { ...office, ...more } } : details;
    const input = { ...minimal, account_details };
    const { status, body } = await api("POST", "/api/v1/accounts/create", input);
    expect(status).toBe(201);
    const { status: updated } = await api("POST", `/api/v1/accounts/${body.id}/update`, {
      account_details: details,
    });
    expect(updated).toBe(200);
  }
});

test("what an account holds already decides which address needs its country in an update", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const office = { business_details: { registration_address: { country_code: "AU" } } };
  const place = { business_details: { business_address: without } };
  const { body } = await api("POST", "/api/v1/accounts/create", {
    ...minimal,
    account_details: office,
  });
  const update = (account_details: object) =>
    api("POST", `/api/v1/accounts/${body.id}/update`, { account_details });
  expect((await update(place)).status).toBe(200);
  const again = await update({ business_details: { registration_address: without } });
  expect(again.body.source).toBe(
    "account_details.business_details.registration_address.country_code",
  );
});

test.each(["2026-13-01", "latest", "2026-02-31", ""])("version %j is refused", async (version) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const answer = await api("GET", "/api/v1/account", undefined, { "x-api-version": version });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: "invalid_argument", source: "x-api-version" },
  });
});

test("apiVersion applies to calls that name no version", async () => {
  await using emulator = await startEmulator({ apiVersion: "2025-06-30" });
  const api = await connect(emulator);
  expect((await api("GET", "/api/v1/account")).body.created_at).toMatch(/\+0000$/);
  await expect(startEmulator({ apiVersion: "newest" })).rejects.toThrow(RangeError);
});
