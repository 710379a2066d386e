import { afterEach, expect, it, vi } from "vitest";
import { createStateSealer } from "../../src/oauth/state.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("createStateSealer() makes no promise that nobody holds where crypto.subtle is missing", async () => {
  const rejected: unknown[] = [];
  const note = (reason: unknown): void => void rejected.push(reason);
  process.on("unhandledRejection", note);
  vi.stubGlobal("crypto", {});
  const sealer = createStateSealer("secret");
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", note);
  expect(rejected).toEqual([]);
  const contents = { state: undefined, codeVerifier: undefined };
  await expect(sealer.seal(contents, "session")).rejects.toThrow(TypeError);
});
