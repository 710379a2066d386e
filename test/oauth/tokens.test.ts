import { describe, expect, it } from "vitest";
import { readTokenPair, type TokenPair } from "../../src/oauth/tokens.js";

const answer = { access_token: "at", refresh_token: "rt", expires_in: 300 };

describe("readTokenPair()", () => {
  it("reads lifetimes from numbers and strings, in milliseconds", () => {
    const body = { ...answer, expires_in: "299.5", refresh_token_expires_in: 7_776_000 };
    expect(readTokenPair(body)).toMatchObject({
      accessLifetimeMs: 299_500,
      refreshLifetimeMs: 7_776_000_000,
    });
  });

  it.each([undefined, null, "", "soon", 0, -1, {}])(
    "assumes five minutes when expires_in is %o",
    (expires_in) => {
      const pair = readTokenPair({ ...answer, expires_in });
      expect(pair).toMatchObject({ accessLifetimeMs: 300_000, refreshLifetimeMs: undefined });
    },
  );

  it("limits a lifetime to what a date can hold", () => {
    const body = { ...answer, refresh_token_expires_in: 1e300 };
    const { refreshLifetimeMs = 0 } = readTokenPair(body) as TokenPair;
    expect(new Date(Date.now() + refreshLifetimeMs).toISOString()).toMatch(/^2\d{3}-/);
  });

  it("keeps the refresh token that was spent when the answer has none, and says what else is missing", () => {
    expect(readTokenPair({ ...answer, refresh_token: "" }, "spent")).toMatchObject({
      refreshToken: "spent",
    });
    expect(readTokenPair({ ...answer, refresh_token: "" })).toEqual({ missing: "refresh_token" });
    expect(readTokenPair("no object", "spent")).toEqual({ missing: "access_token" });
  });

  it("splits scopes at spaces and plus signs", () => {
    const pair = readTokenPair({
      ...answer,
      scope: "account_details:read+balance:read  file:upload",
    });
    expect(pair).toMatchObject({ scopes: ["account_details:read", "balance:read", "file:upload"] });
  });
});
