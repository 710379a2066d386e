/** Builds a store from a backend: validates arguments and does what is common to all backends. */

import type { ListQuery, StoreBackend } from "./backend.js";
import {
  checkDuration,
  checkFunction,
  checkKey,
  checkObject,
  checkText,
  checkWhole,
} from "./check-input.js";
import { withStoreErrors } from "./failures.js";
import { heldName, runWithLease } from "./lease.js";
import { type Runtime, systemRuntime } from "./runtime.js";
import type { LeaseOptions, ListedKey, ListOptions, Store, Write } from "./store.js";

const mostKeysPerPage = 1000;
const defaultKeysPerPage = 100;
const most = Number.MAX_SAFE_INTEGER;

export function buildStore(given: StoreBackend, runtime: Runtime = systemRuntime): Store {
  const backend = withStoreErrors(given);
  /** Leases held through this store now; a write under one of them ends it. */
  const held = new Set<string>();

  return {
    async read(key) {
      checkKey("key", key);
      return backend.read(key);
    },
    async withLease(key, options, work) {
      checkKey("key", key);
      checkFunction("work", work);
      return runWithLease({ backend, runtime, held }, key, checkLease(options), work);
    },
    async compareAndSet(key, write) {
      checkKey("key", key);
      checkWrite(write);
      const written = await backend.write(key, write, runtime.newToken());
      const { fence, keepLease } = write;
      if (written && fence !== undefined && !keepLease) held.delete(heldName(key, fence));
      return written;
    },
    async delete(key) {
      checkKey("key", key);
      return backend.remove(key);
    },
    async list(options) {
      const { keys, after } = await backend.list(readQuery(options));
      return { keys, next: after && encodeCursor(after) };
    },
    async claim(id, options) {
      checkKey("id", id);
      const leaseMs = durationIn(options, "leaseMs");
      const token = runtime.newToken();
      const kind = await backend.claim(id, token, leaseMs);
      return kind === "claimed" ? { kind, token } : { kind };
    },
    async confirm(id, token, options) {
      checkKey("id", id);
      checkText("token", token);
      return backend.confirm(id, token, durationIn(options, "keepMs"));
    },
    async release(id, token) {
      checkKey("id", id);
      checkText("token", token);
      return backend.release(id, token);
    },
  };
}

function durationIn<Name extends string>(options: Record<Name, number>, name: Name): number {
  checkObject("options", options);
  return checkDuration(name, options[name], 1);
}

function checkLease(options: LeaseOptions): LeaseOptions {
  checkObject("options", options);
  return {
    ...options,
    leaseMs: checkDuration("leaseMs", options.leaseMs, 1),
    waitMs: checkDuration("waitMs", options.waitMs, 0),
  };
}

function checkWrite(write: Write): void {
  checkObject("write", write);
  const { value, expiresAtMs, expectedVersion, fence } = write;
  checkText("value", value);
  checkWhole("expectedVersion", expectedVersion, 0, most);
  if (expiresAtMs !== undefined) checkWhole("expiresAtMs", expiresAtMs, 0, most);
  if (fence !== undefined) checkWhole("fence", fence, 1, most);
}

function readQuery(options: ListOptions): ListQuery {
  checkObject("options", options);
  const { prefix, expiringBeforeMs, limit, cursor } = options;
  checkText("prefix", prefix);
  if (limit !== undefined) checkWhole("limit", limit, 1, mostKeysPerPage);
  if (expiringBeforeMs !== undefined) checkWhole("expiringBeforeMs", expiringBeforeMs, 0, most);
  return {
    prefix,
    expiringBeforeMs,
    limit: limit ?? defaultKeysPerPage,
    after: cursor === undefined ? undefined : decodeCursor(cursor, expiringBeforeMs !== undefined),
  };
}

/** A cursor is the last key looked at, encoded so that it is safe in a URL. */
function encodeCursor({ key, expiresAtMs }: ListedKey): string {
  return Buffer.from(JSON.stringify([key, expiresAtMs ?? null])).toString("base64url");
}

/** @throws RangeError if it is not a cursor that `encodeCursor` made for the same kind of list. */
function decodeCursor(cursor: string, byExpiry: boolean): ListedKey {
  const [key, expiresAtMs] = parse(cursor);
  const dated = typeof expiresAtMs === "number";
  if (typeof key !== "string" || (byExpiry && !dated)) {
    throw new RangeError(
      "Cannot list keys: the cursor is unknown, expected `next` of a page of the same list",
    );
  }
  return { key, expiresAtMs: dated ? expiresAtMs : undefined };
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    // Whatever is wrong with it, the caller gets the same error.
    return [];
  }
}
