/** The two ways in which lists of the API are cut into pages: by cursor and by number. */

import { invalidArgument } from "./refusal.js";

export interface Sequenced {
  /** Increases with every item created. */
  readonly sequence: number;
}

export interface CursorPage<Item> {
  readonly items: readonly Item[];
  readonly page_before: string | null;
  readonly page_after: string | null;
}

export interface CursorQuery {
  readonly page?: string | undefined;
  readonly page_size?: number | undefined;
}

/**
 * A page by cursor, newest first. Items that are added or deleted meanwhile do not shift the pages.
 *
 * @throws Refusal for a malformed cursor.
 */
export function cursorPage<Item extends Sequenced>(
  all: readonly Item[],
  query: CursorQuery,
  usualSize: number,
): CursorPage<Item> {
  const { page, page_size: size = usualSize } = query;
  const newestFirst = all.toSorted((a, b) => b.sequence - a.sequence);
  const items = cut(newestFirst, page === undefined ? undefined : readCursor(page), size);
  const [newest, oldest] = [items[0], items.at(-1)];
  return {
    items,
    page_before: newest && newest !== newestFirst[0] ? writeCursor("before", newest) : null,
    page_after: oldest && oldest !== newestFirst.at(-1) ? writeCursor("after", oldest) : null,
  };
}

/** For lists whose first page can be named `0`. */
export const startingAtZero = (query: CursorQuery): CursorQuery =>
  query.page === "0" ? { ...query, page: undefined } : query;

interface Cursor {
  readonly side: string;
  readonly sequence: number;
}

function cut<Item extends Sequenced>(
  all: readonly Item[],
  cursor: Cursor | undefined,
  size: number,
): readonly Item[] {
  if (cursor === undefined) return all.slice(0, size);
  const { side, sequence } = cursor;
  return side === "after"
    ? all.filter((item) => item.sequence < sequence).slice(0, size)
    : all.filter((item) => item.sequence > sequence).slice(-size);
}

function writeCursor(side: "before" | "after", { sequence }: Sequenced): string {
  return Buffer.from(`${side}:${sequence}`).toString("base64url");
}

function readCursor(text: string): Cursor {
  const [, side, sequence] =
    /^(before|after):(\d+)$/.exec(Buffer.from(text, "base64url").toString()) ?? [];
  if (side === undefined) throw invalidArgument("page", "no page gave out this cursor");
  return { side, sequence: Number(sequence) };
}

export interface NumberedQuery {
  readonly page_num?: number | undefined;
  readonly page_size?: number | undefined;
}

/** A page by number, counted from 0, in the order given. */
export function numberedPage<Item>(
  all: readonly Item[],
  { page_num: number = 0, page_size: size = 100 }: NumberedQuery,
): { readonly items: readonly Item[]; readonly has_more: boolean } {
  const start = number * size;
  return { has_more: all.length > start + size, items: all.slice(start, start + size) };
}
