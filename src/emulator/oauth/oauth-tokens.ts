/** Issues pairs of tokens, and finds the account that an access token acts for. */

import type { OAuthToken } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { digest } from "../engine/random.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { type Grant, oauthOf, type RefreshToken } from "./oauth-store.js";

/** Issues the next refresh token of a grant, replacing the one before it. */
export function issueRefreshToken(world: World, grant: Grant): string {
  const oauth = oauthOf(world);
  const nowMs = world.clock.nowMs();
  const token = oauth.ids.secret("rt");
  const issued: RefreshToken = {
    grant,
    expiresAtMs: nowMs + world.settings.oauth.refreshTokenLifetimeMs,
    replacedAtMs: undefined,
    spent: false,
  };
  if (grant.newest !== undefined) grant.newest.replacedAtMs = nowMs;
  grant.newest = issued;
  oauth.refreshTokens.set(token, issued);
  return token;
}

/** Issues an access token, and returns it together with the refresh token. */
export async function answerWithTokens(
  world: World,
  grant: Grant,
  refreshToken: string,
  issuer: string,
): Promise<OAuthToken> {
  const { accessTokenLifetimeMs, refreshTokenLifetimeMs } = world.settings.oauth;
  const org_id = orgIdOf(world, grant.account);
  const scope = grant.scopes.join(" ");
  return {
    access_token: await issueAccessToken(world, grant, { iss: issuer, org_id, scope }),
    refresh_token: refreshToken,
    expires_in: Math.floor(accessTokenLifetimeMs / 1_000),
    token_type: "bearer",
    refresh_token_expires_in: Math.floor(refreshTokenLifetimeMs / 1_000),
    account_id: grant.account.id,
    org_id,
    scope,
  };
}

/** The id of the organisation that an account belongs to. */
export function orgIdOf({ settings }: World, { id }: AccountRecord): string {
  return `org_${digest(settings.seed, "organisation", id).toString("base64url").slice(0, 22)}`;
}

async function issueAccessToken(
  world: World,
  grant: Grant,
  claims: Readonly<Record<string, string>>,
): Promise<string> {
  const oauth = oauthOf(world);
  const { clientId, account } = grant;
  const nowMs = world.clock.nowMs();
  const expiresAtMs = nowMs + world.settings.oauth.accessTokenLifetimeMs;
  const token = await oauth.key.sign({
    ...claims,
    sub: account.id,
    account_id: account.id,
    client_id: clientId,
    iat: Math.floor(nowMs / 1_000),
    exp: Math.floor(expiresAtMs / 1_000),
    jti: oauth.ids.token(),
  });
  oauth.accessTokens.set(token, { grant, expiresAtMs });
  return token;
}

/** The account that a token acts for, and its scopes. */
export interface OAuthCaller {
  readonly account: AccountRecord;
  readonly scopes: readonly string[];
}

/**
 * Returns undefined for a token that was not issued to an app.
 *
 * @throws Refusal for a revoked or expired token.
 */
export function callerOf(world: World, token: string): OAuthCaller | undefined {
  const known = oauthOf(world).accessTokens.get(token);
  if (known === undefined) return undefined;
  if (known.grant.ended) {
    throw new Refusal(401, "credentials_invalid", "The access token was revoked.");
  }
  if (known.expiresAtMs <= world.clock.nowMs()) {
    throw new Refusal(401, "credentials_expired", "The access token has expired.");
  }
  return known.grant;
}
