/** A process that asks for tokens, and what it may be told in return. */

import { inspect } from "node:util";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../../../src/errors/index.js";
import {
  type ConnectionManager,
  createConnectionManager,
} from "../../../src/oauth/connection-manager.js";
import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import type { TokenPair } from "../../../src/oauth/tokens.js";
import type { RecordStore } from "../../../src/stores/store.js";
import { Deadline } from "../../../src/transport/deadline.js";
import type { Asking } from "./schedule.js";
import type { Reply, TokenServer } from "./strict-server.js";
import type { VirtualNetwork } from "./virtual-network.js";
import type { VirtualProcess } from "./virtual-process.js";
import type { VirtualStore } from "./virtual-store.js";
import type { Witness } from "./witness.js";

export const accessLifetimeMs = 300_000;
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
  keep(pair: TokenPair): Promise<boolean>;
}

// Never ends, so all can share it.
const deadline = new Deadline(1000, undefined);
deadline.close();

export function createVirtualWorker(process: VirtualProcess, around: Surroundings): VirtualWorker {
  const { nowMs, random, network, server, problem, log } = around;
  const store = around.store.open(process, network, random);
  const refresh = createRefresh(process, around);
  let ids = 0;
  const manager = createConnectionManager({
    ...{ store, refresh, random, limits: rotationLimits, concurrent: 40 },
    ...{ nowMs: process.nowMs, dateMs: process.dateMs, sleep: process.sleep },
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
    keep(pair) {
      const issuedMs = process.nowMs();
      const record = () => recordOf(pair, process.nowMs() - issuedMs);
      return keep(store, manager, record);
    },
  };
}

/** As the package does after a consent. */
async function keep(
  store: RecordStore,
  manager: ConnectionManager,
  record: () => ConnectionRecord,
): Promise<boolean> {
  try {
    const result = await store.withLease(key, { leaseMs: 10_000, waitMs: 30_000 }, (lease) =>
      store.compareAndSet(key, {
        value: JSON.stringify(record()),
        expiresAtMs: undefined,
        expectedVersion: lease.record?.version ?? 0,
        fence: lease.fence,
      }),
    );
    return result.kind === "worked" && result.result !== undefined;
  } catch {
    return false;
  } finally {
    manager.forget(id);
  }
}

/** The record of a pair that was issued that long ago. */
export function recordOf(pair: TokenPair, agoMs = 0): ConnectionRecord {
  const { accessToken, accessLifetimeMs, refreshToken } = pair;
  const tokens = { accessToken, accessLeftMs: accessLifetimeMs - agoMs, refreshToken };
  return {
    id,
    accountId: "acct_1",
    connectedAtMs: 0,
    rotatedAtMs: 0,
    status: "connected",
    ...tokens,
  };
}

function createRefresh(process: VirtualProcess, around: Surroundings) {
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
    return outcome.answer;
  };
}
