/** One place that hears of every account that is created or changes its status. */

import type { Account } from "../schemas/index.js";

type AccountStatus = Account["status"];

export interface StatusChange {
  readonly accountId: string;
  /** Undefined when the account was just created. */
  readonly from: AccountStatus | undefined;
  readonly to: AccountStatus;
  /** Emulator time in milliseconds. */
  readonly atMs: number;
}

export interface Changes {
  /** Returns a function that ends the subscription. */
  subscribe(listener: (change: StatusChange) => void): () => void;
  publish(change: StatusChange): void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: StatusChange) => void>();
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
