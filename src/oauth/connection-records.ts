/** The records of all connections of an app, in the store. */

import type { Store } from "../stores/store.js";
import { type Connection, readSnapshot, toConnection } from "./connection-record.js";

export interface ListedConnection {
  readonly id: string;
  /** When the refresh token expires, or may expire. Unix time in milliseconds. */
  readonly expiresAtMs: number | undefined;
}

export interface ConnectionRecords {
  read(id: string): Promise<Connection | undefined>;
  /** All connections, or those whose refresh token expires before a Unix time in milliseconds. */
  pages(expiringBeforeMs?: number): AsyncGenerator<readonly ListedConnection[]>;
  /** False if there was nothing to delete. */
  delete(id: string): Promise<boolean>;
}

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
    async delete(id) {
      // A deletion keeps the fence of the key, even when there was nothing to delete.
      if (!(await store.read(keyOf(id)))) return false;
      return await store.delete(keyOf(id));
    },
  };
}
