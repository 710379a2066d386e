/** Decisions of customers, on the page or through the shortcut for tests. */

import { createHash } from "node:crypto";
import type { AccountRecord } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { redirectWithCode, redirectWithError } from "./authorize.js";
import { isClosed } from "./connections.js";
import {
  type AuthorizationRequest,
  type NewCustomer,
  newCustomer,
  oauthOf,
} from "./oauth-store.js";

/** Accounts to choose from: open ones of OAuth customers, then active ones of the platform. */
export function choosableAccounts({ accounts }: World): readonly AccountRecord[] {
  const own = [...accounts.connected.values()].filter(({ status }) => status === "ACTIVE");
  const others = [...accounts.customers.values()].filter((account) => !isClosed(account));
  return [...others, ...own];
}

/** Opens an unverified account that belongs to no platform. */
export function signUp(world: World, customer: NewCustomer): AccountRecord {
  const account = newCustomer(oauthOf(world).ids, world.clock.nowMs(), customer);
  world.accounts.customers.set(account.id, account);
  return account;
}

/** Returns the URL to redirect to, with a code. */
export function allow(world: World, request: AuthorizationRequest, account: AccountRecord): string {
  const { ids, codes } = oauthOf(world);
  // After a reset the ids come again; an app that has seen such a code would take it for a used one.
  const mark = createHash("sha256")
    .update(request.state ?? "")
    .digest("base64url")
    .slice(0, 8);
  const code = ids.secret("code") + mark;
  const expiresAtMs = world.clock.nowMs() + world.settings.oauth.codeLifetimeMs;
  codes.set(code, { request, account, expiresAtMs, grant: undefined });
  return redirectWithCode(request, code);
}

/** Returns the URL to redirect to, with an error. */
export function decline(request: AuthorizationRequest): string {
  return redirectWithError(request, "access_denied", "The customer declined.");
}

export function nameOf({ details, nickname, id }: AccountRecord): string {
  const { first_name: first, last_name: last } = details.individual_details ?? {};
  const person = [first, last].filter(Boolean).join(" ");
  return details.business_details?.business_name || person || nickname || id;
}
