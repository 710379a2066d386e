/** Finds the account that a request acts for, by its token and `x-on-behalf-of`. */

import { type AccountRecord, findConnected } from "../engine/account-record.js";
import type { EmulatedRequest } from "../engine/exchange.js";
import { Refusal, refusalOfStatus } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { callerOf } from "../oauth/oauth-tokens.js";
import { requireScope } from "../oauth/scopes.js";
import { apiTokensOf } from "./api-tokens.js";

/**
 * @param scopes The scopes of which an OAuth token needs one; none if no such token will do.
 * @throws Refusal without a valid token, or if it may not do this.
 */
export function authorise(
  world: World,
  { headers }: EmulatedRequest,
  scopes: readonly string[],
): AccountRecord {
  const { accounts, settings } = world;
  const { authorization, "x-on-behalf-of": onBehalfOf } = headers;
  if (authorization === undefined) {
    if (settings.missingAuthStatus === 403) throw refusalOfStatus(403);
    throw new Refusal(401, "unauthorized", "An access token is required.");
  }
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  const connected = callerOf(world, token);
  if (connected !== undefined) {
    if (onBehalfOf !== undefined) {
      throw new Refusal(403, "forbidden", "An OAuth token acts for its own account alone.");
    }
    requireScope(connected.scopes, scopes);
    return connected.account;
  }
  apiTokensOf(world).check(token);
  if (onBehalfOf === undefined || onBehalfOf === accounts.platform.id) return accounts.platform;
  try {
    return findConnected(accounts, onBehalfOf);
  } catch {
    throw new Refusal(403, "forbidden", "The platform may not act on behalf of this account.");
  }
}
