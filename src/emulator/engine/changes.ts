/** Tells listeners of changes, such as those of an account's status. */

export interface Changes<Change> {
  /** Returns a function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void;
  publish(change: Change): void;
}

export function createChanges<Change>(): Changes<Change> {
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
