/** A call that is refused until a person has verified: the error, and the call that is made again. */

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  type CallOptions,
  createClient,
  isAirwallexError,
  ScaRequiredError,
} from "../../src/index.js";
import { type Answer, json, key, refuse, type Script, startServer } from "../scripted-server.js";

const sessionCode = "sca_session_s3cr3t";
const scaToken = "sca_t0ken_s3cr3t";
const asked = { "x-sca-session-code": sessionCode };
const body = { code: "sca_token_missing", message: `Verify in ${sessionCode}, not ${scaToken}.` };

const payment = {
  amount: "12.50",
  currency: "EUR",
  destination: "acct_1",
  reason: "travel",
  reference: "Rent",
} as const;

async function open(script: Script) {
  const server = await startServer(script);
  return { server, client: createClient({ ...key, baseUrl: server.url }) };
}

async function refusalOf(promise: Promise<unknown>): Promise<ScaRequiredError> {
  const error = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof ScaRequiredError)) throw error;
  return error;
}

describe("ScaRequiredError", () => {
  it.each<[string, Answer]>([
    ["the header and the code", json(403, body, asked)],
    ["status 401", json(401, body, asked)],
    ["status 400", json(400, body, asked)],
    ["the header alone", json(403, { message: "No." }, asked)],
    ["the code alone", json(403, body)],
    ["another code of its tokens", json(403, { code: "sca_token_expired" }, asked)],
  ])("is what %s reject with, once, and no other login follows", async (_, answer) => {
    const { server, client } = await open({ otherwise: answer });
    const error = await refusalOf(client.balances.current());
    expect(error).toMatchObject({
      ...{ name: "ScaRequiredError", code: "sca_required", outcome: "not_done", attempts: 1 },
      operation: "balances.current",
    });
    expect(isAirwallexError(error)).toBe(true);
    expect([server.requests.length, server.logins.length]).toEqual([1, 1]);
  });

  it.each<[string, Answer]>([
    ["a refusal of another kind", refuse(403, { code: "forbidden" })],
    ["a failure of the API", json(503, body, asked)],
  ])("is not what %s rejects with", async (_, answer) => {
    const { client } = await open({ otherwise: answer });
    const read = client.balances.current({}, { maxRetries: 0 });
    await expect(read).rejects.toMatchObject({ name: "ApiError" });
  });

  it("has the session, and shows neither it nor the token", async () => {
    const { client } = await open({ otherwise: json(403, { ...body, details: body }, asked) });
    const error = await refusalOf(client.balances.current({}, { scaToken }));
    expect(error.scaSessionCode).toBe(sessionCode);
    const shown = [inspect(error, { depth: 9 }), JSON.stringify(error), String(error)].join();
    const headers = JSON.stringify(error.headers);
    for (const secret of [sessionCode, scaToken]) expect(shown + headers).not.toContain(secret);
  });

  it("says with which request_id a payment is made after that", async () => {
    const { server, client } = await open({ answers: [json(403, body, asked)] });
    const error = await refusalOf(client.transfers.create(payment));
    const sent = JSON.parse(server.requests[0]?.body.toString() ?? "") as { request_id: string };
    expect(error).toMatchObject({ idempotencyKey: sent.request_id, outcome: "not_done" });
    expect(error.message).toContain(
      `call again with scaToken and the request_id "${sent.request_id}"`,
    );
  });

  it("leaves a payment unknown whose first attempt was lost", async () => {
    const listed = json(200, { items: [], has_more: false });
    const { client } = await open({ answers: [json(503, {}), json(403, body, asked), listed] });
    const error = await refusalOf(client.transfers.create({ ...payment, request_id: "rent-1" }));
    expect(error).toMatchObject({ outcome: "unknown", idempotencyKey: "rent-1" });
    expect(error.message).toContain('call again with the request_id "rent-1", which does it once');
  });
});

describe("scaToken", () => {
  it("is sent with every attempt of its call, and with no look-up and no other call", async () => {
    const made = { ...payment, id: "tr_1", request_id: "rent-1", status: "NEW" };
    const found = json(200, { items: [made], has_more: false });
    const used = refuse(400, { code: "request_id_duplicate", message: "Used before." });
    const { server, client } = await open({ answers: [json(503, {}), used, found] });
    await client.transfers.create({ ...payment, request_id: "rent-1" }, { scaToken });
    await client.accounts.current();
    const tokens = server.requests.map(({ headers }) => headers["x-sca-token"]);
    expect(tokens).toEqual([scaToken, scaToken, undefined, undefined]);
  });

  it.each<[unknown, string]>([
    ["", "is empty"],
    [7, "is a number"],
  ])("is refused before anything is sent: %j", async (token, message) => {
    const { server, client } = await open({});
    const read = client.balances.current({}, { scaToken: token } as unknown as CallOptions);
    const issues = [
      { path: ["scaToken"], message: `${message}, expected the token of a verification` },
    ];
    await expect(read).rejects.toMatchObject({ code: "invalid_input", issues });
    expect(server.requests).toEqual([]);
  });
});
