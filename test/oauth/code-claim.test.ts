import { describe, expect, it } from "vitest";
import { createCodeClaims } from "../../src/oauth/code-claim.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";

const createClaims = (store = createMemoryStore()) => createCodeClaims<string, string>(store, "p:");

/** Exchanges a code for a pair, and returns what is made of it. */
const works = (result: string, finish = async (pair: string) => `${result} of ${pair}`) => ({
  exchange: async () => "pair",
  finish,
});

describe("createCodeClaims()", () => {
  it("shares the work between identical callbacks, and sends a code for no other state", async () => {
    const claims = createClaims();
    let done: () => void = () => undefined;
    const working = new Promise<void>((resolve) => {
      done = resolve;
    });
    const first = claims(
      { state: "mine", code: "c1" },
      works("mine", () => working.then(() => "connection")),
    );
    const doubleClick = claims({ state: "mine", code: "c1" }, works("second"));
    const thief = claims({ state: "other", code: "c1" }, works("thief's own"));
    await expect(thief).rejects.toMatchObject({ code: "code_used" });
    done();
    expect(await Promise.all([first, doubleClick])).toEqual(["connection", "connection"]);
  });

  it("refuses a code that was already used, even in another process", async () => {
    const store = createMemoryStore();
    await createClaims(store)({ state: "s", code: "c" }, works("done"));
    const again = createClaims(store)({ state: "s", code: "c" }, works("again"));
    await expect(again).rejects.toMatchObject({ code: "code_used" });
    const thief = createClaims(store)({ state: "other", code: "c" }, works("thief's own"));
    await expect(thief).rejects.toMatchObject({ code: "code_used" });
  });

  it("lets a callback be tried again after its exchange failed", async () => {
    const store = createMemoryStore();
    const failing = createClaims(store)(
      { state: "s", code: "c" },
      { ...works("never"), exchange: () => Promise.reject(new Error("503")) },
    );
    await expect(failing).rejects.toThrow("503");
    const again = createClaims(store)({ state: "s", code: "c" }, works("done"));
    expect(await again).toBe("done of pair");
  });

  it("does not send a code again when what follows the exchange has failed", async () => {
    const store = createMemoryStore();
    const claims = createClaims(store);
    const callback = { state: "s", code: "c" };
    const away = works("never", () => Promise.reject(new Error("the store is away")));
    await expect(claims(callback, away)).rejects.toThrow("the store is away");
    // Another process does not know the pair, and must not send the code.
    await expect(createClaims(store)(callback, works("other"))).rejects.toMatchObject({
      code: "code_used",
    });
    const again = { ...works("done"), exchange: () => Promise.reject(new Error("sent again")) };
    expect(await claims(callback, again)).toBe("done of pair");
    await expect(claims(callback, works("later"))).rejects.toMatchObject({ code: "code_used" });
  });
});
