/** Renews the connections whose refresh tokens are about to expire. */

import { checkOptions } from "../checks/options.js";
import { ConnectionRevokedError } from "../errors/index.js";
import type { ConnectionManager } from "./connection-manager.js";
import { refreshExpiresAtMs } from "./connection-record.js";
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
  /** Undefined if the connection is renewed. */
  readonly error: unknown;
  /** Connections processed so far. */
  readonly done: number;
}

/** What `oauth.refreshExpiring` did. Each connection is counted once. */
export interface RefreshExpiringResult {
  readonly refreshed: number;
  /** Renewed by another process since they were listed. */
  readonly alreadyRefreshed: number;
  /** Found to be revoked: the customer has to consent again. They are not listed the next time. */
  readonly revoked: number;
  /** Listed by the store, and gone when it was asked for them: deleted, or evicted by the database. */
  readonly missing: number;
  /** Not renewed for another reason; see `onProgress`. The next run tries again. */
  readonly failed: number;
}

interface Tools {
  readonly records: ConnectionRecords;
  readonly manager: ConnectionManager;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export async function refreshExpiring(
  tools: Tools,
  options: RefreshExpiringOptions,
): Promise<RefreshExpiringResult> {
  const kinds = { withinMs: "any", concurrency: "any", onProgress: "function" } as const;
  checkOptions("Cannot call oauth.refreshExpiring", options, kinds);
  const { withinMs, concurrency = 4, onProgress } = options;
  refuseNumbers({ withinMs, concurrency });
  const count = { refreshed: 0, alreadyRefreshed: 0, revoked: 0, missing: 0, failed: 0 };
  const pages = tools.records.pages(Date.now() + Math.ceil(withinMs));
  const listed = once(inAnyOrder(pages, tools.random));
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = await listed.next(); !next.done; next = await listed.next()) {
      const { id, expiresAtMs } = next.value;
      const { outcome, error } = await refreshOne(tools, id, expiresAtMs);
      count[outcome]++;
      onProgress?.({ connectionId: id, error, done: ++done });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return count;
}

async function refreshOne(
  { manager }: Tools,
  id: string,
  listedExpiryMs: number | undefined,
): Promise<{ readonly outcome: keyof RefreshExpiringResult; readonly error: unknown }> {
  try {
    const { rotated } = await manager.renew(id, {
      inBackground: true,
      unless: (connection) => (refreshExpiresAtMs(connection) ?? 0) > (listedExpiryMs ?? 0),
    });
    return { outcome: rotated ? "refreshed" : "alreadyRefreshed", error: undefined };
  } catch (error) {
    if (!(error instanceof ConnectionRevokedError)) return { outcome: "failed", error };
    return { outcome: error.code === "connection_missing" ? "missing" : "revoked", error };
  }
}

/** Mixes each page, so that jobs that run at the same time do not wait for each other at every record. */
async function* inAnyOrder<T>(
  pages: AsyncGenerator<readonly T[]>,
  random: () => number,
): AsyncGenerator<T> {
  for await (const page of pages) {
    const mixed = [...page];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
    }
    yield* mixed;
  }
}

/**
 * Stores list by expiry. A connection whose new refresh token expires within `withinMs` too is listed again,
 * further on, and without this a run would never end.
 */
async function* once<T extends { readonly id: string }>(
  listed: AsyncGenerator<T>,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  for await (const one of listed) {
    if (!seen.has(one.id)) yield one;
    seen.add(one.id);
  }
}

function refuseNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isFinite(number) && number >= 1) continue;
    throw new RangeError(
      `Cannot call oauth.refreshExpiring: ${name} is ${number}, expected a number of at least 1`,
    );
  }
}
