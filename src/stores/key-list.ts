/**
 * Pages of keys for stores that have no index: all keys are read and sorted for the first page, and kept for
 * the next ones, so that a whole list costs no more than its length.
 */

import type { Listed, ListQuery } from "./backend.js";
import type { ListedKey } from "./store.js";

export interface KeySource {
  /** Every key that has a record. */
  all(): Promise<readonly ListedKey[]>;
  /** The key as it is now, or undefined if it has no record any more. */
  find(key: string): Promise<ListedKey | undefined>;
}

/** How long sorted keys are kept for the next page, and of how many lists. */
const keptMs = 60_000;
const mostLists = 4;

interface SortedKeys {
  readonly keys: readonly ListedKey[];
  usedAtMs: number;
}

export function createKeyList({ all, find }: KeySource): (query: ListQuery) => Promise<Listed> {
  const lists = new Map<string, SortedKeys>();

  async function sorted(query: ListQuery): Promise<readonly ListedKey[]> {
    const name = JSON.stringify([query.prefix, query.expiringBeforeMs]);
    const nowMs = performance.now();
    for (const [other, { usedAtMs }] of lists) if (nowMs - usedAtMs > keptMs) lists.delete(other);
    const kept = query.after && lists.get(name);
    const keys = kept?.keys ?? sort(await all(), query);
    lists.delete(name);
    lists.set(name, { keys, usedAtMs: nowMs });
    const [oldest] = lists.keys();
    if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest);
    return keys;
  }

  return async (query) => {
    const keys = await sorted(query);
    const { after, limit } = query;
    const from = after === undefined ? 0 : firstAfter(keys, after, orderOf(query));
    const page = keys.slice(from, from + limit);
    const found = await Promise.all(page.map(({ key }) => find(key)));
    return {
      keys: found.filter((each) => each !== undefined && isAskedFor(each, query)) as ListedKey[],
      after: from + limit < keys.length ? page.at(-1) : undefined,
    };
  };
}

type Order = (a: ListedKey, b: ListedKey) => number;

function sort(all: readonly ListedKey[], query: ListQuery): readonly ListedKey[] {
  return all.filter((each) => isAskedFor(each, query)).sort(orderOf(query));
}

function orderOf({ expiringBeforeMs }: ListQuery): Order {
  return expiringBeforeMs === undefined ? byKey : byExpiry;
}

/** The index of the first key that comes after this one. */
function firstAfter(keys: readonly ListedKey[], after: ListedKey, order: Order): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(keys[middle] as ListedKey, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
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
