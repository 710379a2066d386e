/** A `request_id` is used once: by one account, for one kind of thing. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, onTestFinished, test } from "vitest";
import { type Answer, connect } from "../api.js";
import { minimal, payment } from "../inputs.js";

const creations = [
  ["/api/v1/transfers/create", payment],
  [
    "/api/v1/fx/conversions/create",
    { sell_currency: "USD", buy_currency: "EUR", sell_amount: 1, term_agreement: true },
  ],
  [
    "/api/v1/global_accounts/create",
    { country_code: "US", required_features: [{ currency: "USD" }] },
  ],
] as const;

async function open() {
  const emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  onTestFinished(() => emulator.close());
  const api = await connect(emulator);
  const account = await api("POST", "/api/v1/accounts/create", minimal);
  emulator.accounts.setStatus(account.body.id, "ACTIVE");
  for (const id of [account.body.id, emulator.accounts.platformId]) {
    emulator.money.setBalance(id, "USD", "1000");
  }
  return { emulator, api, headers: { "x-on-behalf-of": account.body.id } };
}

const codeOf = ({ status, body }: Answer): string => (status < 300 ? "made" : body.code);

test.each(creations)("%s refuses the second use by an account", async (path, sent) => {
  const { api, headers } = await open();
  const make = async (request_id: string, on = {}): Promise<string> =>
    codeOf(await api("POST", path, { ...sent, request_id }, on));
  expect(await make("one", headers)).toBe("made");
  expect(await make("one", headers)).toMatch(/^(request_id_duplicate|duplicate_request_id)$/);
  expect(await make("two", headers)).toBe("made");
  expect(await make("one")).toBe("made");
});

test("a payout may use the id of one that is seven days old", async () => {
  const { emulator, headers } = await open();
  const [path, sent] = creations[0];
  const make = async (): Promise<string> => {
    // Tokens do not live for days.
    const api = await connect(emulator);
    return codeOf(await api("POST", path, { ...sent, request_id: "one" }, headers));
  };
  expect(await make()).toBe("made");
  emulator.clock.advance("6d");
  expect(await make()).toBe("request_id_duplicate");
  emulator.clock.advance("1d");
  expect(await make()).toBe("made");
});

test("a transfer and a charge may have the same id", async () => {
  const { emulator, api, headers } = await open();
  const seller = headers["x-on-behalf-of"];
  const common = { amount: "1", currency: "USD", reason: "travel", reference: "r" };
  const sent = { ...common, request_id: "one" };
  const paths = ["connected_account_transfers", "charges"].map((name) => `/api/v1/${name}/create`);
  const made = [
    await api("POST", paths[0] ?? "", { ...sent, destination: seller }),
    await api("POST", paths[1] ?? "", { ...sent, source: seller }),
    await api("POST", paths[1] ?? "", { ...sent, source: seller }),
  ];
  expect(made.map(codeOf)).toEqual(["made", "made", "request_id_duplicate"]);
  expect(emulator.money.charges()).toHaveLength(1);
});
