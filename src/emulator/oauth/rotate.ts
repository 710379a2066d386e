/**
 * The grant `refresh_token`, in this order:
 *
 * 1. A token that another request is working on: 429, nothing else happens.
 * 2. Unknown, of another app, of a grant that has ended, or expired: refused, nothing else happens.
 * 3. Replaced longer ago than the grace: taken for stolen. The whole connection ends.
 * 4. Else there is a new pair. All refresh tokens of a grant stand in one line: the one issued last
 *    replaces all others, also a sibling that was issued for the same token a moment ago. Each
 *    works for the grace, counted from the moment at which the next in line was issued.
 *
 * @see https://www.airwallex.com/docs/partner-connections/integration-guide
 */

import type { World } from "../state.js";
import { connectionOf, disconnect } from "./connections.js";
import type { OAuthApp } from "./options.js";
import { concurrentRefresh, invalidGrant, invalidRequest } from "./refusal.js";
import type { Grant, RefreshToken } from "./store.js";
import { issueRefreshToken } from "./tokens.js";

/** A grant and the refresh token that was issued for it just now. */
export interface Rotated {
  readonly grant: Grant;
  readonly refreshToken: string;
}

/**
 * Holds a refresh token while a request works on it.
 *
 * @throws Refusal if another request holds it, or if there is none.
 */
export async function whileBusy<T>(
  { oauth: { busy } }: World,
  token: string | undefined,
  work: (token: string) => Promise<T>,
): Promise<T> {
  if (!token) throw invalidRequest("refresh_token", "field [refresh_token] is required.");
  if (busy.has(token)) throw concurrentRefresh();
  busy.add(token);
  try {
    return await work(token);
  } finally {
    busy.delete(token);
  }
}

/** @throws Refusal if the token does not work; the connection may have ended by that. */
export function rotate(world: World, { clientId }: OAuthApp, token: string): Rotated {
  const known = world.oauth.refreshTokens.get(token);
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

/** Says the same for every reason, as the API does. */
function refused() {
  return invalidGrant("refresh_token", "The refresh token is invalid or expired.");
}
