/** Our OAuth client against servers that we did not write: oidc-provider and @node-oauth/oauth2-server. */

import { type ClientWithOAuth, createClient } from "airwallex-connect";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  app,
  type ForeignServer,
  scope,
  startOAuth2Server,
  startOidcProvider,
} from "./foreign-servers.js";

const session = "a random value in a cookie";

describe.each([
  ["oidc-provider", startOidcProvider],
  ["@node-oauth/oauth2-server", startOAuth2Server],
])("oauth with %s", (_, start) => {
  let server: ForeignServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  function open(more: { readonly clientSecret?: string } = {}) {
    const store = createMemoryStore();
    const asked: string[] = [];
    const client = createClient({
      ...{ environment: "sandbox", baseUrl: server.url },
      observer: {
        onAttempt: ({ operation }) => operation === "oauth.token" && asked.push(operation),
      },
      oauth: {
        ...{ ...app, ...more, scopes: [scope], store },
        authorizeUrl: server.url + server.authorizePath,
        tokenUrl: server.url + server.tokenPath,
      },
    });
    const refreshTokenOf = async (id: string): Promise<string> => {
      const stored = await store.read(`airwallex:connection:${id}`);
      return (JSON.parse(stored?.value ?? "{}") as { refreshToken: string }).refreshToken;
    };
    return { client, asked, refreshTokenOf };
  }

  /** Follows the server's redirects with its cookies, as a browser would, back to the app. */
  async function browse(begin: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = new URL(begin);
    for (let steps = 0; steps < 10 && !url.href.startsWith(app.redirectUri); steps++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get("location");
      if (location === null) throw new Error(`stopped at ${url.pathname}: ${await answer.text()}`);
      url = new URL(location, url);
    }
    return url;
  }

  async function connect(client: ClientWithOAuth<"sandbox">) {
    const url = await client.oauth.authorizationUrl({ session, pkce: true, state: "to /cart" });
    return await client.oauth.handleCallback(await browse(url), { session });
  }

  test("an account is connected with PKCE, and called for", async () => {
    const { client } = open();
    const { connection, account, state } = await connect(client);
    expect([account?.id, state]).toEqual(["acct_foreign", "to /cart"]);
    expect(connection).toMatchObject({ accountId: "acct_foreign", status: "connected" });
    const called = await client.oauth.connection(connection.id).accounts.current();
    expect(called.id).toBe("acct_foreign");
  });

  test("every refresh replaces the refresh token, and many at once are one", async () => {
    const { client, asked, refreshTokenOf } = open();
    const { id } = (await connect(client)).connection;
    const seen = new Set([await refreshTokenOf(id)]);
    for (let round = 0; round < 3; round++) {
      await client.oauth.refresh(id);
      seen.add(await refreshTokenOf(id));
    }
    expect(seen.size).toBe(4);
    const before = asked.length;
    await Promise.all(Array.from({ length: 20 }, () => client.oauth.refresh(id)));
    expect(asked.length - before).toBe(1);
    await client.oauth.connection(id).accounts.current();
  });

  test("a refresh token that the server has ended revokes the connection", async () => {
    const { client, refreshTokenOf } = open();
    const { id } = (await connect(client)).connection;
    await server.revoke(await refreshTokenOf(id));
    const refreshed = client.oauth.refresh(id);
    await expect(refreshed).rejects.toMatchObject({ code: "connection_revoked" });
  });

  test("a wrong secret is said to be wrong", async () => {
    const { client } = open({ clientSecret: "wrong" });
    await expect(connect(client)).rejects.toMatchObject({ apiCode: "invalid_client" });
  });

  test("a code for another verifier is refused", async () => {
    const { client } = open();
    const begin = () => client.oauth.authorizationUrl({ session, pkce: true });
    const [mine, theirs] = [await browse(await begin()), await browse(await begin())];
    mine.searchParams.set("code", theirs.searchParams.get("code") ?? "");
    const taken = client.oauth.handleCallback(mine, { session });
    await expect(taken).rejects.toMatchObject({ code: "code_refused" });
  });
});
