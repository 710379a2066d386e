/** A list: a promise of the first page that is also an async iterable of every item. */

import type { CallFacts } from "../errors/index.js";
import { ShapeError } from "../errors/index.js";
import type { Endpoint } from "../schemas/endpoint.js";
import type { ApiPromise } from "./call.js";

/** A page of a list whose pages are numbered from 0, as most of the API's are. */
export interface NumberedPage<Item> {
  readonly items: readonly Item[];
  readonly has_more: boolean;
}

/**
 * Await it for the first page, or iterate it for every item; further pages are fetched as needed.
 *
 * @example
 * for await (const account of client.accounts.list({ account_status: "ACTIVE" })) {
 *   console.log(account.id);
 * }
 */
export interface ListPromise<Item, Page = NumberedPage<Item>>
  extends ApiPromise<Page>,
    AsyncIterable<Item> {
  /** Every page, starting with the first. */
  pages(): AsyncIterable<Page>;
  /** Up to `limit` items as one array; `Infinity` takes them all. */
  toArray(options: { readonly limit: number }): Promise<Item[]>;
}

/** A page that names the next one, as in some of the API's lists; the last page names none. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly page_after?: string | null | undefined;
  readonly page_before?: string | null | undefined;
  /** The same as `page_after`, as the API for partners spells it. */
  readonly pageAfter?: string | null | undefined;
}

/**
 * Creates a list of numbered pages. New items push older ones onto later pages while a caller walks the list,
 * so items that were already on an earlier page are skipped.
 *
 * @param params what the caller asks for; what is no object is handed on as it is, to be refused
 * @param fetchPage asks for a page: by `params` with its number
 * @param keyOf returns a key that identifies the item; default: its `id`
 */
export function listPages<Item, Page extends NumberedPage<Item>, Params extends NumberParams>(
  endpoint: ListEndpoint,
  params: Params,
  fetchPage: (params: Params) => ApiPromise<Page>,
  keyOf = idOf<Item>,
): ListPromise<Item, Page> {
  const fetch = (page_num: number) => fetchPage(params && { ...params, page_num });
  const next = ({ has_more, items }: Page, number: number): number | undefined =>
    has_more && items.length > 0 ? number + 1 : undefined;
  return walk(endpoint, params?.page_num ?? 0, fetch, { keyOf, next });
}

interface NumberParams {
  readonly page_num?: number | undefined;
}

interface CursorParams {
  readonly page?: string | undefined;
}

/** Creates a list of pages that each name the next. An empty page is not necessarily the last. */
export function listCursorPages<Item, Page extends CursorPage<Item>, Params extends CursorParams>(
  endpoint: ListEndpoint,
  params: Params,
  fetchPage: (params: Params) => ApiPromise<Page>,
): ListPromise<Item, Page> {
  const fetch = (page: string | undefined) => fetchPage(params && { ...params, page });
  return walk(endpoint, params?.page, fetch, {
    keyOf: idOf<Item>,
    next: ({ page_after, pageAfter }: Page) => page_after || pageAfter || undefined,
  });
}

/** Creates a list of pages that each name the next or, in older versions of the API, are counted from 0. */
export function listEitherPages<
  Item,
  Page extends CursorPage<Item> & { readonly has_more?: boolean | null | undefined },
  Params extends NumberParams & CursorParams,
>(
  endpoint: ListEndpoint,
  params: Params,
  fetchPage: (params: Params) => ApiPromise<Page>,
  keyOf = idOf<Item>,
): ListPromise<Item, Page> {
  const fetch = (name: string | number | undefined) =>
    fetchPage(params && { ...params, ...pageOf(name) });
  return walk(endpoint, params?.page ?? params?.page_num, fetch, {
    keyOf,
    next: ({ page_after, has_more, items }: Page, name: string | number | undefined) => {
      if (page_after) return page_after;
      if (!has_more || items.length === 0 || typeof name === "string") return undefined;
      return (name ?? 0) + 1;
    },
  });
}

const idOf = <Item>(item: Item): string => (item as { readonly id: string }).id;

/** The parameter that asks for a page by its name. */
function pageOf(name: string | number | undefined): NumberParams & CursorParams {
  return typeof name === "number" ? { page_num: name } : { page: name };
}

interface Steps<Item, Page, Name> {
  readonly keyOf: (item: Item) => string;
  /** The name of the next page; undefined if there is none. */
  readonly next: (page: Page, name: Name) => Name | undefined;
}

type PageName = number | string | undefined;

/** So many pages of new items may push others on between two requests, before one of those is given twice. */
const rememberedPages = 10;

