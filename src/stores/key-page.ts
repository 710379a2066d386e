/** Pages of keys, for stores that have all keys in memory. */

import type { Listed, ListQuery } from "./backend.js";
import type { ListedKey } from "./store.js";

export function pageOf(all: Iterable<ListedKey>, query: ListQuery): Listed {
  const order = query.expiringBeforeMs === undefined ? byKey : byExpiry;
  const { after, limit } = query;
  const matching = [...all]
    .filter((row) => isAskedFor(row, query) && (after === undefined || order(row, after) > 0))
    .sort(order);
  const keys = matching.slice(0, limit);
  return { keys, after: matching.length > limit ? keys.at(-1) : undefined };
}

function isAskedFor(
  { key, expiresAtMs }: ListedKey,
  { prefix, expiringBeforeMs }: ListQuery,
): boolean {
  if (!key.startsWith(prefix)) return false;
  return (
    expiringBeforeMs === undefined || (expiresAtMs !== undefined && expiresAtMs < expiringBeforeMs)
  );
}

function byKey(a: ListedKey, b: ListedKey): number {
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}

function byExpiry(a: ListedKey, b: ListedKey): number {
  return (a.expiresAtMs ?? 0) - (b.expiresAtMs ?? 0) || byKey(a, b);
}
