/** One store for all processes of a simulation, with the rules that real stores keep. */

import type { ConnectionRecord } from "../../../src/oauth/connection-record.js";
import type { StoreBackend } from "../../../src/stores/backend.js";
import { buildStore } from "../../../src/stores/build-store.js";
import {
  acquire,
  type Change,
  emptyRecordState,
  giveBack,
  type Moment,
  type RecordState,
  recordOf,
  write,
} from "../../../src/stores/record-state.js";
import type { RecordStore, StoredRecord } from "../../../src/stores/store.js";
import type { VirtualNetwork } from "./virtual-network.js";
import type { VirtualProcess } from "./virtual-process.js";

/** The steps that a store does atomically. A broken store does some of them differently. */
export interface StateSteps {
  readonly acquire: typeof acquire;
  readonly giveBack: typeof giveBack;
  readonly write: typeof write;
}

export const rightSteps: StateSteps = { acquire, giveBack, write };

export interface VirtualStore {
  /** The store as one process sees it. */
  open(process: VirtualProcess, network: VirtualNetwork, random: () => number): RecordStore;
  /** What is stored, without asking over the network. */
  peek(): ConnectionRecord | undefined;
  put(record: ConnectionRecord): void;
  /** Goes back to what it was that long ago, with fences and leases, and is away for a while. */
  failOver(backMs: number, awayMs: number): void;
}

export interface VirtualStoreOptions {
  readonly nowMs: () => number;
  readonly steps: StateSteps;
  /** Called on every change of any kind, with their number. */
  readonly written: (count: number) => void;
  /** Called on every change of the record. */
  readonly changed: (before: ConnectionRecord | undefined, after: ConnectionRecord) => void;
}

export function createVirtualStore({
  nowMs,
  steps,
  written,
  changed,
}: VirtualStoreOptions): VirtualStore {
  let state: RecordState = emptyRecordState;
  let awayUntilMs = 0;
  const history: { readonly atMs: number; readonly state: RecordState }[] = [];
  const now = (): Moment => ({ atMs: nowMs(), upMs: nowMs(), origin: "the store" });

  function change<Result>(step: Change<RecordState, Result>): Result {
    const before = parse(state);
    const { version } = state;
    if (step.state) {
      state = step.state;
      written(history.push({ atMs: nowMs(), state }));
    }
    const after = parse(state);
    if (after && state.version !== version) changed(before, after);
    return step.result;
  }

  function put(record: ConnectionRecord): void {
    const text = { value: JSON.stringify(record), expiresAtMs: undefined };
    change(write(state, { ...text, expectedVersion: state.version }, now()));
  }

  function open(
    process: VirtualProcess,
    network: VirtualNetwork,
    random: () => number,
  ): RecordStore {
    async function ask<T>(what: string, work: () => T): Promise<T> {
      const workIfThere = async (): Promise<T> => {
        if (nowMs() < awayUntilMs) throw new Error("the store is failing over");
        return work();
      };
      const request = { process, to: "store", what, work: workIfThere } as const;
      const outcome = await network.send(request);
      if (outcome.kind === "answered") return outcome.answer;
      throw new Error("the store is away");
    }
    const unused = (): never => {
      throw new Error("no part of this simulation");
    };
    const backend: StoreBackend = {
      read: () => ask("read", (): StoredRecord | undefined => recordOf(state, now())),
      acquire: (_, attempt) => ask("acquire", () => change(steps.acquire(state, attempt, now()))),
      giveBack: (_, fence) =>
        // As real stores do: what cannot be given back expires by itself.
        Promise.race([
          ask("give back", () => change(steps.giveBack(state, fence))),
          process.sleep(1000),
        ]),
      write: (_, asked) => ask("write", () => change(steps.write(state, asked, now()))),
      ...{ remove: unused, list: unused, claim: unused, confirm: unused, release: unused },
      pollMs: [50, 1000],
    };
    let tokens = 0;
    return buildStore(backend, {
      nowMs: process.nowMs,
      sleep: process.sleep,
      random,
      newToken: () => `${process.name}-${++tokens}`,
    });
  }

  function failOver(backMs: number, awayMs: number): void {
    const kept = history.filter(({ atMs }) => atMs <= nowMs() - backMs);
    state = kept.at(-1)?.state ?? state;
    awayUntilMs = nowMs() + awayMs;
  }

  return { open, put, failOver, peek: () => parse(state) };
}

function parse({ value }: RecordState): ConnectionRecord | undefined {
  return value === undefined ? undefined : (JSON.parse(value) as ConnectionRecord);
}
