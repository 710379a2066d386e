/** What each answer of the token endpoint means for the connection. */

import { describe, expect, it } from "vitest";
import { createCall } from "../../src/call/call.js";
import { createTokenEndpoint } from "../../src/oauth/token-endpoint.js";
import { createTopics } from "../../src/report/observe.js";
import { createCoolDown } from "../../src/retry/cool-down.js";
import { withRetry } from "../../src/retry/retry.js";
import { createTransport } from "../../src/transport/transport.js";
import { type Answer, closedServer, json, startServer } from "../scripted-server.js";

const app = {
  clientId: "appid_1",
  clientSecret: "s3cr3t-of-the-app",
  redirectUri: "http://127.0.0.1/callback",
  tokenPath: "/oauth/token",
};
const pair = {
  ...{ access_token: "access-2", refresh_token: "refresh-2", expires_in: 300 },
  ...{ refresh_token_expires_in: 7_776_000, token_type: "bearer", account_id: "acct_1" },
};

function respond(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html", ...headers });
    response.end(body);
  };
}

const refuse = (status: number, code: string): Answer => json(status, { code, message: "no" });

function endpointAt(url: string) {
  const host = { origin: url, prefix: "" };
  const limits = { maxSockets: 1, connectTimeoutMs: 1000, maxResponseBytes: 10_000 };
  const observed = { topics: createTopics(), random: Math.random };
  const coolDown = createCoolDown(Math.random);
  const send = withRetry(createTransport(limits).send, { ...observed, coolDown });
  const call = createCall(send, {
    ...{ ...observed, hosts: { api: host, files: host }, timeoutMs: 5000, maxRetries: 0 },
    ...{ headers: {}, onBehalfOf: undefined, apiVersion: null, validation: "off" },
    unauthorized: "login_refused",
  });
  return createTokenEndpoint(call, app);
}

async function refresh(answer: Answer, timeoutMs = 5000) {
  const server = await startServer({ answers: [answer] });
  return { answer: await endpointAt(server.url).refresh("refresh-1", timeoutMs), server };
}

describe("createTokenEndpoint().refresh()", () => {
  it("sends a form, as RFC 6749 says, and returns the pair", async () => {
    const { answer, server } = await refresh(json(200, pair));
    expect(answer).toMatchObject({
      kind: "issued",
      pair: {
        ...{ accessToken: "access-2", accessLifetimeMs: 300_000, refreshToken: "refresh-2" },
        ...{ refreshLifetimeMs: 7_776_000_000, accountId: "acct_1" },
      },
    });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", target: "/oauth/token" });
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(String(request?.body)))).toEqual({
      grant_type: "refresh_token",
      refresh_token: "refresh-1",
      client_id: app.clientId,
      client_secret: app.clientSecret,
    });
  });

  it.each<[what: string, answer: Answer]>([
    ["a 5xx", json(500, { code: "internal_error" })],
    ["a gateway's page", respond(502, "<h1>Bad Gateway</h1>")],
    ["a gateway's timeout", respond(504, "")],
    ["a firewall's page with 403", respond(403, "<h1>Forbidden</h1>")],
    ["a 403 in JSON, which is not documented", refuse(403, "forbidden")],
    ["a 404 in JSON", refuse(404, "not_found")],
    ["a page with 401", respond(401, "<h1>Unauthorized</h1>")],
    ["a 400 without a code", json(400, {})],
    ["a redirect", respond(302, "", { location: "/" })],
    ["a page with 200", respond(200, "<h1>Maintenance</h1>")],
    ["JSON without tokens", json(200, { status: "maintenance" })],
    ["null", json(200, null)],
    ["a cut connection", (response) => response.destroy()],
  ])("is lost if the answer is %s: the token may have been spent", async (_, scripted) => {
    expect((await refresh(scripted)).answer.kind).toBe("lost");
  });

  it("is lost if there is no answer in time", async () => {
    expect((await refresh(() => undefined, 100)).answer.kind).toBe("lost");
  });

  it("is not sent if nobody listens", async () => {
    const answer = await endpointAt(await closedServer()).refresh("refresh-1", 5000);
    expect(answer.kind).toBe("not_sent");
  });

  it.each<[what: string, answer: Answer, retryAfterMs: number | undefined]>([
    ["in JSON", refuse(429, "too_many_requests"), undefined],
    ["from a gateway", respond(429, "<h1>Slow down</h1>", { "retry-after": "3" }), 3000],
  ])("is busy if the answer is 429 %s", async (_, scripted, retryAfterMs) => {
    expect((await refresh(scripted)).answer).toMatchObject({ kind: "busy", retryAfterMs });
  });

  it.each([
    [400, "invalid_request"],
    [400, "unsupported_grant_type"],
    [401, "invalid_client"],
    [401, "unauthorized"],
  ])("is refused if the answer is %i %s: the token was not looked at", async (status, code) => {
    const { answer } = await refresh(refuse(status, code));
    expect(answer).toMatchObject({ kind: "refused", error: { status, apiCode: code } });
  });

  it.each(["code", "error"])("is dead if its %s is invalid_grant", async (name) => {
    const { answer } = await refresh(json(400, { [name]: "invalid_grant" }));
    expect(answer.kind).toBe("dead");
  });

  it("shows no secret in its errors", async () => {
    const quoted = `no refresh-1 for ${app.clientSecret}`;
    const { answer } = await refresh(json(400, { code: "invalid_request", message: quoted }));
    expect(String("error" in answer && answer.error)).not.toMatch(/refresh-1|s3cr3t/);
  });
});
