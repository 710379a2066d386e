/** A store in the memory of one process: for tests, and for programs that need no persistence. */

import { buildStore } from "../build-store.js";
import type { Store } from "../store.js";
import { createMemoryBackend } from "./memory-backend.js";

export type { Store } from "../store.js";

/**
 * A store that lives as long as the process. It keeps the full contract between callers of this one object,
 * but is not shared with other processes and does not survive a restart.
 *
 * A key that was leased or deleted leaves its counters behind, about 100 bytes.
 *
 * @example
 * const store = createMemoryStore();
 * await store.compareAndSet("greeting", { value: "hello", expiresAtMs: undefined, expectedVersion: 0 });
 */
export function createMemoryStore(): Store {
  return buildStore(createMemoryBackend());
}
