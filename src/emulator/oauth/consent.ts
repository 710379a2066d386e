/** What customers decide, on the page or by the shortcut for tests. */

import type { AccountRecord } from "../accounts/record.js";
import type { World } from "../state.js";
import { redirectWithCode, redirectWithError } from "./authorize.js";
import { isClosed } from "./connections.js";
import { type AuthorizationRequest, type NewCustomer, newCustomer } from "./store.js";

/** Accounts that a customer can choose from: those of the platform that are active, and all others. */
export function choosableAccounts({ accounts, oauth }: World): readonly AccountRecord[] {
  const own = [...accounts.connected.values()].filter(({ status }) => status === "ACTIVE");
  const others = [...oauth.customers.values()].filter((account) => !isClosed(account));
  return [...others, ...own];
}

/** Opens an account that belongs to no platform yet, and that nobody has verified. */
export function signUp({ oauth, clock }: World, customer: NewCustomer): AccountRecord {
  const account = newCustomer(oauth.ids, clock.nowMs(), customer);
  oauth.customers.set(account.id, account);
  return account;
}

/** Returns where the customer is sent with the code. */
export function allow(
  { oauth, clock, settings }: World,
  request: AuthorizationRequest,
  account: AccountRecord,
): string {
  const code = oauth.ids.secret("code");
  const expiresAtMs = clock.nowMs() + settings.oauth.codeLifetimeMs;
  oauth.codes.set(code, { request, account, expiresAtMs, grant: undefined });
  return redirectWithCode(request, code);
}

/** Returns where the customer is sent without one. */
export function decline(request: AuthorizationRequest): string {
  return redirectWithError(request, "access_denied", "The customer declined.");
}

export function nameOf({ details, nickname, id }: AccountRecord): string {
  const { first_name: first, last_name: last } = details.individual_details ?? {};
  const person = [first, last].filter(Boolean).join(" ");
  return details.business_details?.business_name || person || nickname || id;
}
