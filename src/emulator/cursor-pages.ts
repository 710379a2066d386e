/** Pages that name the ones before and after them. */

import { invalidArgument } from "./refusal.js";

export interface CursorQuery {
  readonly page?: string | undefined;
  readonly page_size?: number | undefined;
}

/** The names of pages are null at the ends. */
export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly page_before: string | null;
  readonly page_after: string | null;
}

/**
 * A page of a list. Its name holds an item beside it, so that pages stay whole when items come or go.
 *
 * @throws Refusal for a page that no other named.
 */
export function cutPage<Item extends { readonly id: string }>(
  list: readonly Item[],
  { page, page_size: size = 100 }: CursorQuery,
): CursorPage<Item> {
  const start = page === undefined ? 0 : startOf(list, page, size);
  const items = list.slice(start, start + size);
  const [first, last] = [items[0], items.at(-1)];
  return {
    items,
    page_before: start > 0 && first ? nameOf("before", first.id) : null,
    page_after: start + size < list.length && last ? nameOf("after", last.id) : null,
  };
}

function startOf(list: readonly { readonly id: string }[], page: string, size: number): number {
  const [side, id] = Buffer.from(page, "base64url").toString().split(":");
  const index = list.findIndex((item) => item.id === id);
  if (index === -1) throw invalidArgument("page", "there is no such page");
  return side === "before" ? Math.max(0, index - size) : index + 1;
}

function nameOf(side: "before" | "after", id: string): string {
  return Buffer.from(`${side}:${id}`).toString("base64url");
}
