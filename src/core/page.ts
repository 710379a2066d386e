/** Lists: a promise of the first page that is also an async iterable of every item. */

import type { CallFacts } from "../errors.js";
import { ShapeError } from "../errors.js";
import type { Endpoint } from "../schemas/endpoint.js";
import type { ApiPromise } from "./call.js";

/** A page numbered from 0, as most of the API's lists are. */
export interface NumberedPage<Item> {
  readonly items: readonly Item[];
  readonly has_more: boolean;
}

/**
 * Awaited, it is the first page. Iterated, it is every item, page after page as they are needed:
 *
 * @example
 * for await (const account of client.accounts.list({ account_status: "ACTIVE" })) use(account);
 */
export interface ListPromise<Item, Page = NumberedPage<Item>>
  extends ApiPromise<Page>,
    AsyncIterable<Item> {
  /** Every page, from the first one on. */
  pages(): AsyncIterable<Page>;
  /** Up to `limit` items as one array; `Infinity` takes them all. */
  toArray(options: { readonly limit: number }): Promise<Item[]>;
}

/**
 * Makes a list of numbered pages. New items push older ones onto the next page while a caller walks
 * the list, so items that were on the page before are skipped.
 *
 * @param keyOf what tells an item from the others
 */
export function listPages<Item, Page extends NumberedPage<Item>>(
  endpoint: ListEndpoint,
  firstNumber: number,
  fetchPage: (pageNumber: number) => ApiPromise<Page>,
  keyOf: (item: Item) => string,
): ListPromise<Item, Page> {
  const first = fetchPage(firstNumber);

  async function* pages(): AsyncGenerator<Page> {
    let page = await first;
    let previous: string | undefined;
    for (let number = firstNumber; ; number++) {
      if (!Array.isArray(page?.items)) throw noPage(endpoint, page);
      yield page;
      if (!page.has_more || page.items.length === 0) return;
      const here = page.items.map(keyOf).join();
      if (here === previous)
        throw repeatedPage(endpoint, `page ${number} is the same as the one before`, page);
      previous = here;
      page = await fetchPage(number + 1);
    }
  }

  async function* items(): AsyncGenerator<Item> {
    let seen: ReadonlySet<string> = new Set();
    for await (const page of pages()) {
      for (const item of page.items) if (!seen.has(keyOf(item))) yield item;
      seen = new Set(page.items.map(keyOf));
    }
  }

  return listItems(endpoint, first, pages, items);
}

/** Gives the promise of a first page the ways of walking on from it. */
export function listItems<Item, Page>(
  endpoint: ListEndpoint,
  first: ApiPromise<Page>,
  pages: () => AsyncIterable<Page>,
  items: () => AsyncIterator<Item> & AsyncIterable<Item>,
): ListPromise<Item, Page> {
  return Object.assign(first, {
    pages,
    [Symbol.asyncIterator]: items,
    async toArray({ limit }: { readonly limit: number }) {
      // The first page is on its way, and may not be looked at below.
      first.catch(() => undefined);
      if (!(limit >= 0)) {
        throw new RangeError(`Cannot call ${endpoint.name}: limit is ${limit}, expected 0 or more`);
      }
      const list: Item[] = [];
      if (limit === 0) return list;
      for await (const item of items()) if (list.push(item) >= limit) break;
      return list;
    },
  });
}

type ListEndpoint = Pick<Endpoint, "name" | "path">;

/** A remote that ignores which page is asked for would be walked for ever. */
export function repeatedPage(endpoint: ListEndpoint, what: string, data: unknown): ShapeError {
  const message = `Cannot go on with ${endpoint.name}: ${what}`;
  return new ShapeError("repeated_page", message, factsOf(endpoint), [], data);
}

export function noPage(endpoint: ListEndpoint, data: unknown): ShapeError {
  const message = `Cannot walk the pages of ${endpoint.name}: the answer has no list of items`;
  return new ShapeError("unexpected_shape", message, factsOf(endpoint), [], data);
}

function factsOf({ name, path }: ListEndpoint): CallFacts {
  return { operation: name, method: "GET", path, outcome: "done", attempts: 1 };
}
