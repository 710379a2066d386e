/** A process that asks for tokens, and what it may be told in return. */

import { inspect } from "node:util";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
  UnsavedTokensError,
} from "../../../src/errors/index.js";
import { createConnectionManager } from "../../../src/oauth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import type { Timers } from "../../../src/oauth/timers.js";
import type { TokenPair } from "../../../src/oauth/tokens.js";
import { Deadline } from "../../../src/transport/deadline.js";
import type { Asking } from "./schedule.js";
import type { Reply, TokenServer } from "./strict-server.js";
import type { VirtualNetwork } from "./virtual-network.js";
import type { VirtualProcess } from "./virtual-process.js";
import type { VirtualStore } from "./virtual-store.js";
import type { Witness } from "./witness.js";

export const accessLifetimeMs = 300_000;
/** How long a process that is told to end has for it. */
export const closeMs = 10_000;
const id = "connection-1";
const key = "connection/connection-1";

/** What happened, counted. */
export interface Figures {
  /** Pairs that the server issued for a refresh token. */
  refreshes: number;
  /** Of these, those that no process learned of. */
  lostAnswers: number;
  crashes: number;
}

export interface Surroundings {
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly network: VirtualNetwork;
  readonly store: VirtualStore;
  readonly server: TokenServer;
  readonly witness: Witness;
  readonly figures: Figures;
  readonly problem: (text: string) => void;
  readonly log: (line: () => string) => void;
}

export type Told = "token" | "none" | "revoked" | "unknown" | "unavailable" | "error";

export interface VirtualWorker {
  readonly process: VirtualProcess;
  /** Asks for a token as a call would, and judges what it gets. Waits while the process is frozen. */
  ask(kind: Asking["kind"]): Promise<Told>;
  /** Stores the tokens of a new consent; false if that failed. */
  keep(pair: TokenPair): Promise<void>;
  /** As on SIGTERM: waits for what was issued, and ends. */
  close(): Promise<void>;
}

// Never ends, so all can share it.
const deadline = new Deadline(1000, undefined);
deadline.close();

