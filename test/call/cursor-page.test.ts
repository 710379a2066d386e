import { describe, expect, it } from "vitest";
import type { ApiPromise } from "../../src/call/call.js";
import { type CursorPage, type ListPromise, listCursorPages } from "../../src/call/page.js";

interface Item {
  readonly id: string;
}
type Page = CursorPage<Item>;

const items = (...ids: string[]): Item[] => ids.map((id) => ({ id }));

function list(pages: Readonly<Record<string, Page>>, first?: string) {
  const asked: (string | undefined)[] = [];
  const promise: ListPromise<Item, Page> = listCursorPages(
    { name: "things.list", path: "/things" },
    { page: first },
    ({ page }) => {
      asked.push(page);
      const found = Promise.resolve(pages[page ?? "first"] as Page);
      return Object.assign(found, { withResponse: () => Promise.reject() }) as ApiPromise<Page>;
    },
  );
  return { promise, asked };
}

const pages = {
  first: { items: items("a", "b"), page_after: "2", page_before: null },
  "2": { items: items(), page_after: "3" },
  "3": { items: items("c"), page_after: null },
};

describe("listCursorPages()", () => {
  it("resolves to the first page when awaited, and requests no other", async () => {
    const { promise, asked } = list(pages);
    expect((await promise).items).toEqual(items("a", "b"));
    expect(asked).toEqual([undefined]);
  });

  it("walks to the end when iterated, past empty pages", async () => {
    const { promise, asked } = list(pages);
    const seen: string[] = [];
    for await (const { id } of promise) seen.push(id);
    expect(seen).toEqual(["a", "b", "c"]);
    expect(asked).toEqual([undefined, "2", "3"]);
  });

  it("starts at the requested page", async () => {
    const { promise, asked } = list(pages, "3");
    expect(await promise.toArray({ limit: Number.POSITIVE_INFINITY })).toEqual(items("c"));
    expect(asked).toEqual(["3"]);
  });

  it("fetches no more pages than the limit needs", async () => {
    const { promise, asked } = list(pages);
    expect(await promise.toArray({ limit: 2 })).toEqual(items("a", "b"));
    expect(asked).toEqual([undefined]);
  });

  it("yields every page", async () => {
    const counts: number[] = [];
    for await (const page of list(pages).promise.pages()) counts.push(page.items.length);
    expect(counts).toEqual([2, 0, 1]);
  });

  it.each([
    [
      "itself",
      {
        first: { items: items("a"), page_after: "2" },
        "2": { items: items("b"), page_after: "2" },
      },
    ],
    [
      "an earlier one",
      {
        first: { items: items("a"), page_after: "2" },
        "2": { items: items("b"), page_after: "3" },
        "3": { items: items("c"), page_after: "2" },
      },
    ],
  ])("stops at a page that points to %s", async (_, looped) => {
    const walk = list(looped).promise.toArray({ limit: Number.POSITIVE_INFINITY });
    await expect(walk).rejects.toMatchObject({ name: "ShapeError", code: "repeated_page" });
  });
});
