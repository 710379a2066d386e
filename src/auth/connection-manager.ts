/**
 * The tokens of many connections in one process.
 *
 * 1. A fresh access token in memory is used.
 * 2. In its last minute it is used and renewed in the background.
 * 3. One renewal is in flight per connection and process; everyone waits for it.
 * 4. Between processes, `rotation.ts` takes over.
 * 5. What could not be written stays in memory, is used, and is written as soon as the store is back.
 */

import type { Deadline } from "../core/deadline.js";
import type { ConnectionEvent } from "../core/observe.js";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../errors.js";
import { type Connection, type HeldRecord, toConnection } from "./connection-record.js";
import {
  isReplacedBy,
  type Rotated,
  type RotationTools,
  rotate,
  type Unsaved,
} from "./rotation.js";
import type { TokenManager } from "./token-manager.js";

export interface ConnectionManagerOptions extends RotationTools {
  readonly keyOf: (id: string) => string;
  readonly publish: (event: ConnectionEvent) => void;
}

export interface ConnectionManager {
  /** The bearer of one connection, for the pipe. */
  tokens(id: string): TokenManager;
  /** Renews now, fresh or not. */
  renew(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;
  /** Forgets what is in memory, after the record was replaced or deleted. */
  forget(id: string): void;
}

interface Entry {
  token: string | undefined;
  /** Monotonic. */
  renewAtMs: number;
  expiresAtMs: number;
  pending: Promise<HeldRecord> | undefined;
  unsaved: Unsaved | undefined;
  saving: boolean;
}

/** A token is renewed early by this much, or by half its life if that is less. */
const renewBeforeMs = 60_000;
/** A token with less than this left may be dead on arrival. */
const leastLeftMs = 5000;
const saveAgainMs = { first: 100, most: 5000 };

export function createConnectionManager(options: ConnectionManagerOptions): ConnectionManager {
  const { nowMs, publish, keyOf, sleep } = options;
  const entries = new Map<string, Entry>();

  function entryOf(id: string): Entry {
    let entry = entries.get(id);
    if (!entry) {
      entry = {
        token: undefined,
        renewAtMs: 0,
        expiresAtMs: 0,
        pending: undefined,
        unsaved: undefined,
        saving: false,
      };
      entries.set(id, entry);
    }
    return entry;
  }

  function hold(entry: Entry, { record, accessLeftMs }: HeldRecord): void {
    const now = nowMs();
    entry.token = record.accessToken;
    entry.expiresAtMs = now + accessLeftMs - leastLeftMs;
    entry.renewAtMs = now + accessLeftMs - Math.min(renewBeforeMs, accessLeftMs / 2);
  }

  /** Keeps what could not be written, and goes on trying in the background. */
  function keep(id: string, entry: Entry, unsaved: Unsaved): void {
    entry.unsaved = unsaved;
    publish({ kind: "unsaved", connectionId: id });
    if (entry.saving) return;
    entry.saving = true;
    void saveLater(id, entry).finally(() => {
      entry.saving = false;
    });
  }

  async function saveLater(id: string, entry: Entry): Promise<void> {
    for (
      let waitMs = saveAgainMs.first;
      entry.unsaved;
      waitMs = Math.min(waitMs * 2, saveAgainMs.most)
    ) {
      await sleep(waitMs);
      const { unsaved } = entry;
      if (!unsaved) return;
      // Whatever is there instead of our mark is newer than what we hold.
      const enough = (held: HeldRecord): boolean => !isReplacedBy(held, unsaved);
      const result = await rotate(options, keyOf(id), { enough, unsaved });
      if (result.kind === "unsaved" || result.kind === "unavailable") continue;
      if (entry.unsaved === unsaved) entry.unsaved = undefined;
      publish({ kind: "saved", connectionId: id });
    }
  }

  async function obtain(
    id: string,
    entry: Entry,
    enough: (held: HeldRecord) => boolean,
    force: boolean | undefined,
  ): Promise<HeldRecord> {
    const { unsaved } = entry;
    const result = await rotate(options, keyOf(id), { enough, unsaved, force });
    if (unsaved && result.kind === "fresh" && entry.unsaved === unsaved) entry.unsaved = undefined;
    return settle(id, entry, result);
  }

  function settle(id: string, entry: Entry, result: Rotated): HeldRecord {
    switch (result.kind) {
      case "fresh":
        hold(entry, result.held);
        if (result.rotated) publish({ kind: "rotated", connectionId: id });
        return result.held;
      case "unsaved": {
        keep(id, entry, result.unsaved);
        const { record } = result.unsaved;
        const held = {
          record,
          version: 0,
          accessLeftMs: record.accessLeftMs,
          spentForMs: undefined,
        };
        if (held.accessLeftMs <= leastLeftMs)
          throw new TokenRefreshUnavailableError(id, result.error);
        hold(entry, held);
        return held;
      }
      case "missing":
      case "revoked":
        entry.token = undefined;
        entry.unsaved = undefined;
        if (result.kind === "missing") throw new ConnectionRevokedError("connection_missing", id);
        if (result.error !== undefined) publish({ kind: "revoked", connectionId: id });
        throw new ConnectionRevokedError("connection_revoked", id, result.error);
      case "unknown":
        throw new RefreshOutcomeUnknownError(id, result.spentForMs);
      case "refused":
        throw result.error;
      case "unavailable":
        throw new TokenRefreshUnavailableError(id, result.error);
    }
  }

  function shared(
    id: string,
    entry: Entry,
    enough: (held: HeldRecord) => boolean,
    force?: boolean,
  ): Promise<HeldRecord> {
    entry.pending ??= obtain(id, entry, enough, force).finally(() => {
      entry.pending = undefined;
    });
    return entry.pending;
  }

  async function wait(
    id: string,
    entry: Entry,
    deadline: Deadline,
    refused?: string,
  ): Promise<string> {
    const enough = (held: HeldRecord): boolean =>
      held.accessLeftMs > leastLeftMs && held.record.accessToken !== refused;
    const { record } = await deadline.race("waiting for a token", shared(id, entry, enough));
    return record.accessToken;
  }

  return {
    tokens(id) {
      const entry = entryOf(id);
      return {
        current(deadline) {
          const now = nowMs();
          if (entry.token !== undefined && now < entry.expiresAtMs) {
            if (now >= entry.renewAtMs) {
              const enough = (held: HeldRecord): boolean => held.accessLeftMs > renewBeforeMs;
              shared(id, entry, enough).catch(() => undefined);
            }
            return entry.token;
          }
          return wait(id, entry, deadline);
        },
        async replace(refused, deadline) {
          if (entry.token !== undefined && entry.token !== refused) return entry.token;
          entry.token = undefined;
          return await wait(id, entry, deadline, refused);
        },
      };
    },
    async renew(id, { force } = {}) {
      const entry = entryOf(id);
      await entry.pending?.catch(() => undefined);
      const held = await shared(id, entry, () => false, force);
      return toConnection(held.record);
    },
    forget(id) {
      entries.delete(id);
    },
  };
}
