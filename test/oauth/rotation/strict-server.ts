/** An OAuth server that takes every documented rule at its word. */

import type { TokenPair } from "../../../src/oauth/tokens.js";

export type Reply =
  | { readonly kind: "issued"; readonly pair: TokenPair }
  | { readonly kind: "busy" }
  | { readonly kind: "dead" };

/** What the simulation needs of an OAuth server with one connection. */
export interface TokenServer {
  /** The first pair, from the consent. */
  readonly first: TokenPair;
  /** Spends a refresh token; `workMs` passes between taking it and issuing the next. */
  refresh(refreshToken: string, workMs: number): Promise<Reply>;
  accepts(accessToken: string): boolean;
  /** When the access token ends, by virtual time. */
  endsAtMs(accessToken: string): number;
  /** Position in the line of refresh tokens; later ones are greater. */
  place(refreshToken: string): number;
  isNewest(refreshToken: string): boolean;
  /** How many pairs were issued. */
  issued(): number;
  /** How much of each access token was left when the next one was issued. */
  readonly leftWhenReplaced: readonly number[];
  /** How often it was asked to work on a token that it was already working on. */
  concurrent(): number;
  /** A token was used after its grace: the connection is dead. */
  wasLeaked(): boolean;
  /** The customer ends the connection. */
  disconnect(): void;
  isDisconnected(): boolean;
  /** The customer consents again: earlier tokens end, and a new line begins. */
  reconnect(): Promise<TokenPair>;
  wasReconnected(): boolean;
  /** Whether a token is from an earlier consent. */
  isOutdated(token: string): boolean;
  isSecretIn(text: string): boolean;
}

export interface ServerClock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

export interface ServerSettings {
  readonly graceMs: number;
  readonly accessLifetimeMs: number;
  readonly refreshLifetimeMs: number;
}

export function createStrictServer(clock: ServerClock, settings: ServerSettings): TokenServer {
  const replacedAtMs = new Map<string, number | undefined>();
  const outdated = new Set<string>();
  const accessEndsMs = new Map<string, number>();
  const busy = new Set<string>();
  const leftWhenReplaced: number[] = [];
  const { graceMs, accessLifetimeMs, refreshLifetimeMs } = settings;
  let newest: TokenPair | undefined;
  let concurrent = 0;
  let leaked = false;
  let disconnected = false;

  function issue(): TokenPair {
    const nowMs = clock.nowMs();
    if (newest) {
      replacedAtMs.set(newest.refreshToken, nowMs);
      leftWhenReplaced.push((accessEndsMs.get(newest.accessToken) ?? 0) - nowMs);
    }
    const count = replacedAtMs.size;
    newest = {
      accessToken: `secret-access-${count}`,
      refreshToken: `secret-refresh-${count}`,
      accessLifetimeMs,
      refreshLifetimeMs,
      accountId: "acct_1",
      orgId: undefined,
      scopes: ["account_details:read"],
    };
    replacedAtMs.set(newest.refreshToken, undefined);
    accessEndsMs.set(newest.accessToken, nowMs + accessLifetimeMs);
    return newest;
  }

  const isOver = (): boolean => leaked || disconnected;
  return {
    first: issue(),
    async refresh(token, workMs) {
      if (busy.has(token)) {
        concurrent++;
        return { kind: "busy" };
      }
      if (isOver() || !replacedAtMs.has(token) || outdated.has(token)) return { kind: "dead" };
      const replaced = replacedAtMs.get(token);
      if (replaced !== undefined && replaced + graceMs <= clock.nowMs()) {
        leaked = true;
        return { kind: "dead" };
      }
      busy.add(token);
      if (workMs > 0) await clock.sleep(workMs);
      busy.delete(token);
      return isOver() || outdated.has(token) ? { kind: "dead" } : { kind: "issued", pair: issue() };
    },
    accepts: (token) =>
      !isOver() && !outdated.has(token) && (accessEndsMs.get(token) ?? 0) > clock.nowMs(),
    endsAtMs: (token) => accessEndsMs.get(token) ?? 0,
    place: (token) => [...replacedAtMs.keys()].indexOf(token),
    isNewest: (token) => token === newest?.refreshToken,
    issued: () => replacedAtMs.size,
    leftWhenReplaced,
    concurrent: () => concurrent,
    wasLeaked: () => leaked,
    disconnect() {
      disconnected = true;
    },
    isDisconnected: () => disconnected,
    async reconnect() {
      for (const token of [...replacedAtMs.keys(), ...accessEndsMs.keys()]) outdated.add(token);
      newest = undefined;
      disconnected = false;
      return issue();
    },
    wasReconnected: () => outdated.size > 0,
    isOutdated: (token) => outdated.has(token),
    isSecretIn: (text) => text.includes("secret-"),
  };
}
