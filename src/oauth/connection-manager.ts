/**
 * Manages the tokens of many connections within one process.
 *
 * 1. A fresh access token in memory is used.
 * 2. In its last minute it is used, and renewed in the background.
 * 3. At most one renewal per connection is in flight in a process; everyone waits for it.
 * 4. Across processes, `rotation.ts` coordinates.
 * 5. Tokens that could not be stored stay in memory, are used, and are stored once the store is back.
 * 6. If the response to a refresh was lost, the refresh token is spent again in the background during the
 *    grace period, without waiting for another caller to ask in time.
 * 7. A refused token is replaced once; a replacement that never worked is not replaced again at once.
 */

import type { TokenManager } from "../auth/token-manager.js";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../errors/index.js";
import type { ConnectionEvent } from "../report/observe.js";
import type { Deadline } from "../transport/deadline.js";
import { type Connection, type HeldRecord, toConnection } from "./connection-record.js";
import { heldOf, type Rotated, type RotationTools, rotate, type Unsaved } from "./rotation.js";

export interface ConnectionManagerOptions extends RotationTools {
  readonly keyOf: (id: string) => string;
  readonly publish: (event: ConnectionEvent) => void;
}

export interface ConnectionManager {
  /** The bearer tokens of one connection. */
  tokens(id: string): TokenManager;
  /** Renews now, even if the token is still fresh. */
  renew(id: string, options?: { readonly force?: boolean | undefined }): Promise<Connection>;
  /** Drops what is in memory, after the record was replaced or deleted. */
  forget(id: string): void;
}

interface Entry {
  /** Whether this process has ever held the record. */
  seen: boolean;
  token: string | undefined;
  /** Monotonic. */
  renewAtMs: number;
  expiresAtMs: number;
  pending: Promise<HeldRecord> | undefined;
  unsaved: Unsaved | undefined;
  /** Until when the refresh token may be spent again after its response was lost. Monotonic. */
  spentUntilMs: number;
  /** Until when an unproven replacement is not replaced again. Monotonic. */
  restsUntilMs: number;
  settling: boolean;
}

/** A token is renewed this much before it expires, or at half its life if that is later. */
const renewBeforeMs = 60_000;
/** A token with less time left than this may expire on the way. */
const leastLeftMs = 5000;
/** If a new token is refused too, the token is not to blame, and refreshing on every call would not help. */
const replacementRestMs = 5000;
const againMs = { first: 100, most: 5000 };
/** Ids come from outside, and each leaves an entry behind, even if there is no such connection. */
const fewestToSweep = 1000;

