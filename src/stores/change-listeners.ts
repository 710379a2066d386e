/** Tells those who wait in this process that a key has changed. */

import type { Listener } from "./backend.js";

export interface ChangeListeners {
  /** `start` is called when someone begins to wait; see `Listener.start`. */
  listen(key: string, start: Listener["start"]): Listener;
  /** Tells all listeners of a key that it has changed. */
  tell(key: string): void;
  /** The current number of listeners. */
  count(): number;
}

interface Registered {
  /** Whether a change came while nobody waited for one. */
  missed: boolean;
  changed: (() => void) | undefined;
}

export function createChangeListeners(): ChangeListeners {
  const byKey = new Map<string, Set<Registered>>();
  let count = 0;

  function add(key: string, listener: Registered): void {
    const ofKey = byKey.get(key) ?? new Set();
    byKey.set(key, ofKey.add(listener));
    count++;
  }

  function remove(key: string, listener: Registered): void {
    const ofKey = byKey.get(key);
    if (!ofKey?.delete(listener)) return;
    count--;
    if (ofKey.size === 0) byKey.delete(key);
  }

  return {
    listen(key, start) {
      const listener: Registered = { missed: false, changed: undefined };
      add(key, listener);
      return {
        start,
        onChange(changed) {
          listener.changed = changed;
          if (changed && listener.missed) changed();
          if (changed) listener.missed = false;
        },
        close: () => remove(key, listener),
      };
    },
    tell(key) {
      for (const listener of byKey.get(key) ?? []) {
        if (listener.changed) listener.changed();
        else listener.missed = true;
      }
    },
    count: () => count,
  };
}
