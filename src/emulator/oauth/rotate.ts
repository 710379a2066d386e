/**
 * The grant `refresh_token`, in this order:
 *
 * 1. A token that another request is using: 429, nothing else happens.
 * 2. Unknown, of another app, of an ended grant, or expired: refused, nothing else happens.
 * 3. Replaced longer ago than the grace period: presumed stolen. The whole connection ends.
 * 4. Otherwise a new pair is issued. The refresh tokens of a grant form one sequence: the newest replaces
 *    all others, even a sibling just issued for the same token. Each keeps working for the grace period,
 *    counted from the time at which the next in the sequence was issued.
 *
 * @see https://www.airwallex.com/docs/partner-connections/integration-guide
 */

import type { OAuthApp } from "../engine/oauth-options.js";
import type { World } from "../engine/world.js";
import { connectionOf, disconnect } from "./connections.js";
import { concurrentRefresh, invalidGrant, invalidRequest } from "./oauth-refusal.js";
import { type Grant, oauthOf, type RefreshToken } from "./oauth-store.js";
import { issueRefreshToken } from "./oauth-tokens.js";

/** A grant and the refresh token just issued for it. */
export interface Rotated {
  readonly grant: Grant;
  readonly refreshToken: string;
}

/**
 * Locks a refresh token while a request uses it.
 *
 * @throws Refusal if another request is using it, or if it is missing.
 */
export async function whileBusy<T>(
  world: World,
  token: string | undefined,
  work: (token: string) => Promise<T>,
): Promise<T> {
  if (!token) throw invalidRequest("refresh_token", "field [refresh_token] is required.");
  const { busy } = oauthOf(world);
  if (busy.has(token)) throw concurrentRefresh();
  busy.add(token);
  try {
    return await work(token);
  } finally {
    busy.delete(token);
  }
}

/** @throws Refusal if the token is not valid, which may have ended the connection. */
export function rotate(world: World, { clientId }: OAuthApp, token: string): Rotated {
  const known = oauthOf(world).refreshTokens.get(token);
  if (known === undefined || known.grant.clientId !== clientId) throw refused();
  if (known.grant.ended || known.expiresAtMs <= world.clock.nowMs()) throw refused();
  const connection = connectionOf(world, known.grant);
  if (connection === undefined) throw refused();
  if (isLeak(world, known)) {
    disconnect(world, connection, "token_reuse");
    throw refused();
  }
  if (!known.spent) connection.spent++;
  known.spent = true;
  connection.refreshes++;
  return { grant: known.grant, refreshToken: issueRefreshToken(world, known.grant) };
}

function isLeak({ settings, clock }: World, { replacedAtMs }: RefreshToken): boolean {
  return replacedAtMs !== undefined && replacedAtMs + settings.oauth.graceMs <= clock.nowMs();
}

/** The message is the same for every reason, as in the API. */
function refused() {
  return invalidGrant("refresh_token", "The refresh token is invalid or expired.");
}
