/** Publishes changes, such as those of an account's status, to listeners. */

import type { Account } from "../../generated/index.js";

type AccountStatus = Account["status"];

export interface StatusChange {
  readonly accountId: string;
  /** Undefined when the account was just created. */
  readonly from: AccountStatus | undefined;
  readonly to: AccountStatus;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Changes<Change = StatusChange> {
  /** Returns a function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void;
  publish(change: Change): void;
}

export function createChanges<Change = StatusChange>(): Changes<Change> {
  const listeners = new Set<(change: Change) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(change) {
      for (const listener of listeners) listener(change);
    },
  };
}
