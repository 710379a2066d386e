/** Notifies waiters in this process that a key has changed. */

import type { Listener } from "./backend.js";

export interface WakeUps {
  /** `start` is called when a waiter begins to wait; see `Listener.start`. */
  listen(key: string, start: Listener["start"]): Listener;
  wake(key: string): void;
  /** The current number of listeners. */
  listeners(): number;
}

interface Waiter {
  heard: boolean;
  changed: (() => void) | undefined;
}

export function createWakeUps(): WakeUps {
  const waiters = new Map<string, Set<Waiter>>();
  let count = 0;

  function add(key: string, waiter: Waiter): void {
    const ofKey = waiters.get(key) ?? new Set();
    waiters.set(key, ofKey.add(waiter));
    count++;
  }

  function remove(key: string, waiter: Waiter): void {
    const ofKey = waiters.get(key);
    if (!ofKey?.delete(waiter)) return;
    count--;
    if (ofKey.size === 0) waiters.delete(key);
  }

  return {
    listen(key, start) {
      const waiter: Waiter = { heard: false, changed: undefined };
      add(key, waiter);
      return {
        start,
        onChange(changed) {
          waiter.changed = changed;
          if (changed && waiter.heard) changed();
          if (changed) waiter.heard = false;
        },
        close: () => remove(key, waiter),
      };
    },
    wake(key) {
      for (const waiter of waiters.get(key) ?? []) {
        if (waiter.changed) waiter.changed();
        else waiter.heard = true;
      }
    },
    listeners: () => count,
  };
}
