/** One connection with an expired access token, processes that rotate it, and a clock that is moved by hand. */

import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import { rotationLimits } from "../../../src/oauth/limits.js";
import type { Unsaved } from "../../../src/oauth/record-writes.js";
import { createRefreshQueue } from "../../../src/oauth/refresh-queue.js";
import {
  type Rotated,
  type RotateOptions,
  type RotationTools,
  rotate,
} from "../../../src/oauth/rotation.js";
import type { RefreshAnswer } from "../../../src/oauth/spend.js";
import type { RecordStore, Store } from "../../../src/stores/store.js";
import { createTimedMemoryStore } from "../../stores/memory-store.js";
import { createStrictServer } from "./strict-server.js";
import { recordOf } from "./virtual-worker.js";

export const key = "key";

export interface ProcessOptions {
  /** How its writes end, in order; after that they end well. */
  readonly writes?: readonly ("before" | "after" | "well")[];
  /** How its requests to the token endpoint end, in order; after that they are answered by the server. */
  readonly answers?: readonly Exclude<RefreshAnswer["kind"], "issued">[];
  /** Called before each request reaches the server. */
  readonly onRequest?: () => unknown;
  /** Changes what the process sees of the store. */
  readonly wrap?: (store: RecordStore) => RecordStore;
  readonly suspendedMs?: () => number;
}

export async function expiredConnection() {
  let nowMs = 1_000_000;
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
  };
  const clock = { nowMs: () => nowMs, sleep: pass };
  const server = createStrictServer(clock, {
    graceMs: 60_000,
    accessLifetimeMs: 300_000,
    refreshLifetimeMs: 86_400_000,
  });
  let store: Store = createTimedMemoryStore({ now: clock.nowMs, sleep: pass });
  await put({ ...recordOf(server.first), accessLeftMs: 0 });
  let ids = 0;

  async function read(): Promise<ConnectionRecord> {
    return JSON.parse((await store.read(key))?.value ?? "{}") as ConnectionRecord;
  }

  /** Writes a record whatever is there, as a store that goes back does. */
  async function put(record: ConnectionRecord): Promise<void> {
    const { version: expectedVersion = 0 } = (await store.read(key)) ?? {};
    const value = JSON.stringify(record);
    await store.compareAndSet(key, { value, expiresAtMs: undefined, expectedVersion });
  }

  function createProcess({ writes = [], answers = [], ...how }: ProcessOptions = {}) {
    const [left, told] = [[...writes], [...answers]];
    const failing: RecordStore = {
      read: (id) => store.read(id),
      withLease: (id, options, work) => store.withLease(id, options, work),
      delete: (id) => store.delete(id),
      list: (options) => store.list(options),
      async compareAndSet(id, write) {
        const outcome = left.shift() ?? "well";
        const written = outcome === "before" ? undefined : await store.compareAndSet(id, write);
        if (outcome === "well") return written;
        throw new Error("the store is away");
      },
    };
    const tools: RotationTools = {
      ...{ ...clock, limits: rotationLimits, random: () => 0.5, dateMs: clock.nowMs },
      suspendedMs: how.suspendedMs ?? (() => 0),
      isClosing: () => false,
      isStopped: () => false,
      queue: createRefreshQueue({ ...clock, concurrent: 8, random: () => 0.5 }),
      store: how.wrap?.(failing) ?? failing,
      newId: () => `refresh-${++ids}`,
      async refresh(token) {
        await how.onRequest?.();
        const kind = told.shift();
        if (kind) return { kind, error: new Error(kind) };
        const reply = await server.refresh(token, 0);
        return reply.kind === "issued" ? reply : { ...reply, error: new Error(reply.kind) };
      },
    };
    return (options: Partial<RotateOptions> = {}): Promise<Rotated> =>
      rotate(tools, key, {
        ticket: { urgency: "waiting" },
        isFresh: ({ accessEndsAtMs }) => accessEndsAtMs > nowMs,
        ...options,
      });
  }

  return {
    ...{ server, read, put, pass, createProcess },
    nowMs: () => nowMs,
    store: () => store,
    /** The database is there again, and empty. */
    loseEverything() {
      store = createTimedMemoryStore({ now: clock.nowMs, sleep: pass });
    },
    isNewestStored: async () => server.isNewest((await read()).refreshToken),
  };
}

/** What a rotation could not write. */
export function unsavedOf(result: Rotated): Unsaved {
  if (result.kind !== "unsaved") throw new Error(`expected something unsaved, got ${result.kind}`);
  return result.unsaved;
}
