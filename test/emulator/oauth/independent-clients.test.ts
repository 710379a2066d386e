/**
 * OAuth clients that we did not write, with their own defaults, connect an account and renew its tokens:
 * openid-client, oauth4webapi, simple-oauth2, arctic and passport-oauth2, over real HTTP.
 */

import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { CodeChallengeMethod, OAuth2Client } from "arctic";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import PassportStrategy from "passport-oauth2";
import { AuthorizationCode } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentials, readAccount, redirectUri } from "./app.js";

const scope = "account_details:read balance:read";
const clientId = credentials.client_id;

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** What an app does, by the means of one package. */
interface App {
  /** Where the customer is sent. */
  begin(): Promise<string>;
  /** Takes the URL that the customer comes back on. */
  finish(back: URL): Promise<Tokens>;
  renew(refreshToken: string): Promise<Tokens>;
}

type CreateApp = (emulatorUrl: string, clientSecret: string) => Promise<App>;

async function createOpenidClient(emulatorUrl: string, secret: string): Promise<App> {
  const execute = [openid.allowInsecureRequests];
  const config = await openid.discovery(new URL(emulatorUrl), clientId, secret, undefined, {
    execute,
  });
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  const read = (answer: openid.TokenEndpointResponse): Tokens => {
    expect(answer).toMatchObject({ expires_in: 300, scope, account_id: expect.any(String) });
    return { access: answer.access_token, refresh: answer.refresh_token ?? "" };
  };
  return {
    async begin() {
      const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier);
      const proof = { code_challenge, code_challenge_method: "S256" };
      const asked = { redirect_uri: redirectUri, scope, state: expectedState, ...proof };
      return openid.buildAuthorizationUrl(config, asked).href;
    },
    async finish(back) {
      const checks = { pkceCodeVerifier, expectedState };
      return read(await openid.authorizationCodeGrant(config, back, checks));
    },
    renew: async (token) => read(await openid.refreshTokenGrant(config, token)),
  };
}

async function createOauth4webapi(emulatorUrl: string, secret: string): Promise<App> {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(emulatorUrl);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  const server = await oauth.processDiscoveryResponse(issuer, found);
  const client: oauth.Client = { client_id: clientId };
  const authentication = oauth.ClientSecretBasic(secret);
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const read = (answer: oauth.TokenEndpointResponse): Tokens => ({
    access: answer.access_token,
    refresh: answer.refresh_token ?? "",
  });
  return {
    async begin() {
      const url = new URL(server.authorization_endpoint ?? "");
      url.search = new URLSearchParams({
        ...{ client_id: clientId, redirect_uri: redirectUri, response_type: "code", scope, state },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      }).toString();
      return url.href;
    },
    async finish(back) {
      const checked = oauth.validateAuthResponse(server, client, back, state);
      const answer = await oauth.authorizationCodeGrantRequest(
        ...([server, client, authentication, checked, redirectUri, verifier, insecure] as const),
      );
      return read(await oauth.processAuthorizationCodeResponse(server, client, answer));
    },
    async renew(token) {
      const answer = await oauth.refreshTokenGrantRequest(
        ...([server, client, authentication, token, insecure] as const),
      );
      return read(await oauth.processRefreshTokenResponse(server, client, answer));
    },
  };
}

async function createSimpleOauth2(emulatorUrl: string, secret: string): Promise<App> {
  const client = new AuthorizationCode({
    client: { id: clientId, secret },
    auth: { tokenHost: emulatorUrl },
  });
  const read = ({ token }: { readonly token: object }): Tokens => {
    const { access_token, refresh_token } = token as Record<string, string>;
    return { access: access_token ?? "", refresh: refresh_token ?? "" };
  };
  return {
    begin: async () => client.authorizeURL({ redirect_uri: redirectUri, scope, state: "s" }),
    async finish(back) {
      const code = back.searchParams.get("code") ?? "";
      return read(await client.getToken({ code, redirect_uri: redirectUri }));
    },
    async renew(refresh_token) {
      return read(await client.createToken({ refresh_token, access_token: "" }).refresh());
    },
  };
}

async function createArctic(emulatorUrl: string, secret: string): Promise<App> {
  const client = new OAuth2Client(clientId, secret, redirectUri);
  const verifier = "a-verifier-that-is-long-enough-to-be-allowed";
  const [authorizeUrl, tokenUrl] = [`${emulatorUrl}/oauth/authorize`, `${emulatorUrl}/oauth/token`];
  const { S256 } = CodeChallengeMethod;
  const scopes = scope.split(" ");
  type Issued = Awaited<ReturnType<OAuth2Client["refreshAccessToken"]>>;
  const read = (tokens: Issued): Tokens => {
    expect(tokens.accessTokenExpiresInSeconds()).toBe(300);
    return { access: tokens.accessToken(), refresh: tokens.refreshToken() };
  };
  return {
    begin: async () =>
      client.createAuthorizationURLWithPKCE(authorizeUrl, "s", S256, verifier, scopes).href,
    async finish(back) {
      const code = back.searchParams.get("code") ?? "";
      return read(await client.validateAuthorizationCode(tokenUrl, code, verifier));
    },
    renew: async (token) => read(await client.refreshAccessToken(tokenUrl, token, [])),
  };
}

