/** OAuth servers that we did not write, each with the one endpoint of the API that a callback reads. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import OAuth2Server from "@node-oauth/oauth2-server";
import { Provider } from "oidc-provider";

export const app = {
  clientId: "appid_interop",
  clientSecret: "the secret of the app, with + & %",
  redirectUri: "http://127.0.0.1:3000/callback",
};
export const scope = "account_details:read";

export interface ForeignServer {
  readonly url: string;
  readonly authorizePath: string;
  readonly tokenPath: string;
  /** Ends a refresh token. */
  revoke(refreshToken: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Parts extends Pick<ForeignServer, "authorizePath" | "tokenPath" | "revoke"> {
  /** Whether an access token is good. */
  accepts(token: string): Promise<boolean>;
  /** Everything but the API. */
  handle(request: IncomingMessage, response: ServerResponse): unknown;
}

async function listen(createParts: (url: string) => Parts): Promise<ForeignServer> {
  let parts: Parts;
  const server = createServer(async (request, response) => {
    if (request.url !== "/api/v1/account") {
      await parts.handle(request, response);
      return;
    }
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const isGood = await parts.accepts(token).catch(() => false);
    response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" });
    const account = { id: "acct_foreign", status: "ACTIVE" };
    response.end(JSON.stringify(isGood ? account : { code: "unauthorized", message: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  parts = createParts(url);
  return {
    ...{ url, authorizePath: parts.authorizePath, tokenPath: parts.tokenPath },
    revoke: parts.revoke,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** panva's oidc-provider: certified for OpenID Connect, strict, ends a grant whose refresh token is used again. */
export const startOidcProvider = (): Promise<ForeignServer> =>
  listen((url) => {
    const provider = new Provider(url, {
      clients: [
        {
          client_id: app.clientId,
          client_secret: app.clientSecret,
          redirect_uris: [app.redirectUri],
          grant_types: ["authorization_code", "refresh_token"],
          token_endpoint_auth_method: "client_secret_post",
          application_type: "native",
        },
      ],
      scopes: [scope],
      cookies: { keys: ["a key"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      issueRefreshToken: () => true,
      rotateRefreshToken: true,
      ttl: { AccessToken: 300, RefreshToken: 7_776_000, Grant: 7_776_000, Session: 600 },
    });
    const callback = provider.callback();
    /** Logs in and consents at once, as somebody who is asked nothing would. */
    async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { prompt, params, session } = await provider.interactionDetails(request, response);
      if (prompt.name === "login") {
        const login = { accountId: "acct_foreign" };
        return await provider.interactionFinished(request, response, { login });
      }
      const grant = new provider.Grant({
        accountId: session?.accountId ?? "",
        clientId: params["client_id"] as string,
      });
      grant.addOIDCScope(scope);
      const consent = { grantId: await grant.save() };
      await provider.interactionFinished(request, response, { consent });
    }
    return {
      ...{ authorizePath: "/auth", tokenPath: "/token" },
      handle: (request, response) =>
        request.url?.startsWith("/interaction/")
          ? interact(request, response)
          : callback(request, response),
      accepts: async (token) => (await provider.AccessToken.find(token)) !== undefined,
      revoke: async (token) => await (await provider.RefreshToken.find(token))?.destroy(),
    };
  });

/** @node-oauth/oauth2-server, with its tokens in memory. */
export const startOAuth2Server = (): Promise<ForeignServer> =>
  listen(() => {
    const codes = new Map<string, OAuth2Server.AuthorizationCode>();
    const tokens = new Map<string, OAuth2Server.Token>();
    const client: OAuth2Server.Client = {
      id: app.clientId,
      redirectUris: [app.redirectUri],
      grants: ["authorization_code", "refresh_token"],
    };
    const user = { id: "acct_foreign" };
    const server = new OAuth2Server({
      accessTokenLifetime: 300,
      refreshTokenLifetime: 7_776_000,
      model: {
        getClient: async (id: string, secret: string | null) =>
          id === app.clientId && (secret === null || secret === app.clientSecret) && client,
        validateScope: async (_user: unknown, _client: unknown, asked?: string[]) => asked,
        async saveAuthorizationCode(code: object) {
          const saved = { ...code, client, user } as unknown as OAuth2Server.AuthorizationCode;
          codes.set(saved.authorizationCode, saved);
          return saved;
        },
        getAuthorizationCode: async (code: string) => codes.get(code),
        revokeAuthorizationCode: async (code: OAuth2Server.AuthorizationCode) =>
          codes.delete(code.authorizationCode),
        async saveToken(token: object) {
          const saved = { ...token, client, user } as unknown as OAuth2Server.Token;
          tokens.set(saved.accessToken, saved).set(saved.refreshToken ?? "", saved);
          return saved;
        },
        getAccessToken: async (token: string) => tokens.get(token),
        getRefreshToken: async (token: string) => tokens.get(token),
        revokeToken: async (token: OAuth2Server.RefreshToken) => tokens.delete(token.refreshToken),
      } as unknown as OAuth2Server.ServerOptions["model"],
    });
    const authenticateHandler = { handle: () => user };
    return {
      ...{ authorizePath: "/authorize", tokenPath: "/token" },
      async handle(request, response) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const url = new URL(request.url ?? "", "http://127.0.0.1");
        const asked = new OAuth2Server.Request({
          ...{ method: request.method ?? "", query: Object.fromEntries(url.searchParams) },
          headers: request.headers as Record<string, string>,
          body: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
        });
        const answer = new OAuth2Server.Response();
        const work =
          url.pathname === "/token"
            ? server.token(asked, answer)
            : server.authorize(asked, answer, { authenticateHandler });
        // The answer says what went wrong.
        await work.catch(() => undefined);
        response.writeHead(answer.status ?? 500, {
          "content-type": "application/json",
          ...answer.headers,
        });
        response.end(JSON.stringify(answer.body));
      },
      accepts: async (token) => tokens.get(token)?.accessToken === token,
      revoke: async (token) => tokens.delete(token),
    };
  });
