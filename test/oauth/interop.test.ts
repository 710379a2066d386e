/**
 * Our OAuth client against a server that we did not write: AXA's oauth2-mock-server, over real HTTP.
 *
 * It verifies PKCE and signs its tokens. It forgets codes and refresh tokens, so the tests check what it
 * received to see what was spent. The account comes from a small API that trusts tokens by their signature.
 */

import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientWithOAuth, createClient } from "airwallex-connect";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { OAuth2Server } from "oauth2-mock-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const redirectUri = "http://127.0.0.1:3000/callback";
const session = "a random value in a cookie";
const app = { clientId: "appid_interop", clientSecret: "the secret of the app", redirectUri };

type Answer = { body: Record<string, unknown> | ""; statusCode: number };
type Received = Readonly<Record<string, string>>;

const server = new OAuth2Server();
let api: Server;
let apiUrl: string;
/** What the token endpoint was sent and what it answered, in order. */
let exchanges: { readonly type: string; readonly sent: Received; readonly got: Received }[] = [];
/** Lets a test change answers before they are sent. */
let change: (answer: Answer, sent: Received) => void = () => undefined;

beforeAll(async () => {
  await server.issuer.keys.generate("RS256");
  await server.start(0, "127.0.0.1");
  const keys = createRemoteJWKSet(new URL(`${server.issuer.url}/jwks`));
  api = createServer(async ({ headers, url }, response) => {
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    const known = await jwtVerify(token, keys).catch(() => undefined);
    response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    const account = { id: "acct_foreign", status: "ACTIVE", jti: known?.payload.jti };
    const answer = url === "/api/v1/account" ? account : {};
    response.end(JSON.stringify(known ? answer : { code: "unauthorized", message: "no" }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});

afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await server.stop();
});

beforeEach(() => {
  exchanges = [];
  change = () => undefined;
  // Two tokens issued in the same second would be identical.
  server.service.on("beforeTokenSigning", ({ payload }) => {
    payload["jti"] = crypto.randomUUID();
  });
  server.service.on("beforeResponse", (answer: Answer, request) => {
    const sent = request.body as unknown as Received;
    change(answer, sent);
    const type = request.headers["content-type"] ?? "";
    exchanges.push({ type, sent: { ...sent }, got: { ...(answer.body as Received) } });
  });
});

afterEach(() => {
  server.service.removeAllListeners();
});

function createApp(): ClientWithOAuth<"sandbox"> {
  return createClient({
    environment: "sandbox",
    baseUrl: apiUrl,
    oauth: {
      ...app,
      scopes: ["account_details:read"],
      store: createMemoryStore(),
      authorizeUrl: `http://127.0.0.1:${server.address().port}/authorize`,
      tokenUrl: `http://127.0.0.1:${server.address().port}/token`,
    },
  });
}

/** Opens the authorization URL as a browser would: this server consents at once. */
async function consent(url: string): Promise<URL> {
  const answer = await fetch(url, { redirect: "manual" });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get("location") ?? "");
}

async function connect(client: ClientWithOAuth<"sandbox">) {
  const url = await client.oauth.authorizationUrl({ session, pkce: true, state: "back to /cart" });
  const back = await consent(url);
  return { url: new URL(url), ...(await client.oauth.handleCallback(back, { session })) };
}

/** Ends the first access token of a connection early. */
function expireSoon(answer: Answer, { grant_type }: Received): void {
  if (grant_type !== "authorization_code" || answer.body === "") return;
  answer.body["expires_in"] = 1;
}

describe("oauth with a third-party server", () => {
  it("exchanges the code with PKCE, as a form", async () => {
    const client = createApp();
    const { url, connection, account, state } = await connect(client);
    expect(account?.id).toBe("acct_foreign");
    expect(connection).toMatchObject({ accountId: "acct_foreign", status: "connected" });
    expect(state).toBe("back to /cart");
    expect(exchanges.length).toBe(1);
    expect(exchanges[0]?.type).toBe("application/x-www-form-urlencoded");
    const { code_verifier = "", ...sent } = exchanges[0]?.sent ?? {};
    const { clientId, clientSecret } = app;
    expect(sent).toEqual({
      grant_type: "authorization_code",
      code: expect.stringMatching(/^[\w-]{36}$/),
      redirect_uri: redirectUri,
      client_id: clientId,
      client_secret: clientSecret,
    });
    const hash = createHash("sha256").update(code_verifier).digest("base64url");
    expect(url.searchParams.get("code_challenge")).toBe(hash);
  });

  it("is refused by the server when the verifier is from another flow", async () => {
    const client = createApp();
    const mine = await consent(await client.oauth.authorizationUrl({ session, pkce: true }));
    const theirs = await consent(await client.oauth.authorizationUrl({ session, pkce: true }));
    mine.searchParams.set("code", theirs.searchParams.get("code") ?? "");
    await expect(client.oauth.handleCallback(mine, { session })).rejects.toMatchObject({
      name: "ApiError",
      status: 400,
      apiCode: "invalid_request",
    });
    expect(exchanges).toEqual([]);
  });

  it("renews once for many callers", async () => {
    change = expireSoon;
    const client = createApp();
    const { connection } = await connect(client);
    const customer = client.oauth.connection(connection.id);
    const all = await Promise.all(Array.from({ length: 20 }, () => customer.accounts.current()));
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(["acct_foreign"]));
    expect(exchanges.map(({ sent }) => sent["grant_type"])).toEqual([
      "authorization_code",
      "refresh_token",
    ]);
    expect(exchanges[1]?.sent["refresh_token"]).toBe(exchanges[0]?.got["refresh_token"]);
  });

  it("spends each refresh token in a chain once, in order", async () => {
    const client = createApp();
    const { connection } = await connect(client);
    for (let i = 0; i < 5; i++) await client.oauth.refresh(connection.id);
    const issued = exchanges.map(({ got }) => got["refresh_token"]);
    const spent = exchanges.slice(1).map(({ sent }) => sent["refresh_token"]);
    expect(new Set(issued).size).toBe(6);
    expect(spent).toEqual(issued.slice(0, 5));
  });

  it("keeps using the same refresh token if the server does not rotate it", async () => {
    change = (answer, { grant_type }) => {
      if (grant_type === "refresh_token" && answer.body) delete answer.body["refresh_token"];
    };
    const client = createApp();
    const { connection } = await connect(client);
    await client.oauth.refresh(connection.id);
    await client.oauth.refresh(connection.id);
    const spent = exchanges.slice(1).map(({ sent }) => sent["refresh_token"]);
    const first = exchanges[0]?.got["refresh_token"];
    expect(spent).toEqual([first, first]);
  });

  it("accepts numbers that the server sends as strings", async () => {
    change = ({ body }) => {
      if (body) Object.assign(body, { expires_in: "300", refresh_token_expires_in: "86400" });
    };
    const { connection } = await connect(createApp());
    const lifeMs = (connection.refreshExpiresAtMs ?? 0) - connection.connectedAtMs;
    expect(lifeMs).toBe(86_400_000);
  });

  it("asks for consent again when the server rejects the grant as invalid", async () => {
    const client = createApp();
    const { connection } = await connect(client);
    change = (answer) => {
      answer.statusCode = 400;
      answer.body = { error: "invalid_grant" };
    };
    await expect(client.oauth.refresh(connection.id)).rejects.toMatchObject({
      code: "connection_revoked",
    });
    expect(await client.oauth.retrieve(connection.id)).toMatchObject({ status: "revoked" });
  });
});
