/** The older camelCase account as today's. Its rules are loaded when they are needed. */

import type { LegacyAccount } from "../schemas/legacy.generated.js";
import type { CurrentAccount } from "./legacy-rules.js";

export type { CurrentAccount } from "./legacy-rules.js";

/**
 * Writes a camelCase account, as `account.active` and `account.suspended` of older subscriptions carry it,
 * in today's model.
 *
 * People become `business_person_details` with one role each: whether a director and an owner are the same
 * person is not known. What has no certain place today is listed in `unmapped`, and left out.
 *
 * @example
 * const { account, unmapped } = await toCurrentAccount({ id: "acct_1", accountUsage: { payoutTo: "suppliers" } });
 * console.log(account.id, unmapped); // acct_1 ["accountUsage"]
 */
export async function toCurrentAccount(legacy: Partial<LegacyAccount>): Promise<CurrentAccount> {
  const { convert } = await import("./legacy-rules.js");
  return convert(legacy);
}
