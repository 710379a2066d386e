/** Encrypts every value of any store, so that only the holder of a key can read its records. */

import { checkOptions } from "../checks/options.js";
import { isObject, kindOf } from "../checks/values.js";
import { StoreError } from "../errors/store-errors.js";
import { checkText } from "./check-input.js";
import type { LeaseOptions, Store, StoredRecord } from "./store.js";

export type { Store } from "./store.js";

/** Options of `createSealedStore`. */
export interface SealedStoreOptions {
  /**
   * Keys by name, 32 bytes each, raw or in base64url. Any of them can open records; each record holds the
   * name of its key.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array>>;
  /** Name of the key used to seal new records. */
  readonly currentKid: string;
}

/**
 * The same store with its values sealed: JWE in compact form, `dir` with AES-256-GCM
 * (https://www.rfc-editor.org/rfc/rfc7516). The seal also covers the record's key in the store, so that a
 * record copied to another key does not open. Keys, expiry times, claims and everything else about the
 * store stay as they are. A record of 64 KB takes 88 KB.
 *
 * It does not detect an old version of a record put back under its own key.
 *
 * To rotate a key, add the new one, make it current everywhere, and remove the old one once every record
 * has been rewritten; refreshing a connection does that.
 *
 * @throws TypeError or RangeError for keys that are not 32 bytes, or a `currentKid` that is not in `keys`.
 * Reading can reject with a `StoreError`: `sealed_key_missing`, `sealed_record_invalid` or
 * `sealed_record_moved`. Such a record can still be deleted.
 * @example
 * import { randomBytes } from "node:crypto";
 *
 * const keys = { "2026-01": randomBytes(32) }; // from your secret manager
 * const store = createSealedStore(createMemoryStore(), { keys, currentKid: "2026-01" });
 */
export function createSealedStore(store: Store, options: SealedStoreOptions): Store {
  checkOptions("Cannot seal", options, { keys: "object", currentKid: "string" });
  if (typeof (store as Partial<Store> | undefined)?.withLease !== "function") {
    const found = isObject(store) ? "is not a store" : `is ${kindOf(store)}`;
    throw new TypeError(`Cannot seal: the store ${found}, expected one such as createRedisStore`);
  }
  const cipher = createCipher(options);

  async function openRecord(
    key: string,
    record: StoredRecord | undefined,
  ): Promise<StoredRecord | undefined> {
    return record && { ...record, value: await cipher.open(key, record.value) };
  }

  function openedFirst(key: string, { enough, ...rest }: LeaseOptions): LeaseOptions {
    if (!enough) return rest;
    return { ...rest, enough: async (record) => enough(await openRecord(key, record)) };
  }

  return {
    read: async (key) => openRecord(key, await store.read(key)),
    async withLease(key, leaseOptions, work) {
      const result = await store.withLease(key, openedFirst(key, leaseOptions), async (lease) =>
        work({ ...lease, record: await openRecord(key, lease.record) }),
      );
      if (result.kind !== "enough") return result;
      return { ...result, record: await openRecord(key, result.record) };
    },
    async compareAndSet(key, write) {
      checkText("value", write.value);
      const value = await cipher.seal(key, write.value);
      const written = await store.compareAndSet(key, { ...write, value });
      return written && { ...written, value: write.value };
    },
    delete: (key) => store.delete(key),
    list: (listOptions) => store.list(listOptions),
    claim: (id, claimOptions) => store.claim(id, claimOptions),
    confirm: (id, token, claimOptions) => store.confirm(id, token, claimOptions),
    release: (id, token) => store.release(id, token),
  };
}

interface Cipher {
  seal(key: string, value: string): Promise<string>;
  open(key: string, text: string): Promise<string>;
}

/** Header parameter that holds the record's key. */
const keyParameter = "record";
const encryption = "A256GCM";

function createCipher({ keys, currentKid }: SealedStoreOptions): Cipher {
  if (!isObject(keys)) {
    throw new TypeError(
      `Cannot seal: \`keys\` is ${kindOf(keys)}, expected an object of keys by their ids`,
    );
  }
  const secrets = new Map(Object.entries(keys).map(([kid, key]) => [kid, toBytes(kid, key)]));
  const current = secrets.get(currentKid);
  if (current === undefined) {
    throw new RangeError(
      `Cannot seal: \`currentKid\` is "${currentKid}", expected one of \`keys\``,
    );
  }

  return {
    async seal(key, value) {
      const { CompactEncrypt } = await import("jose/jwe/compact/encrypt");
      const header = { alg: "dir", enc: encryption, kid: currentKid, [keyParameter]: key };
      return new CompactEncrypt(new TextEncoder().encode(value))
        .setProtectedHeader(header)
        .encrypt(current);
    },
    async open(key, text) {
      const header = readHeader(key, text);
      const kid = header["kid"];
      const secret = typeof kid === "string" ? secrets.get(kid) : undefined;
      if (secret === undefined) throw keyMissing(key, kid);
      const value = await decrypt(key, text, secret);
      // Only now is the header authenticated.
      if (header[keyParameter] !== key) throw moved(key);
      return value;
    },
  };
}

async function decrypt(key: string, text: string, secret: Uint8Array): Promise<string> {
  const { compactDecrypt } = await import("jose/jwe/compact/decrypt");
  try {
    const { plaintext } = await compactDecrypt(text, secret, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: [encryption],
    });
    // A TextDecoder would strip a byte-order mark.
    return Buffer.from(plaintext).toString();
  } catch (cause) {
    throw invalid(key, "it was changed, or sealed with another key of this name", cause);
  }
}

function readHeader(key: string, text: string): Readonly<Record<string, unknown>> {
  const parts = text.split(".");
  try {
    if (parts.length !== 5) throw new Error("not five parts");
    const header: unknown = JSON.parse(Buffer.from(parts[0] ?? "", "base64url").toString());
    if (typeof header === "object" && header !== null) return header as Record<string, unknown>;
  } catch {
    // No cause: the parser's message quotes the text, which can be a token if it was never sealed.
  }
  throw invalid(key, "it is not sealed");
}

function toBytes(kid: string, key: string | Uint8Array): Uint8Array {
  if (typeof key !== "string" && !(key instanceof Uint8Array)) {
    throw new TypeError(`Cannot seal: key "${kid}" is missing, expected 32 bytes or base64url`);
  }
  const bytes = typeof key === "string" ? Buffer.from(key, "base64url") : Uint8Array.from(key);
  if (bytes.length !== 32) {
    throw new RangeError(`Cannot seal: key "${kid}" has ${bytes.length} bytes, expected 32`);
  }
  return bytes;
}

function keyMissing(key: string, kid: unknown): StoreError {
  const name = typeof kid === "string" ? `"${kid.slice(0, 100)}"` : "without a name";
  return new StoreError(
    "sealed_key_missing",
    `Cannot open the record: it was sealed with key ${name}, expected one of \`keys\``,
    { key },
  );
}

function moved(key: string): StoreError {
  return new StoreError(
    "sealed_record_moved",
    "Cannot open the record: it was sealed for another key of the store",
    { key },
  );
}

function invalid(key: string, reason: string, cause?: unknown): StoreError {
  return new StoreError("sealed_record_invalid", `Cannot open the record: ${reason}`, {
    key,
    cause,
  });
}
