/**
 * Strong customer authentication (SCA): sessions, in which a person verifies, and the tokens that they get.
 *
 * - A refused call opens a session. Verifying in it gives one token, for the account and the kind of call of
 *   the session.
 * - A token works for 5 minutes: for any number of calls that read, or for one that moves money.
 * - After a call that read with a token, the account reads without one for 180 days.
 *
 * How long a session lives is not documented.
 *
 * @see https://www.airwallex.com/docs/banking-as-a-service__strong-customer-authentication-(sca)
 */

import { requireStrings } from "../../checks/arguments.js";
import { countryOfOwner } from "../../kyc/missing.js";
import { eea } from "../../kyc/rules.js";
import type { AccountRecord } from "../engine/account-record.js";
import { dayMs } from "../engine/duration.js";
import { createExpiringMap, type Expiring, type ExpiringMap } from "../engine/expiring-map.js";
import { Refusal } from "../engine/refusal.js";
import { defineState, type World } from "../engine/world.js";

/** What a call does: read data, or move money. */
export type ScaKind = "read" | "write";

interface Permission extends Expiring {
  readonly account: AccountRecord;
  readonly kind: ScaKind;
}

interface ScaState {
  readonly sessions: ExpiringMap<Permission>;
  readonly tokens: ExpiringMap<Permission>;
  /** Until when accounts read without a token, by account id. */
  readonly restsUntilMs: Map<string, number>;
}

/** Strong customer authentication in an emulator. */
export interface ScaControls {
  /**
   * Verifies as the person would in a browser, and returns the token.
   *
   * @param sessionCode `scaSessionCode` of a `ScaRequiredError`
   * @throws RangeError if there is no such session: it is unknown, over or too old.
   */
  verify(sessionCode: string): string;
}

const sessionMs = 15 * 60_000;
const tokenMs = 5 * 60_000;
const restMs = 180 * dayMs;

const countries: ReadonlySet<string> = new Set(["GB", ...eea]);

const stateOf: (world: World) => ScaState = defineState(({ clock }) => ({
  sessions: createExpiringMap(clock),
  tokens: createExpiringMap(clock),
  restsUntilMs: new Map(),
}));

/** @throws Refusal that opens a session, if a person has to verify before the call. */
export function requireSca(
  world: World,
  account: AccountRecord,
  kind: ScaKind,
  token: string | undefined,
): void {
  if (!world.settings.sca || !countries.has(countryOf(account))) return;
  if (kind === "read" && (stateOf(world).restsUntilMs.get(account.id) ?? 0) > nowMs(world)) return;
  if (token !== undefined && use(world, account, kind, token)) return;
  const code = world.ids.secret("sca_session");
  const expiresAtMs = nowMs(world) + sessionMs;
  stateOf(world).sessions.set(code, { account, kind, expiresAtMs });
  const message =
    token === undefined
      ? "Strong customer authentication is required."
      : "The SCA token is unknown, used, expired, or for something else.";
  const headers = { "x-sca-session-code": code };
  throw new Refusal(403, "sca_token_missing", message, { headers });
}

function use(world: World, account: AccountRecord, kind: ScaKind, token: string): boolean {
  const { tokens, restsUntilMs } = stateOf(world);
  const known = valid(world, tokens.get(token));
  if (known?.account !== account || known.kind !== kind) return false;
  if (kind === "write") tokens.delete(token);
  else restsUntilMs.set(account.id, nowMs(world) + restMs);
  return true;
}

/** What a session is for; undefined if it is unknown, over or too old. */
export function findSession(world: World, code: string): Permission | undefined {
  return valid(world, stateOf(world).sessions.get(code));
}

/** Ends a session with a token. */
export function verify(world: World, code: string): string {
  const { sessions, tokens } = stateOf(world);
  const session = findSession(world, code);
  if (session === undefined) {
    throw new RangeError("Cannot verify: the session is unknown, over or too old");
  }
  sessions.delete(code);
  const token = world.ids.secret("sca");
  tokens.set(token, { ...session, expiresAtMs: nowMs(world) + tokenMs });
  return token;
}

export function createScaControls(present: () => World): ScaControls {
  return {
    verify(sessionCode) {
      requireStrings("Cannot verify", { sessionCode });
      return verify(present(), sessionCode);
    },
  };
}

const nowMs = ({ clock }: World): number => clock.nowMs();

function valid<Value extends Expiring>(world: World, known: Value | undefined): Value | undefined {
  return known && known.expiresAtMs > nowMs(world) ? known : undefined;
}

const countryOf = ({ details }: AccountRecord): string =>
  countryOfOwner({ account_details: details });
