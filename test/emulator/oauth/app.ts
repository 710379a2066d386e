/** An app that customers connect to. Of this package, it knows nothing but the emulator. */

import { createHash } from "node:crypto";
import {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type OAuthApp,
  type OAuthControls,
} from "airwallex-connect/emulator";
import { type Answer, send, type Target } from "../api.js";

export const redirectUri = "http://127.0.0.1:3000/callback";

export const credentials = {
  client_id: defaultOAuthClientId,
  client_secret: defaultOAuthClientSecret,
};

/** The default app, spelled out for tests that need another one beside it. */
export const usualApp: OAuthApp = {
  clientId: defaultOAuthClientId,
  clientSecret: defaultOAuthClientSecret,
  redirectUris: ["http://127.0.0.1:*"],
};

export const publicApp: OAuthApp = {
  clientId: "appid_public",
  public: true,
  redirectUris: ["http://127.0.0.1:*"],
};

export const verifier = "a-verifier-that-is-long-enough-to-be-allowed";
export const codeChallenge = createHash("sha256").update(verifier).digest("base64url");

export type OAuthTarget = Target & { readonly oauth: OAuthControls };

export function callToken(target: Target, body: Readonly<Record<string, unknown>>) {
  return send(target, "POST", "/oauth/token", { ...credentials, ...body });
}

/** A code for the default app, as the browser would bring it back. */
export function consent(
  { oauth }: OAuthTarget,
  options: Partial<Parameters<OAuthControls["consent"]>[0]> = {},
): string {
  const url = oauth.consent({ redirectUri, scope: "account_details:read", ...options });
  return new URL(url).searchParams.get("code") ?? "";
}

export function exchange(
  target: Target,
  code: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const body = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return callToken(target, { ...body, ...more });
}

export function refresh(
  target: Target,
  refresh_token: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return callToken(target, { grant_type: "refresh_token", refresh_token, ...more });
}

/** Connects an account and returns its first tokens. */
export async function connectAccount(
  target: OAuthTarget,
  options: Parameters<typeof consent>[1] = {},
): Promise<{ readonly access_token: string; readonly refresh_token: string }> {
  return (await exchange(target, consent(target, options))).body;
}

export function readAccount(target: Target, accessToken: string): Promise<Answer> {
  const authorization = `Bearer ${accessToken}`;
  return send(target, "GET", "/api/v1/account", undefined, { authorization });
}
