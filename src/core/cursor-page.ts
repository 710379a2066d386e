/** Lists whose pages name each other, as the API's newer ones do. */

import type { Endpoint } from "../schemas/endpoint.js";
import type { ApiPromise } from "./call.js";
import { type ListPromise, listItems, noPage, repeatedPage } from "./page.js";

/** A page that names the next one; null or absent at the end. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly page_after?: string | null | undefined;
  readonly page_before?: string | null | undefined;
}

/** Makes a list of such pages, from the page that the query asks for on. */
export function listCursorPages<Item, Page extends CursorPage<Item>>(
  endpoint: Pick<Endpoint, "name" | "path">,
  first: string | undefined,
  fetchPage: (page: string | undefined) => ApiPromise<Page>,
): ListPromise<Item, Page> {
  const start = fetchPage(first);

  async function* pages(): AsyncGenerator<Page> {
    const seen = new Set([first]);
    for (let page = await start; ; ) {
      if (!Array.isArray(page?.items)) throw noPage(endpoint, page);
      yield page;
      const next = page.page_after;
      if (typeof next !== "string" || next === "") return;
      if (seen.has(next)) throw repeatedPage(endpoint, "the page after it came before", page);
      seen.add(next);
      page = await fetchPage(next);
    }
  }

  async function* items(): AsyncGenerator<Item> {
    for await (const page of pages()) yield* page.items;
  }

  return listItems(endpoint, start, pages, items);
}
