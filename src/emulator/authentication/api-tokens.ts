/** Access tokens: JWTs with the claims of the real ones, and a table of those issued. */

import { dayMs } from "../engine/duration.js";
import { createExpiringMap, type Expiring } from "../engine/expiring-map.js";
import { digest } from "../engine/random.js";
import { Refusal } from "../engine/refusal.js";
import { defineState, type World } from "../engine/world.js";

/** What tests can do to tokens. */
export interface EmulatorTokens {
  /**
   * Revokes every token issued for the API key so far, as if the key had been revoked. Tokens of OAuth
   * connections keep working.
   */
  revokeAll(): void;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

interface IssuedTo extends Expiring {
  readonly accountId: string;
}

export interface ApiTokens extends EmulatorTokens {
  issue(accountId: string, apiVersion: string): Promise<IssuedToken>;
  /** Returns the account that a token was issued to. @throws Refusal if it is invalid or expired. */
  check(token: string): string;
}

/** The tokens of the API key. */
export const apiTokensOf: (world: World) => ApiTokens = defineState(createTokens("token key"));

/** The partner tokens of OAuth apps; their owner is the app. */
export const partnerTokensOf: (world: World) => ApiTokens = defineState(
  createTokens("partner token key"),
);

function createTokens(purpose: string) {
  return ({ settings, clock, ids }: Pick<World, "settings" | "clock" | "ids">): ApiTokens => {
    const { seed, tokenLifetimeMs } = settings;
    // Until then, an expired token is refused as one that has expired, not as an unknown one.
    const issued = createExpiringMap<IssuedTo>(clock, dayMs);
    const key = digest(seed, purpose);
    const organisation = `org_${digest(seed, "organisation").toString("base64url").slice(0, 22)}`;
    return {
      async issue(accountId, apiVersion) {
        const nowMs = clock.nowMs();
        const expiresAtMs = nowMs + tokenLifetimeMs;
        const claims = { account_id: accountId, org_id: organisation, api_version: apiVersion };
        const { SignJWT } = await import("jose");
        const token = await new SignJWT(claims)
          .setProtectedHeader({ alg: "HS256", typ: "JWT" })
          .setIssuedAt(Math.floor(nowMs / 1_000))
          .setExpirationTime(Math.floor(expiresAtMs / 1_000))
          .setJti(ids.token())
          .sign(key);
        issued.set(token, { accountId, expiresAtMs });
        return { token, expiresAtMs };
      },
      check(token) {
        const known = issued.get(token);
        if (known === undefined) {
          throw new Refusal(401, "credentials_invalid", "The access token is invalid.");
        }
        if (known.expiresAtMs <= clock.nowMs()) {
          throw new Refusal(401, "credentials_expired", "The access token has expired.");
        }
        return known.accountId;
      },
      revokeAll() {
        issued.clear();
      },
    };
  };
}