/** So often a page may be the same as the one before. */
const mostRepeats = 3;

interface ItemsPage<Item> {
  readonly items: readonly Item[];
}

/** A list that is being walked: its first page has been asked for. */
interface Walk<Item, Page, Name> extends Steps<Item, Page, Name> {
  readonly endpoint: ListEndpoint;
  readonly firstName: Name;
  readonly first: ApiPromise<Page>;
  readonly fetchPage: (name: Name) => ApiPromise<Page>;
}

function walk<Item, Page extends ItemsPage<Item>, Name extends PageName>(
  endpoint: ListEndpoint,
  firstName: Name,
  fetchPage: (name: Name) => ApiPromise<Page>,
  steps: Steps<Item, Page, Name>,
): ListPromise<Item, Page> {
  const first = fetchPage(firstName);
  const list = { ...steps, endpoint, firstName, fetchPage, first };
  return Object.assign(first, {
    pages: () => pagesOf(list),
    [Symbol.asyncIterator]: () => itemsOf(list),
    toArray: (options: { readonly limit: number }) => readItems(list, options?.limit),
  });
}

async function* pagesOf<Item, Page extends ItemsPage<Item>, Name extends PageName>(
  list: Walk<Item, Page, Name>,
): AsyncGenerator<Page> {
  const { endpoint, firstName, first, fetchPage, next } = list;
  const visited = new Set<Name>([firstName]);
  let previous: string | undefined;
  let repeats = 0;
  let name = firstName;
  for (let page = await first; ; page = await fetchPage(name)) {
    yield page;
    const following = next(page, name);
    if (following === undefined) return;
    const here = describePage(page, list);
    // As many new items as a page holds push the same items onto the next page: once is no proof.
    repeats = here !== "" && here === previous ? repeats + 1 : 0;
    if (visited.has(following) || repeats === mostRepeats) throw repeatedPage(endpoint, name, page);
    visited.add(following);
    previous = here;
    name = following;
  }
}

async function* itemsOf<Item, Page extends ItemsPage<Item>, Name extends PageName>(
  list: Walk<Item, Page, Name>,
): AsyncGenerator<Item> {
  const recent: ReadonlySet<string | undefined>[] = [];
  for await (const page of pagesOf(list)) {
    const keys = keysOf(page, list);
    for (const [i, item] of page.items.entries()) {
      const key = keys[i];
      if (key === undefined || !recent.some((seen) => seen.has(key))) yield item;
    }
    recent.push(new Set(keys));
    if (recent.length > rememberedPages) recent.shift();
  }
}

async function readItems<Item, Page extends ItemsPage<Item>, Name extends PageName>(
  list: Walk<Item, Page, Name>,
  limit: number,
): Promise<Item[]> {
  const { endpoint, first } = list;
  // The first page is already being fetched, but may never be awaited below.
  first.catch(() => undefined);
  if (!(limit >= 0)) {
    throw new RangeError(`Cannot call ${endpoint.name}: limit is ${limit}, expected 0 or more`);
  }
  const read: Item[] = [];
  if (limit === 0) return read;
  for await (const item of itemsOf(list)) if (read.push(item) >= limit) break;
  return read;
}

/** Tells one page from another by its items; empty if that cannot be told. */
function describePage<Item, Page extends ItemsPage<Item>>(
  page: Page,
  list: Pick<Steps<Item, Page, never>, "keyOf">,
): string {
  const keys = keysOf(page, list);
  if (!keys.includes(undefined)) return keys.join();
  try {
    return JSON.stringify(page.items);
  } catch {
    // Nested too deeply.
    return "";
  }
}

/** An item without a key is never skipped as a duplicate, so a response of another shape loses no items. */
function keysOf<Item, Page extends ItemsPage<Item>>(
  { items }: Page,
  { keyOf }: Pick<Steps<Item, Page, never>, "keyOf">,
): readonly (string | undefined)[] {
  return items.map((item: Item | null) => (item === null ? undefined : keyOf(item)));
}

type ListEndpoint = Pick<Endpoint, "name" | "path">;

/** Without this, a server that ignores the requested page would be walked forever. */
function repeatedPage(
  endpoint: ListEndpoint,
  name: number | string | undefined,
  data: unknown,
): ShapeError {
  const page = typeof name === "number" ? `page ${name}` : "a page";
  const message = `Cannot go on with ${endpoint.name}: ${page} is the same as the one before`;
  return new ShapeError("repeated_page", message, factsOf(endpoint), [], data);
}

function factsOf({ name, path }: ListEndpoint): CallFacts {
  return { operation: name, method: "GET", path, outcome: "done", attempts: 1 };
}
