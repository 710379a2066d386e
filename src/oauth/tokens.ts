/** Reads the OAuth server's responses leniently: numbers as strings, fields missing, fields unknown. */

import { textOf } from "../checks/values.js";

/** A pair of tokens as issued. */
export interface TokenPair {
  readonly accessToken: string;
  readonly accessLifetimeMs: number;
  readonly refreshToken: string;
  /** Undefined if the server did not say. */
  readonly refreshLifetimeMs: number | undefined;
  readonly accountId: string | undefined;
  readonly orgId: string | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** The documented lifetime, for a response without `expires_in`. */
const documentedAccessLifetimeMs = 5 * 60_000;

/**
 * The pair, or the name of the missing field. A refresh response may omit the refresh token; the one that
 * was spent then stays in use (RFC 6749, section 6).
 */
export function readTokenPair(
  body: unknown,
  spent?: string,
): TokenPair | { readonly missing: string } {
  const answer = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const accessToken = textOf(answer["access_token"]);
  const refreshToken = textOf(answer["refresh_token"]) ?? spent;
  if (accessToken === undefined) return { missing: "access_token" };
  if (refreshToken === undefined) return { missing: "refresh_token" };
  return {
    accessToken,
    refreshToken,
    accessLifetimeMs: milliseconds(answer["expires_in"]) ?? documentedAccessLifetimeMs,
    refreshLifetimeMs: milliseconds(answer["refresh_token_expires_in"]),
    accountId: textOf(answer["account_id"]),
    orgId: textOf(answer["org_id"]),
    scopes: textOf(answer["scope"])?.split(/[ +]/).filter(Boolean),
  };
}

/** Longer than any token's lifetime; a much greater number would not make a valid date. */
const longestMs = 100 * 365 * 24 * 60 * 60_000;

/** Converts seconds, as a number or a string, to whole milliseconds. */
function milliseconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0
    ? Math.min(Math.floor(seconds * 1000), longestMs)
    : undefined;
}
