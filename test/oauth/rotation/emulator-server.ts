/** The emulator's token endpoint, without a socket, on virtual time. */

import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
} from "airwallex-connect/emulator";
import { readTokenPair, type TokenPair } from "../../../src/oauth/tokens.js";
import type { Reply, ServerClock, TokenServer } from "./strict-server.js";
import { epochMs } from "./virtual-process.js";

const credentials = { client_id: defaultOAuthClientId, client_secret: defaultOAuthClientSecret };
const consent = { redirectUri: "http://127.0.0.1:3000/callback", scope: "account_details:read" };

/** One emulator for all schedules; each begins with a reset. */
export interface EmulatorServers {
  create(clock: ServerClock): Promise<TokenServer>;
  /** Work that the emulator has not finished. */
  settled(): Promise<unknown> | undefined;
}

export function createEmulatorServers(): EmulatorServers {
  const emulator = createEmulator({ frozen: true });
  const working = new Set<Promise<unknown>>();

  async function post(clock: ServerClock, body: Record<string, string>) {
    emulator.clock.set(epochMs + clock.nowMs());
    const answering = emulator.fetch("http://emulator.localhost/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...credentials, ...body }),
    });
    const answered = answering.then(async (answer) => ({
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
    }));
    working.add(answered);
    return await answered.finally(() => working.delete(answered));
  }

  async function create(clock: ServerClock): Promise<TokenServer> {
    emulator.reset();
    const places = new Map<string, number>();
    const endsAtMs = new Map<string, number>();
    const outdated = new Set<string>();
    const leftWhenReplaced: number[] = [];
    let newest: TokenPair | undefined;
    let concurrent = 0;

    function take(body: unknown): TokenPair {
      const pair = readTokenPair(body);
      if ("missing" in pair) throw new Error(`the emulator's answer has no ${pair.missing}`);
      const nowMs = clock.nowMs();
      if (newest) leftWhenReplaced.push((endsAtMs.get(newest.accessToken) ?? 0) - nowMs);
      places.set(pair.refreshToken, places.size);
      endsAtMs.set(pair.accessToken, nowMs + pair.accessLifetimeMs);
      newest = pair;
      return pair;
    }

    async function connect(): Promise<TokenPair> {
      emulator.clock.set(epochMs + clock.nowMs());
      const code = new URL(emulator.oauth.consent(consent)).searchParams.get("code") ?? "";
      const grant = { grant_type: "authorization_code", redirect_uri: consent.redirectUri, code };
      return take((await post(clock, grant)).body);
    }

    async function refresh(refresh_token: string, workMs: number): Promise<Reply> {
      const answer = await post(clock, { grant_type: "refresh_token", refresh_token });
      const pair = answer.status === 200 ? take(answer.body) : undefined;
      if (workMs > 0) await clock.sleep(workMs);
      if (pair) return { kind: "issued", pair };
      if (answer.status === 429) concurrent++;
      if (answer.body["error"] === "invalid_grant") return { kind: "dead" };
      return { kind: "busy" };
    }

    const first = await connect();
    const connection = () => emulator.oauth.connections[0];
    const accepts = (token: string): boolean =>
      connection()?.status === "CONNECTED" &&
      !outdated.has(token) &&
      (endsAtMs.get(token) ?? 0) > clock.nowMs();
    return {
      first,
      refresh,
      accepts,
      leftWhenReplaced,
      endsAtMs: (token) => endsAtMs.get(token) ?? 0,
      place: (token) => places.get(token) ?? -1,
      isNewest: (token) => token === newest?.refreshToken,
      issued: () => places.size,
      concurrent: () => concurrent,
      wasLeaked: () => connection()?.disconnected === "token_reuse",
      disconnect: () => emulator.oauth.disconnect(connection()?.id ?? ""),
      isDisconnected: () => connection()?.disconnected === "customer",
      async reconnect() {
        for (const token of [...places.keys(), ...endsAtMs.keys()]) outdated.add(token);
        newest = undefined;
        return await connect();
      },
      wasReconnected: () => outdated.size > 0,
      isOutdated: (token) => outdated.has(token),
      isSecretIn: (text) => [...places.keys(), ...endsAtMs.keys()].some((t) => text.includes(t)),
    };
  }

  return { create, settled: () => (working.size > 0 ? Promise.all(working) : undefined) };
}
