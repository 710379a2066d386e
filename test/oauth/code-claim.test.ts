import { describe, expect, it } from "vitest";
import { createCodeClaims } from "../../src/oauth/code-claim.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";

describe("createCodeClaims()", () => {
  it("shares the work between identical callbacks, but not with a caller who has only the code", async () => {
    const once = createCodeClaims<string>(createMemoryStore(), "p:");
    let done: (result: string) => void = () => undefined;
    const working = new Promise<string>((resolve) => {
      done = resolve;
    });
    const first = once({ state: "mine", code: "c1" }, () => working);
    const doubleClick = once({ state: "mine", code: "c1" }, async () => "second");
    const thief = once({ state: "other", code: "c1" }, async () => "thief's own");
    expect(await thief).toBe("thief's own");
    done("connection");
    expect(await Promise.all([first, doubleClick])).toEqual(["connection", "connection"]);
  });

  it("refuses a code that was already used, even in another process", async () => {
    const store = createMemoryStore();
    await createCodeClaims<string>(store, "p:")({ state: "s", code: "c" }, async () => "done");
    const again = createCodeClaims<string>(store, "p:")({ state: "s", code: "c" }, async () => "x");
    await expect(again).rejects.toMatchObject({ code: "code_used" });
  });

  it("lets a callback be tried again after its work failed", async () => {
    const once = createCodeClaims<string>(createMemoryStore(), "p:");
    const failing = once({ state: "s", code: "c" }, async () => {
      throw new Error("the store is away");
    });
    await expect(failing).rejects.toThrow("the store is away");
    expect(await once({ state: "s", code: "c" }, async () => "done")).toBe("done");
  });
});
