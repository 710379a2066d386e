/** Records and claims in two maps. */

import type { StoreBackend } from "../backend.js";
import { createChangeListeners } from "../change-listeners.js";
import { type ClaimState, claim, confirm, isForgettable, isReleasable } from "../claim-state.js";
import { createKeyList } from "../key-list.js";
import {
  acquire,
  type Change,
  emptyRecordState,
  giveBack,
  type Moment,
  type RecordState,
  recordOf,
  remove,
  write,
} from "../record-state.js";
import type { ListedKey } from "../store.js";

/** @param now The current time. Leases and claims follow `atMs`, ages follow `upMs`. */
export function createMemoryBackend(now: () => Moment = createClock()): StoreBackend {
  const records = new Map<string, RecordState>();
  const listeners = createChangeListeners();

  function change<Result>(
    key: string,
    step: (state: RecordState) => Change<RecordState, Result>,
  ): Result {
    const { state, result } = step(records.get(key) ?? emptyRecordState);
    if (state) records.set(key, state);
    return result;
  }

  function changeAndTell<Result>(
    key: string,
    step: (state: RecordState) => Change<RecordState, Result>,
  ): Result {
    const result = change(key, step);
    listeners.tell(key);
    return result;
  }

  return {
    read: async (key) => recordOf(records.get(key), now()),
    acquire: async (key, attempt) => change(key, (state) => acquire(state, attempt, now())),
    giveBack: async (key, fence) => changeAndTell(key, (state) => giveBack(state, fence)),
    write: async (key, asked) => changeAndTell(key, (state) => write(state, asked, now())),
    remove: async (key) => changeAndTell(key, remove),
    list: createKeyList({
      all: async () => [...records].flatMap(([key, state]) => listedOf(key, state)),
      find: async (key) => listedOf(key, records.get(key))[0],
    }),
    ...createClaims(now),
    listen: (key) => listeners.listen(key, async () => "already"),
    pollMs: [10, 100],
  };
}

function createClaims(now: () => Moment): Pick<StoreBackend, "claim" | "confirm" | "release"> {
  const claims = new Map<string, ClaimState>();
  const sweep = createSweep(claims, now);

  return {
    async claim(id, token, leaseMs) {
      sweep();
      const { state, result } = claim(
        claims.get(id),
        { token, untilMs: now().atMs + leaseMs },
        now().atMs,
      );
      if (state) claims.set(id, state);
      return result;
    },
    async confirm(id, token, keepMs) {
      const { state, result } = confirm(claims.get(id), { token, untilMs: now().atMs + keepMs });
      if (state) claims.set(id, state);
      return result;
    },
    release: async (id, token) => isReleasable(claims.get(id), token) && claims.delete(id),
  };
}

/** The key, if it has a record. */
function listedOf(key: string, state: RecordState | undefined): ListedKey[] {
  return state?.value === undefined ? [] : [{ key, expiresAtMs: state.expiresAtMs }];
}

/** Forgets old claims each time as many came in as were left by the last sweep: a constant cost per claim. */
function createSweep(claims: Map<string, ClaimState>, now: () => Moment): () => void {
  let until = 1000;
  return () => {
    if (--until > 0) return;
    for (const [id, state] of claims) if (isForgettable(state, now().atMs)) claims.delete(id);
    until = Math.max(1000, claims.size);
  };
}

/** `performance.now` stands still while the machine is suspended, and `Date.now` can be set back. */
function createClock(): () => Moment {
  const startedAtMs = Date.now() - performance.now();
  return () => {
    const atMs = Date.now();
    return { atMs, upMs: Math.max(performance.now(), atMs - startedAtMs), origin: "" };
  };
}