export function createVirtualWorker(process: VirtualProcess, around: Surroundings): VirtualWorker {
  const { nowMs, random, network, server, problem, log } = around;
  const store = around.store.open(process, network, random);
  const issued = { latest: "" };
  const refresh = createRefresh(process, around, issued);
  let ids = 0;
  const manager = createConnectionManager({
    ...{ store, refresh, random, limits: rotationLimits, concurrent: 40 },
    ...{ nowMs: process.nowMs, dateMs: process.dateMs, ...createVirtualTimers(process) },
    newId: () => `${process.name}-refresh-${++ids}`,
    keyOf: () => key,
    publish(event) {
      log(() => `${process.name} EVENT ${event.kind}`);
      checkSecrets(event);
    },
  });

  function checkSecrets(told: unknown): void {
    const seen = inspect(told, { depth: 10, showHidden: true }) + JSON.stringify(told);
    if (server.isSecretIn(seen)) problem(`a secret is in ${seen}`);
  }

  /** What this process was issued is in the store, or was replaced since. */
  function checkStored(): void {
    const stored = around.store.peek()?.refreshToken ?? "";
    const isBehind = server.place(stored) < server.place(issued.latest);
    if (isBehind && !server.isOutdated(issued.latest) && !server.isDisconnected()) {
      problem(`${process.name} was closed before its pair was stored`);
    }
  }

  function judge(token: string): Told {
    if (server.accepts(token) || server.isDisconnected() || server.isOutdated(token))
      return "token";
    const endedMs = server.endsAtMs(token);
    // The token's time ran out while the process was frozen, or on the way to the store or back.
    const excused = process.wasFrozenSince(endedMs - accessLifetimeMs) || network.wasStoreSlow();
    if (!excused || endedMs > nowMs()) {
      problem(`${process.name} got a token that ended ${nowMs() - endedMs} ms ago`);
    }
    return "token";
  }

  function judgeError(error: unknown): Told {
    checkSecrets(error);
    if (error instanceof ConnectionRevokedError) {
      const rightly = server.isDisconnected() || server.wasReconnected();
      if (!rightly) problem("a living connection was said to be revoked");
      return "revoked";
    }
    if (error instanceof RefreshOutcomeUnknownError) {
      if (around.witness.mustBeSettled()) problem("an outcome is unknown that could be known");
      return "unknown";
    }
    if (error instanceof TokenRefreshUnavailableError) return "unavailable";
    problem(`not a typed error: ${inspect(error)}`);
    return "error";
  }

  async function answer(kind: Asking["kind"]): Promise<Told> {
    try {
      if (kind === "renew") return (await manager.renew(id)) && "token";
      const tokens = manager.tokens(id);
      const token = await tokens.current(deadline);
      if (kind === "use") return judge(token);
      const other = await tokens.replace(token, deadline, "accounts.current");
      if (other === undefined) return "none";
      if (other === token) problem("the refused token was handed out again");
      return judge(other);
    } catch (error) {
      return judgeError(error);
    }
  }

  return {
    process,
    async ask(kind) {
      await process.running();
      const told = await answer(kind);
      log(() => `${process.name} ${kind} => ${told}`);
      return told;
    },
    async keep(pair) {
      const record = { ...recordOf(pair), connectedAtMs: process.dateMs() };
      // If it cannot be stored now, the manager keeps it, and stores it later.
      await manager.connect(record, manager.nowMs(), false).catch(checkSecrets);
    },
    async close() {
      await process.running();
      const told = await manager.close(closeMs).then(
        () => "in time",
        (error: unknown) => error,
      );
      log(() => `${process.name} CLOSED ${told}`);
      if (told === "in time") checkStored();
      else if (!(told instanceof UnsavedTokensError)) problem(`closed with ${inspect(told)}`);
      else checkSecrets(told);
      process.crash();
    },
  };
}

function createVirtualTimers(process: VirtualProcess): Timers {
  const sleeping = new Set<() => void>();
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        sleeping.add(resolve);
        void process.sleep(ms).then(() => {
          sleeping.delete(resolve);
          resolve();
        });
      }),
    wakeAll() {
      for (const resolve of sleeping) resolve();
    },
  };
}

/** The record of a pair that was issued just now. */
export function recordOf(pair: TokenPair): ConnectionRecord {
  const { accessToken, accessLifetimeMs, refreshToken } = pair;
  const tokens = { accessToken, accessLeftMs: accessLifetimeMs, refreshToken };
  return {
    id,
    accountId: "acct_1",
    connectedAtMs: 0,
    rotatedAtMs: 0,
    status: "connected",
    generation: 1,
    ...tokens,
  };
}

function createRefresh(process: VirtualProcess, around: Surroundings, issued: { latest: string }) {
  const { network, server, figures, problem } = around;
  let running = 0;
  return async (refreshToken: string, timeoutMs: number): Promise<RefreshAnswer> => {
    if (++running > 1) problem("one process refreshes twice at a time");
    async function work(workMs: number): Promise<Reply> {
      const reply = await server.refresh(refreshToken, workMs);
      if (reply.kind === "issued") {
        figures.refreshes++;
        figures.lostAnswers++;
      }
      return reply;
    }
    const what = `refresh ${refreshToken}`;
    const outcome = await network.send({ process, to: "server", what, timeoutMs, work });
    running--;
    const error = new Error(outcome.kind);
    if (outcome.kind === "not_sent") return { kind: "not_sent", error };
    if (outcome.kind !== "answered") return { kind: "lost", error };
    if (outcome.answer.kind !== "issued") return { ...outcome.answer, error };
    figures.lostAnswers--;
    issued.latest = outcome.answer.pair.refreshToken;
    return outcome.answer;
  };
}
