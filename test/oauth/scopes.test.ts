/** Scopes are names that the client knows: it warns of others, and says which one a call needs. */

import { createEmulator, type Emulator } from "airwallex-connect/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOf, connectCustomer } from "./partner-app.js";

async function connected(emulator: Emulator, fetch?: typeof globalThis.fetch) {
  const client = clientOf(emulator, fetch && { fetch });
  const scope = "account_details:read balance:read";
  const { connection } = await connectCustomer(emulator, client, { scope });
  return client.oauth.connection(connection.id);
}

function listenToWarnings(): readonly string[] {
  const heard: string[] = [];
  const listen = ({ name, message }: Error) => {
    if (name === "AirwallexOAuthWarning") heard.push(message);
  };
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  return heard;
}

/** Warnings are emitted in a later turn. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("scopes", () => {
  it("warns once of an unknown one, and asks for it all the same", async () => {
    const heard = listenToWarnings();
    const client = clientOf(createEmulator(), { scopes: ["account_detail:read", "brand:new"] });
    for (let i = 0; i < 2; i++) {
      const url = new URL(await client.oauth.authorizationUrl({ session: "s" }));
      expect(url.searchParams.get("scope")).toBe("account_detail:read brand:new");
    }
    await nextTurn();
    expect(heard).toEqual([
      expect.stringContaining('"account_detail:read"'),
      expect.stringContaining('"brand:new"'),
    ]);
    expect(heard[0]).toContain('did you mean "account_details:read"');
    expect(heard[1]).not.toContain("did you mean");
  });

  it("does not warn of one in either spelling", async () => {
    const heard = listenToWarnings();
    const scopes = ["transfer:read", "r:awx_action:transfers_view"];
    await clientOf(createEmulator()).oauth.authorizationUrl({ session: "s", scopes });
    await nextTurn();
    expect(heard).toEqual([]);
  });
});

describe("a forbidden call on a connection", () => {
  it("names the scope that the endpoint needs", async () => {
    const customer = await connected(createEmulator());
    await expect(customer.payouts.list()).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining('the scope "transfer:read" or "transfer:write"'),
    });
    await expect(customer.payouts.retrieve("payout_1")).rejects.toThrow('"transfer:read"');
    await expect(customer.beneficiaries.delete("id")).rejects.toThrow('"beneficiary:write"');
  });

  it("says that no scope opens an endpoint of the platform", async () => {
    const customer = await connected(createEmulator());
    await expect(customer.accounts.list()).rejects.toThrow("no scope is known to open it");
  });

  it("names the scope of an endpoint that only request() calls", async () => {
    const emulator = createEmulator();
    const fetch: typeof globalThis.fetch = (input, init) =>
      String(input).includes("/pa/refunds")
        ? Promise.resolve(Response.json({ code: "forbidden" }, { status: 403 }))
        : emulator.fetch(input, init);
    const customer = await connected(emulator, fetch);
    const path = "/api/v1/pa/refunds/ref_1";
    await expect(customer.request({ method: "GET", path })).rejects.toThrow(
      '"payment_acceptance:read"',
    );
  });

  it("does not take a page of a proxy for a missing scope", async () => {
    const emulator = createEmulator();
    const page = () => new Response("<html>blocked</html>", { status: 403 });
    const fetch: typeof globalThis.fetch = (input, init) =>
      String(input).includes("/transfers") ? Promise.resolve(page()) : emulator.fetch(input, init);
    const customer = await connected(emulator, fetch);
    const error = await customer.payouts.list().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "forbidden" });
    expect(String(error)).not.toContain("scope");
  });
});
