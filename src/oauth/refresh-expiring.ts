/** Renews the connections whose refresh tokens are about to expire. */

import type { ConnectionManager } from "./connection-manager.js";
import type { ConnectionRecords } from "./connection-records.js";

/** Options of `oauth.refreshExpiring`. */
export interface RefreshExpiringOptions {
  /** Renew connections whose refresh token expires within this time, in milliseconds. */
  readonly withinMs: number;
  /** How many to renew at a time. Default: 4. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((progress: RefreshProgress) => void) | undefined;
}

/** Progress after each connection. */
export interface RefreshProgress {
  readonly connectionId: string;
  /** Undefined if the connection was renewed. */
  readonly error: unknown;
  /** Connections processed so far. */
  readonly done: number;
}

export async function refreshExpiring(
  {
    records,
    manager,
  }: { readonly records: ConnectionRecords; readonly manager: ConnectionManager },
  { withinMs, concurrency = 4, onProgress }: RefreshExpiringOptions,
): Promise<{ readonly refreshed: number; readonly failed: number }> {
  refuseNumbers({ withinMs, concurrency });
  const ids = records.ids(Date.now() + Math.ceil(withinMs));
  const count = { refreshed: 0, failed: 0 };
  const work = async (): Promise<void> => {
    for (let next = await ids.next(); !next.done; next = await ids.next()) {
      const connectionId = next.value;
      const error = await manager.renew(connectionId).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) count.refreshed += 1;
      else count.failed += 1;
      onProgress?.({ connectionId, error, done: count.refreshed + count.failed });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return count;
}

function refuseNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isFinite(number) && number >= 1) continue;
    throw new RangeError(
      `Cannot call oauth.refreshExpiring: ${name} is ${number}, expected a number of at least 1`,
    );
  }
}