/** Driven as passport drives a strategy. */
async function createPassport(emulatorUrl: string, secret: string): Promise<App> {
  const strategy = new PassportStrategy(
    {
      authorizationURL: `${emulatorUrl}/oauth/authorize`,
      tokenURL: `${emulatorUrl}/oauth/token`,
      callbackURL: redirectUri,
      clientID: clientId,
      clientSecret: secret,
      ...{ scope: scope.split(" "), state: true, pkce: true },
    } as PassportStrategy.StrategyOptions,
    (access: string, refresh: string, _: unknown, done: (error: null, user: Tokens) => void) =>
      done(null, { access, refresh }),
  );
  strategy.userProfile = (_token, done) => done(null, {});
  const session = {};
  const authenticate = (url: string, query: object) =>
    new Promise<string | Tokens>((resolve, reject) => {
      const request = { url, query, session, headers: {}, connection: {} };
      const ways = { redirect: resolve, success: resolve, error: reject, fail: reject };
      Object.assign(Object.create(strategy), ways).authenticate(request, {});
    });
  type Client = {
    getOAuthAccessToken(
      token: string,
      params: object,
      done: (error: unknown, access: string, refresh: string) => void,
    ): void;
  };
  const { _oauth2: client } = strategy as unknown as { readonly _oauth2: Client };
  return {
    begin: async () => (await authenticate("/connect", {})) as string,
    async finish(back) {
      const query = Object.fromEntries(back.searchParams);
      return (await authenticate(back.pathname + back.search, query)) as Tokens;
    },
    renew: (token) =>
      new Promise((resolve, reject) => {
        client.getOAuthAccessToken(
          token,
          { grant_type: "refresh_token" },
          (error, access, refresh) => (error ? reject(error) : resolve({ access, refresh })),
        );
      }),
  };
}

/** Each with how its errors say that the secret is wrong. */
const packages: readonly [name: string, create: CreateApp, refused: object][] = [
  ["openid-client", createOpenidClient, { error: "invalid_client", status: 401 }],
  ["oauth4webapi", createOauth4webapi, { status: 401, cause: [{ scheme: "basic" }] }],
  ["simple-oauth2", createSimpleOauth2, { output: { statusCode: 401 } }],
  ["arctic", createArctic, { code: "invalid_client" }],
  ["passport-oauth2", createPassport, { code: "invalid_client" }],
];

describe.each(packages)("%s", (_, create, refused) => {
  let emulator: RunningEmulator;
  beforeAll(async () => {
    emulator = await startEmulator();
  });
  afterAll(() => emulator.close());

  /** Answers the consent pages as a browser without scripts would. */
  async function consent(url: string, answer: "allow" | "decline"): Promise<URL> {
    const page = await fetch(url);
    expect(page.status).toBe(200);
    const flow = /name="flow" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
    const send = (form: Readonly<Record<string, string>>) =>
      fetch(`${emulator.url}/oauth/consent`, {
        method: "POST",
        body: new URLSearchParams({ flow, ...form }),
        redirect: "manual",
      });
    const accounts = await send({ action: "sign_in", email: "owner@example.com" });
    const list = await fetch(new URL(accounts.headers.get("location") ?? "", emulator.url));
    const account_id = /value="(acct_[^"]+)"/.exec(await list.text())?.[1] ?? "";
    await send({ action: "choose", account_id });
    return new URL((await send({ action: answer })).headers.get("location") ?? "");
  }

  test("connects an account, calls for it, and renews its tokens twice", async () => {
    const app = await create(emulator.url, credentials.client_secret);
    let tokens = await app.finish(await consent(await app.begin(), "allow"));
    for (const _ of [1, 2]) {
      const { status, body } = await readAccount(emulator, tokens.access);
      expect([status, body.status]).toEqual([200, "ACTIVE"]);
      const next = await app.renew(tokens.refresh);
      expect(next.refresh).not.toBe(tokens.refresh);
      tokens = next;
    }
    expect((await readAccount(emulator, tokens.access)).status).toBe(200);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED", refreshes: 2 }]);
  });

  test("learns that the customer declined, with its own state", async () => {
    const app = await create(emulator.url, credentials.client_secret);
    const begun = await app.begin();
    const back = await consent(begun, "decline");
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(back.searchParams.get("state")).toBe(new URL(begun).searchParams.get("state"));
    await expect(app.finish(back)).rejects.toBeDefined();
  });

  test("learns that its secret is wrong", async () => {
    const app = await create(emulator.url, "wrong");
    const back = await consent(await app.begin(), "allow");
    await expect(app.finish(back)).rejects.toMatchObject(refused);
    expect(emulator.requests.at(-1)).toMatchObject({ endpoint: "oauth.token", status: 401 });
  });
});
