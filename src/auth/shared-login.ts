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
import { orSilence, watchSilence } from "../stores/silence.js";
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
const task = "Cannot share the login";
/** A store that does not answer for this long is away. */
const silenceMs = 3000;
/** A token with less time left is not worth adopting. */
const leastLeftMs = 5000;
const renewBeforeMs = 5 * 60_000;
/** Of the tokens that were replaced. */
const rememberedTokens = 8;

interface Sharing {
  readonly options: SharedLoginOptions;
  /** Tokens that this process has replaced, so that it never adopts one of them again. */
  readonly replaced: string[];
  /** Opened when it is first needed. */
  opened: Promise<OpenedStore> | undefined;
}

/** @returns `login`, made by one process for all */
export function shareLogin(login: Login, options: SharedLoginOptions): Login {
  const sharing: Sharing = { options, replaced: [], opened: undefined };
  const { replaced } = sharing;
  return async (onRetry, insteadOf) => {
    if (insteadOf !== undefined) replaced.push(insteadOf);
    if (replaced.length > rememberedTokens) replaced.shift();
    let own: Promise<IssuedToken> | undefined;
    const ownLogin = (): Promise<IssuedToken> => {
      own ??= login(onRetry, insteadOf);
      return own;
    };
    try {
      return (await fromStore(sharing, ownLogin)) ?? (await ownLogin());
    } catch (error) {
      // The store failed, or the login itself, which is not made twice.
      if (own === undefined) reportNotShared(sharing, error);
      return await ownLogin();
    }
  };
}

/** The token of whichever process logs in; undefined if none did in time. */
async function fromStore(
  sharing: Sharing,
  ownLogin: () => Promise<IssuedToken>,
): Promise<IssuedToken | undefined> {
  sharing.opened ??= openStore(sharing.options);
  const { store, name } = await sharing.opened;
  const askedAtMs = performance.now();
  const found = adoptable(sharing, await readOrForget(store, name), askedAtMs);
  if (found) return found;
  const watch = watchSilence(task, silenceMs);
  const enough = (record: StoredRecord | undefined): boolean => {
    watch.heard();
    return adoptable(sharing, record, performance.now()) !== undefined;
  };
  const lease = { leaseMs, waitMs, signal: watch.signal, enough };
  const leased = store.withLease(name, lease, (held) => {
    watch.end();
    return loginAndStore(sharing, { store, name }, held, ownLogin);
  });
  try {
    const result = await Promise.race([leased, watch.silence]);
    if (result.kind === "worked") return result.result;
    if (result.kind === "enough") return adoptable(sharing, result.record, performance.now());
    return undefined;
  } finally {
    watch.end();
  }
}

async function loginAndStore(
  sharing: Sharing,
  { store, name }: OpenedStore,
  lease: Lease,
  ownLogin: () => Promise<IssuedToken>,
): Promise<IssuedToken> {
  const found = adoptable(sharing, lease.record, lease.askedAtMs);
  if (found) return found;
  const issued = await ownLogin();
  const write = {
    value: JSON.stringify({ value: issued.value, lifetimeMs: issued.lifetimeMs }),
    expiresAtMs: Math.round(Date.now() + issued.lifetimeMs),
    expectedVersion: lease.record?.version ?? 0,
    fence: lease.fence,
  };
  await orSilence(store.compareAndSet(name, write), task, silenceMs).catch((error) =>
    reportNotShared(sharing, error),
  );
  return { ...issued, renewBeforeMs: spreadRenewal(sharing) };
}

/** The stored token, if it can be used instead of those that were replaced. */
function adoptable(
  sharing: Sharing,
  record: StoredRecord | undefined,
  askedAtMs: number,
): IssuedToken | undefined {
  const { value, lifetimeMs } = record ? parse(record) : noToken;
  const leftMs = lifetimeMs - (record?.ageMs ?? 0) - (performance.now() - askedAtMs);
  if (leftMs < leastLeftMs || sharing.replaced.includes(value)) return undefined;
  return { value, lifetimeMs: leftMs, adopted: true, renewBeforeMs: spreadRenewal(sharing) };
}

/** Each process renews at another moment, so that the first has done it when the others would. */
function spreadRenewal({ options }: Sharing): number {
  return renewBeforeMs * (0.5 + options.random() / 2);
}

function reportNotShared({ options }: Sharing, error: unknown): void {
  const { token } = options.topics;
  if (token.active()) token.publish({ kind: "not_shared", error });
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
    return await orSilence(store.read(name), task, silenceMs);
  } catch (error) {
    if (!(error instanceof StoreError && error.code.startsWith("sealed_"))) throw error;
    await orSilence(store.delete(name), task, silenceMs);
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
