/**
 * Marks a connection revoked because its customer has disconnected, before a token of it is refused.
 *
 * The record is replaced without a lease, so that nobody has to wait: a rotation that is under way then
 * cannot write its pair, and finds that the connection is revoked.
 */

import { reasonIn } from "../checks/errors.js";
import { StoreError } from "../errors/index.js";
import type { CachedConnection } from "./connection-cache.js";
import { readSnapshot, toText } from "./connection-record.js";
import { asRevoked } from "./record-writes.js";
import type { RenewalTools } from "./renewal.js";

/** `reconnected`: the customer has consented again since, and the connection stays as it is. */
export type Revocation = "revoked" | "missing" | "reconnected";

/** Each attempt fails only if another process has written meanwhile. */
const mostAttempts = 20;

/**
 * @param atMs Unix time in milliseconds at which the customer disconnected; later consents are not meant
 * @throws StoreError when the store cannot be reached
 */
export async function revoke(tools: RenewalTools, id: string, atMs: number): Promise<Revocation> {
  const outcome = await markRecord(tools, id, atMs);
  const entry = tools.cache.get(id);
  if (outcome === "reconnected" || !entry) return outcome;
  const forget = (): void => forgetTokens(entry, atMs);
  forget();
  // What is under way may have read the record before, and keeps its tokens when it ends.
  void entry.renewal?.then(forget, forget);
  return outcome;
}

async function markRecord(
  { store, keyOf, publish, nowMs }: RenewalTools,
  id: string,
  atMs: number,
): Promise<Revocation> {
  const key = keyOf(id);
  try {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const stored = await store.read(key);
      if (!stored) return "missing";
      const { record, version } = readSnapshot(stored, nowMs());
      if (record.connectedAtMs > atMs) return "reconnected";
      if (record.status === "revoked") return "revoked";
      const write = { ...toText(asRevoked(record)), expectedVersion: version };
      if (!(await store.compareAndSet(key, write))) continue;
      publish({ kind: "revoked", connectionId: id });
      return "revoked";
    }
    throw new Error("other processes write to it all the time");
  } catch (cause) {
    const why = reasonIn(cause);
    const message = `Cannot mark connection ${id} revoked: ${why}; let the event be delivered again`;
    throw new StoreError("store_unavailable", message, { key, cause });
  }
}

/** What is in memory is of no use any more, unless it is of a later consent. */
function forgetTokens(entry: CachedConnection, atMs: number): void {
  const record = entry.unsaved?.record ?? entry.newest?.record;
  if (record !== undefined && record.connectedAtMs > atMs) return;
  Object.assign(entry, { token: undefined, newest: undefined, unsaved: undefined });
  entry.spendableUntilMs = 0;
}
