import { describe, expect, it } from "vitest";
import { type Client, createClient } from "../../src/index.js";
import { account, json, key, newAccount, startServer } from "../scripted-server.js";

type Made = readonly [method: string, target: string, body?: unknown];

const terms = {
  agreed_at: "2026-08-21T09:30:00+00:00",
  device_data: { ip_address: "203.0.113.7", user_agent: "Firefox" },
} as const;

const calls: readonly (readonly [string, (client: Client<"sandbox">) => Promise<unknown>, Made])[] =
  [
    [
      "accounts.create()",
      (client) => client.accounts.create(newAccount),
      ["POST", "/api/v1/accounts/create", newAccount],
    ],
    [
      "accounts.retrieve()",
      (client) => client.accounts.retrieve("acct_1"),
      ["GET", "/api/v1/accounts/acct_1"],
    ],
    [
      "accounts.update()",
      (client) => client.accounts.update("acct_1", { nickname: "Ada" }),
      ["POST", "/api/v1/accounts/acct_1/update", { nickname: "Ada" }],
    ],
    [
      "accounts.submit()",
      (client) => client.accounts.submit("acct_1"),
      ["POST", "/api/v1/accounts/acct_1/submit"],
    ],
    [
      "accounts.agreeToTerms() with evidence",
      (client) => client.accounts.agreeToTerms("acct_1", terms),
      ["POST", "/api/v1/accounts/acct_1/terms_and_conditions/agree", terms],
    ],
    [
      "accounts.agreeToTerms() without evidence",
      (client) => client.accounts.agreeToTerms("acct_1"),
      ["POST", "/api/v1/accounts/acct_1/terms_and_conditions/agree", {}],
    ],
    [
      "accounts.suspend()",
      (client) => client.accounts.suspend("acct_1"),
      ["POST", "/api/v1/accounts/acct_1/suspend", {}],
    ],
    [
      "accounts.suspend() with a message",
      (client) => client.accounts.suspend("acct_1", { message: "Chargebacks" }),
      ["POST", "/api/v1/accounts/acct_1/suspend", { message: "Chargebacks" }],
    ],
    [
      "accounts.reactivate()",
      (client) => client.accounts.reactivate("acct_1"),
      ["POST", "/api/v1/accounts/acct_1/reactivate", {}],
    ],
    [
      "accounts.reactivate() with a message",
      (client) => client.accounts.reactivate("acct_1", { message: "Settled" }),
      ["POST", "/api/v1/accounts/acct_1/reactivate", { message: "Settled" }],
    ],
    ["accounts.current()", (client) => client.accounts.current(), ["GET", "/api/v1/account"]],
    [
      "simulation.accounts.updateStatus()",
      (client) =>
        client.simulation.accounts.updateStatus("acct_1", { next_status: "ACTIVE", force: false }),
      [
        "POST",
        "/api/v1/simulation/accounts/acct_1/update_status",
        { next_status: "ACTIVE", force: false },
      ],
    ],
  ];

describe("accounts", () => {
  const answerTo = (name: string) => (/suspend|reactivate/.test(name) ? [account()] : account());

  it.each(calls)("%s makes one request and returns the account", async (name, call, made) => {
    const body = answerTo(name);
    const server = await startServer({ answers: [json(200, body)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(call(client)).resolves.toEqual(body);
    const [method, target, sent] = made;
    expect(server.requests).toMatchObject([{ method, target }]);
    const text = String(server.requests[0]?.body);
    expect(text === "" ? undefined : JSON.parse(text)).toEqual(sent);
  });

  it.each(calls)("%s passes the call's options on", async (name, call) => {
    const server = await startServer({ otherwise: json(200, answerTo(name)) });
    const client = createClient({ ...key, baseUrl: server.url });
    await call(client.withOptions({ onBehalfOf: "acct_9", headers: { "x-trace": "7" } }));
    expect(server.requests[0]?.headers).toMatchObject({
      "x-on-behalf-of": "acct_9",
      "x-trace": "7",
    });
  });

  it("walletInfo() returns name and number", async () => {
    const body = { account_name: "Ada Ltd", account_number: "3900000001" };
    const server = await startServer({ answers: [json(200, body)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.walletInfo({ onBehalfOf: "acct_9" })).resolves.toEqual(body);
    expect(server.requests).toMatchObject([
      {
        method: "GET",
        target: "/api/v1/account/wallet_info",
        headers: { "x-on-behalf-of": "acct_9" },
      },
    ]);
  });

  it("agreeToTerms() refuses evidence that does not fit", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.accounts.agreeToTerms("acct_1", { agreed_at: "yesterday" });
    await expect(call).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ path: ["agreed_at"] }],
    });
    expect(server.connections).toBe(0);
  });
});
