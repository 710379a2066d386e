/** Converts the older camelCase account to the current model. The rules are loaded on demand. */

import { isObject, kindOf } from "../checks/values.js";
import type { LegacyAccount } from "../generated/legacy.js";
import type { CurrentAccount } from "./legacy-rules.js";

export type { CurrentAccount } from "./legacy-rules.js";

/**
 * Converts a camelCase account, as carried by `account.active` and `account.suspended` events of older
 * subscriptions, to the current model.
 *
 * People become `business_person_details` with one role each, because it is unknown whether a director and
 * an owner are the same person. Fields without a certain equivalent are left out and listed in `unmapped`.
 *
 * @example
 * const { account, unmapped } = await toCurrentAccount({ id: "acct_1", accountUsage: { payoutTo: "suppliers" } });
 * console.log(account.id, unmapped); // acct_1 ["accountUsage"]
 */
export async function toCurrentAccount(legacy: Partial<LegacyAccount>): Promise<CurrentAccount> {
  if (!isObject(legacy))
    throw new TypeError(`Cannot convert the account: it is ${kindOf(legacy)}, expected an object`);
  const { convert } = await import("./legacy-rules.js");
  return convert(legacy);
}
