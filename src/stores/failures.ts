/** Turns what goes wrong below a store into a `StoreError` that is safe to log. */

import { errorsIn, isError } from "../checks/errors.js";
import { StoreError } from "../errors/store-errors.js";
import type { StoreBackend } from "./backend.js";

/** What a store was asked, and what the error must not show. */
export interface Asked {
  /** "read the record", "claim the id". */
  readonly action: string;
  /** Key of the record, or id of the event. */
  readonly key?: string | undefined;
  /** A value that was sent, and that a client may quote in its error. */
  readonly secret?: string | undefined;
  /** Whether it changes what is stored: then an error does not tell whether it was done. */
  readonly changes?: boolean | undefined;
}

/** The error of a client or a disk as a `StoreError`; one that already is one passes unchanged. */
function toStoreError(
  error: unknown,
  { action, key, secret, changes }: Asked,
  explain?: StoreBackend["explain"],
): StoreError {
  if (error instanceof StoreError) return error;
  const cause = withoutSecrets(error, secret);
  const known = explain?.(error);
  if (known) return new StoreError(known.code, known.message, { cause });
  const reason = describe(cause);
  const doubt = changes ? "; it may have been done all the same, read to find out" : "";
  return new StoreError(
    "store_unavailable",
    `Cannot ${action}: the store failed with ${reason}${doubt}`,
    { key, cause },
  );
}

/** @param got What the client answered, in words that show no value. */
export function answerInvalid(got: string, expected: string): StoreError {
  return new StoreError(
    "store_answer_invalid",
    `Cannot use the store's answer: ${got}, expected ${expected}`,
  );
}

function describe(cause: unknown): string {
  if (!isError(cause)) return "something that is no Error";
  const { code } = cause as { readonly code?: unknown };
  const known = typeof code === "string" && !cause.message.includes(code) ? [code] : [];
  const words = [...known, ...(cause.message === "" ? [] : [`"${cause.message}"`])];
  return words.length > 0 ? words.join(" ") : cause.name;
}

/** Members that say what went wrong and never hold what was sent, unlike `command` or `detail`. */
const shown = ["code", "errno", "syscall", "path", "address", "port", "severity", "routine"];
const deepest = 4;
/** A shorter value is no token, and would be found inside other words. */
const shortestSecret = 8;

/** A copy of the error: the same class, message and stack, but no members that can quote a record. */
function withoutSecrets(error: unknown, secret: string | undefined, depth = 0): unknown {
  if (!isError(error) || depth > deepest) return undefined;
  const hide = (text: string): string => withoutSecret(text, secret);
  // Node reports that no address of a host answered as several errors and an empty message.
  const [first] = errorsIn(error) ?? [];
  const cause = withoutSecrets(error.cause ?? first, secret, depth + 1);
  const message = error.message || (isError(cause) ? cause.message : "");
  const copy = new Error(hide(message), cause === undefined ? undefined : { cause });
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object);
  define(copy, "name", error.name);
  define(copy, "stack", hide(error.stack ?? ""));
  for (const name of shown) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === "string" || typeof value === "number") define(copy, name, value, true);
  }
  return copy;
}

/** A client quotes what it has sent as it is, or as JSON. */
function withoutSecret(text: string, secret: string | undefined): string {
  if (secret === undefined || secret.length < shortestSecret) return text;
  const quoted = JSON.stringify(secret).slice(1, -1);
  return text.replaceAll(secret, "[redacted]").replaceAll(quoted, "[redacted]");
}

function define(copy: Error, name: string, value: unknown, enumerable = false): void {
  Object.defineProperty(copy, name, { value, enumerable, configurable: true, writable: true });
}

/** Does what is asked, and rejects with nothing but `StoreError`. */
export async function orStoreError<T>(
  asked: Asked,
  explain: StoreBackend["explain"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error, asked, explain);
  }
}

/** The same backend, rejecting with nothing but `StoreError`. */
export function withStoreErrors(backend: StoreBackend): StoreBackend {
  const guarded = <T>(asked: Asked, work: () => Promise<T>): Promise<T> =>
    orStoreError(asked, backend.explain, work);
  const changing = (action: string, key: string, secret?: string): Asked => ({
    ...{ action, key, secret, changes: true },
  });

  return {
    ...backend,
    read: (key) => guarded({ action: "read the record", key }, () => backend.read(key)),
    acquire: (key, attempt) =>
      guarded({ action: "take a lease", key }, () => backend.acquire(key, attempt)),
    write: (key, write, writeId) =>
      guarded(changing("write the record", key, write.value), () =>
        backend.write(key, write, writeId),
      ),
    remove: (key) => guarded(changing("delete the record", key), () => backend.remove(key)),
    list: (query) => guarded({ action: "list keys" }, () => backend.list(query)),
    claim: (id, token, leaseMs) =>
      guarded({ action: "claim the id", key: id }, () => backend.claim(id, token, leaseMs)),
    confirm: (id, token, keepMs) =>
      guarded(changing("confirm the id", id), () => backend.confirm(id, token, keepMs)),
    release: (id, token) =>
      guarded(changing("release the id", id), () => backend.release(id, token)),
  };
}
