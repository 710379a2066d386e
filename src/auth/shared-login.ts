/**
 * One login for all processes that share a store.
 *
 * 1. A token in the store is adopted, whoever logged in for it.
 * 2. Without one, a process takes a lease, logs in, and stores the token; the others wait for it.
 * 3. A token that is to be replaced, because it was refused or ends soon, is replaced by one of them in the
 *    same way. It is never adopted again.
 * 4. A store that fails or does not answer, and a process that holds the lease for too long, lead to a
 *    login of one's own. No call fails for them.
 *
 * The token is sealed with a key made of the API key: whoever can open it could have logged in anyway.
 * Another API key has another record.
 */

import { StoreError } from "../errors/index.js";
import type { Topics } from "../report/observe.js";
import { createSealedStore } from "../stores/sealed.js";
import type { Lease, Store, StoredRecord } from "../stores/store.js";
import type { ApiKey } from "./login.js";
import type { IssuedToken, Login } from "./token-manager.js";

export interface SharedLoginOptions {
  readonly store: Store;
  readonly key: ApiKey;
  /** Origin of the API: the same key may exist in several environments. */
  readonly origin: string;
  readonly random: () => number;
  readonly topics: Pick<Topics, "token">;
}

/** Longer than a login takes. If one takes longer, another process makes a second one, which does no harm. */
const leaseMs = 8000;
/** For the holder, and for a successor if that is killed. */
const waitMs = 2 * leaseMs + 2000;
/** A store that says nothing for this long is away. */
const silenceMs = 3000;
/** A token with less time left is not worth adopting. */
const leastLeftMs = 5000;
const renewBeforeMs = 5 * 60_000;
/** Tokens that this process has replaced, so that it never adopts one of them again. */
const rememberedTokens = 8;

/** @returns `login`, made by one process for all */
export function shareLogin(login: Login, options: SharedLoginOptions): Login {
  const { topics, random } = options;
  const replaced: string[] = [];
  let opened: Promise<OpenedStore> | undefined;

  /** The stored token, if it can be used instead of those that were replaced. */
  function adoptable(record: StoredRecord | undefined, askedAtMs: number): IssuedToken | undefined {
    const { value, lifetimeMs } = record ? parse(record) : noToken;
    const leftMs = lifetimeMs - (record?.ageMs ?? 0) - (performance.now() - askedAtMs);
    if (leftMs < leastLeftMs || replaced.includes(value)) return undefined;
    return { value, lifetimeMs: leftMs, adopted: true, renewBeforeMs: spread() };
  }

  /** Each process renews at another moment, so that the first has done it when the others would. */
  function spread(): number {
    return renewBeforeMs * (0.5 + random() / 2);
  }

  async function loginAndStore(
    { store, name }: OpenedStore,
    lease: Lease,
    ownLogin: () => Promise<IssuedToken>,
  ): Promise<IssuedToken> {
    const found = adoptable(lease.record, lease.askedAtMs);
    if (found) return found;
    const issued = await ownLogin();
    const write = {
      value: JSON.stringify({ value: issued.value, lifetimeMs: issued.lifetimeMs }),
      expiresAtMs: Math.round(Date.now() + issued.lifetimeMs),
      expectedVersion: lease.record?.version ?? 0,
      fence: lease.fence,
    };
    await orSilence(store.compareAndSet(name, write)).catch(notShared);
    return { ...issued, renewBeforeMs: spread() };
  }

  async function fromStore(ownLogin: () => Promise<IssuedToken>): Promise<IssuedToken | undefined> {
    opened ??= openStore(options);
    const { store, name } = await opened;
    const askedAtMs = performance.now();
    const found = adoptable(await readOrForget(store, name), askedAtMs);
    if (found) return found;
    const watch = createWatch();
    const enough = (record: StoredRecord | undefined): boolean => {
      watch.heard();
      return adoptable(record, performance.now()) !== undefined;
    };
    const lease = { leaseMs, waitMs, signal: watch.signal, enough };
    const leased = store.withLease(name, lease, (held) => {
      watch.end();
      return loginAndStore({ store, name }, held, ownLogin);
    });
    try {
      const result = await Promise.race([leased, watch.silence]);
      if (result.kind === "worked") return result.result;
      return result.kind === "enough" ? adoptable(result.record, performance.now()) : undefined;
    } finally {
      watch.end();
    }
  }

  function notShared(error: unknown): void {
    if (topics.token.active()) topics.token.publish({ kind: "not_shared", error });
  }

  return async (onRetry, insteadOf) => {
    if (insteadOf !== undefined) replaced.push(insteadOf);
    if (replaced.length > rememberedTokens) replaced.shift();
    let own: Promise<IssuedToken> | undefined;
    const ownLogin = (): Promise<IssuedToken> => {
      own ??= login(onRetry, insteadOf);
      return own;
    };
    try {
      return (await fromStore(ownLogin)) ?? (await ownLogin());
    } catch (error) {
      // The store failed, or the login itself, which is not made twice.
      if (own === undefined) notShared(error);
      return await ownLogin();
    }
  };
}

interface OpenedStore {
  readonly store: Store;
  /** Key of the record. */
  readonly name: string;
}

async function openStore({ store, key, origin }: SharedLoginOptions): Promise<OpenedStore> {
  const { createHash, hkdfSync } = await import("node:crypto");
  const { clientId, apiKey, loginAs = "" } = key;
  const identity = JSON.stringify([origin, clientId, loginAs, apiKey]);
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  const sealKey = new Uint8Array(
    hkdfSync("sha256", apiKey, clientId, "airwallex-connect token", 32),
  );
  return {
    store: createSealedStore(store, { keys: { "api-key": sealKey }, currentKid: "api-key" }),
    name: `airwallex:token:${hash}`,
  };
}

/** Something else that is stored there would keep all processes from sharing, so it is deleted. */
async function readOrForget(store: Store, name: string): Promise<StoredRecord | undefined> {
  try {
    return await orSilence(store.read(name));
  } catch (error) {
    if (!(error instanceof StoreError && error.code.startsWith("sealed_"))) throw error;
    await orSilence(store.delete(name));
    return undefined;
  }
}

const noToken = { value: "", lifetimeMs: 0 };

function parse({ value: text }: StoredRecord): Pick<IssuedToken, "value" | "lifetimeMs"> {
  try {
    const { value, lifetimeMs } = JSON.parse(text) as Partial<IssuedToken>;
    if (typeof value === "string" && typeof lifetimeMs === "number") return { value, lifetimeMs };
  } catch {
    // Something else is stored there: it is replaced.
  }
  return noToken;
}

/** Rejects if the store does not answer: some clients wait for ever for a server that is away. */
async function orSilence<T>(answer: Promise<T>): Promise<T> {
  const watch = createWatch();
  try {
    return await Promise.race([answer, watch.silence]);
  } finally {
    watch.end();
  }
}

/** Waits for signs of life of the store. */
function createWatch() {
  const over = new AbortController();
  let rejectSilence: (error: StoreError) => void = () => undefined;
  const silence = new Promise<never>((_, reject) => {
    rejectSilence = reject;
  });
  silence.catch(() => undefined);
  const end = (): void => clearTimeout(timer);
  const fall = (): void => {
    const message = `Cannot share the login: the store has not answered for ${silenceMs} ms`;
    const error = new StoreError("store_unavailable", message);
    over.abort(error);
    rejectSilence(error);
  };
  let timer = setTimeout(fall, silenceMs);
  return {
    signal: over.signal,
    silence,
    heard(): void {
      end();
      timer = setTimeout(fall, silenceMs);
    },
    end,
  };
}
