/** A mistake in a test is reported at once, instead of leaving a test that proves nothing. */

import { createClient } from "airwallex-connect";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";

test.each([
  ["POST /api/v1/account/create", 'did you mean "POST /api/v1/accounts/create"'],
  ["PUT /api/v1/accounts/create", "expected POST /api/v1/accounts/create"],
  ["* /api/v2/*", "which is not a path of the emulator"],
  ["GET /api/v1/accounts/acct_1/wallets", "which is not a path of the emulator"],
  ["accounts.creat", 'did you mean "accounts.create"'],
])("faults refuse %s, which would never hit", (match, reason) => {
  const { faults } = createEmulator();
  const effect = { status: 500 };
  const all = [
    () => faults.next(match, effect),
    () => faults.always(match, effect),
    () => faults.random({ rate: 1, match, effects: [effect] }),
  ];
  for (const set of all) {
    expect(set).toThrow(TypeError);
    expect(set).toThrow(reason);
  }
});

test.each([
  "*",
  "* /api/v1/accounts/*",
  "* /api/v1/acc*",
  "* /*",
  "GET /api/v1/accounts/{id}",
  "GET /api/v1/accounts/acct_1",
  "GET /api/v1/accounts/create/",
  "GET /api/v1/accounts/acct_{rest}",
  "GET /oauth/authorize",
  "POST /oauth/token",
])("faults accept the match %s", (match) => {
  expect(() => createEmulator().faults.next(match, { status: 500 })).not.toThrow();
});

test("faults answer for endpoints that are not modelled when anyPath is set", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const body = { items: [] };
  const path = "/api/v1/global_accounts";
  emulator.faults.next(`GET ${path}`, { status: 200, body }, { anyPath: true });
  expect(await client.request({ method: "GET", path })).toEqual(body);
  emulator.faults.always(`GET ${path}`, { status: 200, body }, { anyPath: true });
  expect(await client.request({ method: "GET", path })).toEqual(body);
});

test("accounts.setStatus() refuses an undocumented status", () => {
  const { accounts } = createEmulator();
  const set = () => accounts.setStatus(accounts.platformId, "ACTVE");
  expect(set).toThrow('status is "ACTVE", expected one of CREATED, SUBMITTED');
});

test("money refuses unknown accounts", () => {
  const { accounts, money } = createEmulator();
  expect(() => money.setBalance("nope", "USD", "1.00")).toThrow('no account with the id "nope"');
  expect(() => money.openGlobalAccount({ accountId: "nope", currency: "USD" })).toThrow(RangeError);
  money.setBalance(accounts.platformId, "USD", "1.00");
  expect(money.balance(accounts.platformId, "USD")).toBe("1.00");
});

test("createEmulator() and startEmulator() refuse unknown options", async () => {
  const wrong = { reviewAfter: 5 } as object;
  const message = 'reviewAfter is not a known option, did you mean "reviewAfterMs"';
  expect(() => createEmulator(wrong)).toThrow(message);
  await expect(startEmulator(wrong)).rejects.toThrow(message);
  expect(() => createEmulator({ port: 1 } as object)).toThrow(TypeError);
  await expect(startEmulator({ prt: 1 } as object)).rejects.toThrow(TypeError);
});

test("onRequest is called for every request", async () => {
  const seen: unknown[] = [];
  const emulator = createEmulator({ onRequest: (request) => seen.push(request) });
  await createClient(emulator.clientOptions).accounts.current();
  expect(seen).toEqual(emulator.requests);
  expect(seen).toMatchObject([{ endpoint: "authentication.login" }, { status: 200 }]);
});
