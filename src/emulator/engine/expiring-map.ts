/** A map that forgets what has expired, so that an emulator can run for long. */

import type { Clock } from "./clock.js";

export interface Expiring {
  /** Emulator time in milliseconds. */
  readonly expiresAtMs: number;
}

export interface ExpiringMap<Value extends Expiring> {
  /** May still return a value that has expired. */
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/**
 * Entries are forgotten in the order in which they were added, so they should all live equally long.
 *
 * @param keptMs How long an entry is kept after it has expired, for answers that depend on it; default 0.
 */
export function createExpiringMap<Value extends Expiring>(
  clock: Pick<Clock, "nowMs">,
  keptMs = 0,
): ExpiringMap<Value> {
  const entries = new Map<string, Value>();
  const forgetOld = (): void => {
    const nowMs = clock.nowMs();
    for (const [key, { expiresAtMs }] of entries) {
      if (expiresAtMs + keptMs > nowMs) return;
      entries.delete(key);
    }
  };
  return {
    get(key) {
      forgetOld();
      return entries.get(key);
    },
    set(key, value) {
      forgetOld();
      entries.set(key, value);
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
