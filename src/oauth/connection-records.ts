/** The records of all connections of an app, in the store. */

import type { Store } from "../stores/store.js";
import {
  type Connection,
  type ConnectionRecord,
  readSnapshot,
  toConnection,
  toText,
} from "./connection-record.js";

export interface ListedConnection {
  readonly id: string;
  /** When the refresh token expires, or may expire. Unix time in milliseconds. */
  readonly expiresAtMs: number | undefined;
}

export interface ConnectionRecords {
  read(id: string): Promise<Connection | undefined>;
  /** All connections, or those whose refresh token expires before a Unix time in milliseconds. */
  pages(expiringBeforeMs?: number): AsyncGenerator<readonly ListedConnection[]>;
  /**
   * Stores the record of a new consent in place of an earlier one; a process that is still renewing that one
   * is fenced off. False if another process did not give the lease back in time.
   */
  replace(record: ConnectionRecord): Promise<boolean>;
  /** False if there was nothing to delete. */
  delete(id: string): Promise<boolean>;
}

const lease = { leaseMs: 15_000, waitMs: 30_000 };

export function createConnectionRecords(
  store: Store,
  keyOf: (id: string) => string,
): ConnectionRecords {
  const prefix = keyOf("");
  return {
    async read(id) {
      const stored = await store.read(keyOf(id));
      return stored && toConnection(readSnapshot(stored).record);
    },
    async *pages(expiringBeforeMs) {
      let cursor: string | undefined;
      do {
        const page = await store.list({ prefix, expiringBeforeMs, cursor });
        yield page.keys.map(({ key, expiresAtMs }) => ({
          id: key.slice(prefix.length),
          expiresAtMs,
        }));
        cursor = page.next;
      } while (cursor !== undefined);
    },
    async replace(record) {
      const key = keyOf(record.id);
      const result = await store.withLease(key, lease, ({ fence, record: before }) =>
        store.compareAndSet(key, {
          ...toText(record),
          expectedVersion: before?.version ?? 0,
          fence,
        }),
      );
      return result.kind === "worked" && result.result !== undefined;
    },
    async delete(id) {
      // A deletion keeps the fence of the key, even when there was nothing to delete.
      if (!(await store.read(keyOf(id)))) return false;
      return await store.delete(keyOf(id));
    },
  };
}