export function createConnectionManager(options: ConnectionManagerOptions): ConnectionManager {
  const { nowMs, publish, keyOf, sleep, limits } = options;
  const entries = new Map<string, Entry>();
  let sweepAt = fewestToSweep;

  /** Drops entries not worth keeping, each time their number has doubled since the last sweep. */
  function sweep(): void {
    if (entries.size < sweepAt) return;
    for (const [id, entry] of entries) if (isOver(entry)) entries.delete(id);
    sweepAt = Math.max(fewestToSweep, entries.size * 2);
  }

  function isOver({ pending, unsaved, settling, expiresAtMs, spentUntilMs }: Entry): boolean {
    return !(pending || unsaved || settling) && nowMs() >= Math.max(expiresAtMs, spentUntilMs);
  }

  function entryOf(id: string): Entry {
    let entry = entries.get(id);
    if (!entry) {
      sweep();
      entry = {
        seen: false,
        token: undefined,
        renewAtMs: 0,
        expiresAtMs: 0,
        pending: undefined,
        unsaved: undefined,
        spentUntilMs: 0,
        restsUntilMs: 0,
        settling: false,
      };
      entries.set(id, entry);
    }
    return entry;
  }

  function hold(entry: Entry, { record, accessEndsAtMs }: HeldRecord): void {
    const leftMs = accessEndsAtMs - nowMs();
    entry.seen = true;
    entry.token = record.accessToken;
    entry.expiresAtMs = accessEndsAtMs - leastLeftMs;
    entry.renewAtMs = accessEndsAtMs - Math.min(renewBeforeMs, leftMs / 2);
  }

  /** Keeps trying in the background until the store and this process agree. */
  function settleLater(id: string, entry: Entry): void {
    if (entry.settling) return;
    entry.settling = true;
    void trySettling(id, entry).finally(() => {
      entry.settling = false;
    });
  }

  function spendAgainFrom(id: string, entry: Entry, spentAtMs: number): void {
    entry.spentUntilMs = spentAtMs + limits.graceMs;
    settleLater(id, entry);
  }

  async function trySettling(id: string, entry: Entry): Promise<void> {
    const { first, most } = againMs;
    for (let waitMs = first; ; waitMs = Math.min(waitMs * 2, most)) {
      await sleep(waitMs);
      if (!entry.unsaved && nowMs() >= entry.spentUntilMs) return;
      const enough = ({ spentAtMs }: HeldRecord): boolean => spentAtMs === undefined;
      await shared(id, entry, enough).catch(() => undefined);
    }
  }

  async function obtain(
    id: string,
    entry: Entry,
    enough: (held: HeldRecord) => boolean,
    force: boolean | undefined,
  ): Promise<HeldRecord> {
    const { unsaved } = entry;
    const result = await rotate(options, keyOf(id), {
      enough,
      unsaved,
      force,
      unseen: !entry.seen,
    });
    if (result.kind !== "unsaved" && result.kind !== "unavailable") {
      entry.spentUntilMs = 0;
      entry.unsaved = undefined;
      if (unsaved?.rotated && result.kind === "fresh") {
        publish({ kind: "saved", connectionId: id });
        if (result.held.record.refreshToken === unsaved.record.refreshToken) {
          hold(entry, result.held);
          return result.held;
        }
      }
    }
    return settle(id, entry, enough, result);
  }

  function settle(
    id: string,
    entry: Entry,
    enough: (held: HeldRecord) => boolean,
    result: Rotated,
  ): HeldRecord {
    switch (result.kind) {
      case "fresh":
        hold(entry, result.held);
        // The process that set the mark may be dead, and this may be the only one that knows about it.
        if (result.held.spentAtMs !== undefined) spendAgainFrom(id, entry, result.held.spentAtMs);
        if (result.rotated) publish({ kind: "rotated", connectionId: id });
        return result.held;
      case "unsaved": {
        const { unsaved, error } = result;
        const isNew = unsaved.rotated && entry.unsaved !== unsaved;
        if (isNew) publish({ kind: "unsaved", connectionId: id });
        entry.unsaved = unsaved;
        settleLater(id, entry);
        const held = heldOf(unsaved);
        if (!(isNew ? isGood(held) : enough(held))) {
          throw new TokenRefreshUnavailableError(id, error);
        }
        hold(entry, held);
        return held;
      }
      case "missing":
      case "revoked":
        entry.token = undefined;
        if (result.kind === "missing") {
          if (entries.get(id) === entry) entries.delete(id);
          throw new ConnectionRevokedError("connection_missing", id);
        }
        if (result.error !== undefined) publish({ kind: "revoked", connectionId: id });
        throw new ConnectionRevokedError("connection_revoked", id, result.error);
      case "unknown":
        throw new RefreshOutcomeUnknownError(id, result.spentForMs);
      case "refused":
        throw result.error;
      case "unavailable":
        if (result.spent) spendAgainFrom(id, entry, nowMs());
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
      isGood(held) && held.record.accessToken !== refused;
    for (;;) {
      const others = entry.pending;
      const renewing = others ?? shared(id, entry, enough);
      const held = await deadline.race("waiting for a token", renewing);
      // What satisfied another caller may not satisfy this one.
      if (!others || enough(held)) return held.record.accessToken;
    }
  }

  function isGood({ accessEndsAtMs }: HeldRecord): boolean {
    return accessEndsAtMs - nowMs() > leastLeftMs;
  }

  return {
    tokens(id) {
      return {
        current(deadline) {
          const entry = entryOf(id);
          const now = nowMs();
          if (entry.token !== undefined && now < entry.expiresAtMs) {
            if (now >= entry.renewAtMs) {
              const enough = ({ accessEndsAtMs }: HeldRecord): boolean =>
                accessEndsAtMs - nowMs() > renewBeforeMs;
              shared(id, entry, enough).catch(() => undefined);
            }
            return entry.token;
          }
          return wait(id, entry, deadline);
        },
        async replace(refused, deadline) {
          const entry = entryOf(id);
          if (entry.token !== undefined && entry.token !== refused) return entry.token;
          if (entry.token !== undefined && nowMs() < entry.restsUntilMs) return undefined;
          entry.token = undefined;
          const other = await wait(id, entry, deadline, refused);
          entry.restsUntilMs = nowMs() + replacementRestMs;
          return other;
        },
        worked(token) {
          const entry = entries.get(id);
          if (entry?.token === token) entry.restsUntilMs = 0;
        },
      };
    },
    async renew(id, { force } = {}) {
      const entry = entryOf(id);
      do await entry.pending?.catch(() => undefined);
      while (force && entry.pending);
      const held = await shared(id, entry, () => false, force);
      return toConnection(held.record);
    },
    forget(id) {
      entries.delete(id);
    },
  };
}
