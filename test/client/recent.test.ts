import { expect, it, vi } from "vitest";
import { keepRecent } from "../../src/client/recent.js";

it("makes one value per key, and forgets the oldest beyond the limit", () => {
  const make = vi.fn((key: string) => ({ key }));
  const get = keepRecent(2, make);
  const first = get("a");
  expect(get("a")).toBe(first);
  get("b");
  expect(get("a")).toBe(first);
  get("c");
  expect(get("b")).toEqual({ key: "b" });
  expect(make.mock.calls).toEqual([["a"], ["b"], ["c"]]);
  expect(get("a")).not.toBe(first);
});
