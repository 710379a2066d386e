/** How new data are merged into what an account already holds. */

import type { WithoutNulls } from "../../checks/values.js";
import { isObject } from "../../checks/values.js";
import type { AccountDetails, AccountUpdateDetails } from "../../generated/index.js";
import type { Ids } from "../engine/ids.js";
import { invalidArgument } from "../engine/refusal.js";

/** Objects are merged member by member; lists and everything else are replaced. */
export function merge<T extends object>(old: T | null | undefined, change: object): T {
  const merged: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(change)) {
    const before = merged[name];
    // Not an assignment: a member named `__proto__` would set the prototype.
    Object.defineProperty(merged, name, {
      value: isObject(value) && isObject(before) ? merge(before, value) : value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return merged as T;
}

/**
 * Merges an update into the details of an account. The persons sent replace the present ones, each with
 * what was sent of it; a `person_id` only makes it the same person.
 *
 * @throws Refusal for a `person_id` that the account does not have.
 */
export function mergeDetails(
  old: AccountDetails,
  change: WithoutNulls<AccountUpdateDetails>,
  ids: Ids,
): AccountDetails {
  const { business_person_details: sent, ...rest } = change;
  const details = merge(old, rest);
  if (sent === undefined) return withPersonIds(details, ids);
  const known = new Set(old.business_person_details?.map(({ person_id }) => person_id));
  for (const [index, { person_id }] of sent.entries()) {
    if (person_id === undefined || known.has(person_id)) continue;
    const source = `account_details.business_person_details[${index}].person_id`;
    throw invalidArgument(source, "the account has no such person");
  }
  return withPersonIds({ ...details, business_person_details: sent }, ids);
}

/** Gives an id to every person without one. */
export function withPersonIds(details: AccountDetails, ids: Ids): AccountDetails {
  const { individual_details: individual, business_person_details: people } = details;
  const named = <T extends { readonly person_id?: string | null | undefined }>(person: T): T => ({
    ...person,
    person_id: person.person_id ?? ids.person(),
  });
  return {
    ...details,
    ...(individual && { individual_details: named(individual) }),
    ...(people && { business_person_details: people.map(named) }),
  };
}
