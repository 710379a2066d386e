/** What depends on the version that a call asks for. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect, login } from "./api.js";
import { minimal } from "./inputs.js";

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

test.each([
  ["registration_address", { business_details: { registration_address: { suburb: "Carlton" } } }],
  ["residential_address", { business_person_details: [{ residential_address: { suburb: "x" } }] }],
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
