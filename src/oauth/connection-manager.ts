/**
 * Manages the tokens of many connections within one process.
 *
 * 1. A fresh access token in memory is used.
 * 2. In the last part of its life it is used, and renewed in the background.
 * 3. At most one renewal per connection is in flight in a process; everyone waits for it, each as long as
 *    its own deadline allows. Many connections take turns (`refresh-queue.ts`).
 * 4. Across processes, `rotation.ts` coordinates.
 * 5. Tokens that could not be stored stay in memory, are used, and are stored once the store is back.
 * 6. If the response to a refresh was lost, the refresh token is spent again in the background during the
 *    grace period, without waiting for another caller to ask in time.
 * 7. What this process knows to be newer than what the store has, it writes again.
 * 8. A refused token is replaced once; a replacement that never worked is not replaced again at once, and
 *    an endpoint that refuses every token is to blame itself (`auth/refusals.ts`).
 */

import type { TokenManager } from "../auth/token-manager.js";
import { reasonIn } from "../checks/errors.js";
import { StoreError, TokenRefreshUnavailableError, UnsavedTokensError } from "../errors/index.js";
import type { Deadline } from "../transport/deadline.js";
import { createClock } from "./clock.js";
import { type CachedConnection, createConnectionCache } from "./connection-cache.js";
import {
  type Connection,
  type ConnectionRecord,
  type Snapshot,
  toConnection,
} from "./connection-record.js";
import type { Unsaved } from "./record-writes.js";
import { createRefreshQueue } from "./refresh-queue.js";
import { hasTimeLeft, keepConsented, type RenewalTools, renew, settleLater } from "./renewal.js";
import { type Revocation, revoke } from "./revoke.js";
import type { Timers } from "./timers.js";

export interface ConnectionManagerOptions
  extends Omit<RenewalTools, "cache" | "queue" | "suspendedMs" | "isClosing" | "isStopped"> {
  /** Ends all that sleep. */
  readonly wakeAll: Timers["wakeAll"];
  /** As `performance.now()`. */
  readonly nowMs: () => number;
  /** Most refreshes at once. */
  readonly concurrent: number;
}

export interface RenewOptions {
  /** Spend the refresh token even if it may be too late. */
  readonly force?: boolean | undefined;
  /** A connection that need not be renewed any more. */
  readonly unless?: ((connection: Connection) => boolean) | undefined;
  /** Whether calls that wait for tokens go first. */
  readonly inBackground?: boolean | undefined;
}

export interface ConnectionManager {
  /** The bearer tokens of one connection. */
  tokens(id: string): TokenManager;
  /** Renews now, even if the token is still fresh. */
  renew(
    id: string,
    options?: RenewOptions,
  ): Promise<{ readonly connection: Connection; readonly rotated: boolean }>;
  /**
   * Stores the record of a consent in place of an earlier one. If it cannot be written now, it is kept,
   * used, and written later.
   *
   * @param isAgain Whether this was tried before with the same record
   * @throws StoreError when it is not stored
   */
  connect(record: ConnectionRecord, issuedAtMs: number, isAgain: boolean): Promise<Connection>;
  /**
   * Marks a connection revoked whose customer has disconnected at a Unix time in milliseconds, unless they
   * have consented again since.
   *
   * @throws StoreError when the store cannot be reached
   */
  revoke(id: string, atMs: number): Promise<Revocation>;
  /** Drops what is in memory, after the record was deleted. */
  forget(id: string): void;
  /** Work that ends with a new pair, and that closing waits for. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Milliseconds on the manager's clock. */
  nowMs(): number;
  /**
   * Starts no refresh any more, and waits until what was issued is stored.
   *
   * @throws UnsavedTokensError when the time is over before that
   */
  close(timeoutMs: number): Promise<void>;
}

/** If a new token is refused too, the token is not to blame, and refreshing on every call would not help. */
const replacementRestMs = 5000;

export function createConnectionManager(options: ConnectionManagerOptions): ConnectionManager {
  const clock = createClock({ monotonicMs: options.nowMs, dateMs: options.dateMs });
  const cache = createConnectionCache(clock.nowMs);
  const working = new Set<Promise<unknown>>();
  let closing = false;
  let stopped = false;
  const [isClosing, isStopped] = [() => closing, () => stopped];
  const queue = createRefreshQueue({ ...options, ...clock });
  const tools: RenewalTools = { ...options, ...clock, cache, queue, isClosing, isStopped };
  return {
    tokens: (id) => tokensOf(tools, id),
    renew: (id, how = {}) => renewNow(tools, cache.open(id), how),
    connect: (record, issuedAtMs, isAgain) => connect(tools, record, issuedAtMs, isAgain),
    revoke: (id, atMs) => revoke(tools, id, atMs),
    forget: (id) => cache.delete(id),
    nowMs: clock.nowMs,
    track(work) {
      working.add(work);
      return work.finally(() => working.delete(work));
    },
    async close(timeoutMs) {
      closing = true;
      queue.close(new Error("the client is closed"));
      stopped = false;
      for (const entry of cache.all()) if (entry.unsaved) settleLater(tools, entry);
      await settleAll(tools, working, timeoutMs).finally(() => {
        stopped = true;
        options.wakeAll();
      });
    },
  };
}

async function connect(
  tools: RenewalTools,
  record: ConnectionRecord,
  issuedAtMs: number,
  isAgain: boolean,
): Promise<Connection> {
  const entry = tools.cache.open(record.id);
  while (entry.renewal) await entry.renewal.catch(() => undefined);
  const isKept = isAgain && (entry.unsaved ?? entry.newest) !== undefined;
  const consented = isKept ? undefined : consentOf(record, issuedAtMs);
  if (consented) Object.assign(entry, { unsaved: undefined, newest: undefined });
  try {
    const options = { isFresh: () => true, urgency: "marked", consented } as const;
    const { snapshot } = await renew(tools, entry, options);
    if (!entry.unsaved) return toConnection(snapshot.record);
  } catch (error) {
    if (consented) keepConsented(tools, entry, consented, error);
    entry.unsavedBecause = error;
  }
  throw notStored(tools, entry);
}

function consentOf(record: ConnectionRecord, issuedAtMs: number): Unsaved {
  const accessEndsAtMs = issuedAtMs + record.accessLeftMs;
  const issued = { atMs: issuedAtMs, fence: Number.POSITIVE_INFINITY };
  return { record, accessEndsAtMs, issued, replaces: 0, spentBy: undefined };
}

function notStored(tools: RenewalTools, { id, unsavedBecause }: CachedConnection): StoreError {
  const cause =
    unsavedBecause instanceof TokenRefreshUnavailableError ? unsavedBecause.cause : unsavedBecause;
  const why = reasonIn(cause);
  const message = `Cannot store connection ${id} now: ${why}. This process keeps its tokens and writes them when the store is back: do not end it before, and handle the same callback URL again`;
  return new StoreError("store_unavailable", message, { key: tools.keyOf(id), cause });
}

/** Waits for what is open, as long as there is time. */
async function settleAll(
  { cache, sleep }: RenewalTools,
  working: ReadonlySet<Promise<unknown>>,
  timeoutMs: number,
): Promise<void> {
  let isOver = false;
  const end = sleep(timeoutMs, { unref: true }).then(() => {
    isOver = true;
  });
  for (;;) {
    const entries = [...cache.all()];
    const open = [...entries.flatMap(({ renewal, settling }) => [renewal, settling]), ...working];
    const left = open.filter((work) => work !== undefined);
    if (left.length === 0) return;
    if (isOver) {
      refuseUnsaved(entries);
      return;
    }
    await Promise.race([end, Promise.allSettled(left)]);
  }
}

function refuseUnsaved(entries: readonly CachedConnection[]): void {
  const unsaved = entries.filter(({ issued, unsaved }) => issued ?? unsaved?.issued);
  if (unsaved.length === 0) return;
  throw new UnsavedTokensError(
    unsaved.map(({ id }) => id),
    unsaved[0]?.unsavedBecause,
  );
}

async function renewNow(
  tools: RenewalTools,
  entry: CachedConnection,
  { force, unless, inBackground }: RenewOptions,
) {
  const urgency = inBackground ? "background" : "waiting";
  const isFresh = ({ record, spentAtMs }: Snapshot): boolean =>
    unless !== undefined && spentAtMs === undefined && unless(toConnection(record));
  const { snapshot, rotated } = await waiting(entry, async () => {
    do await entry.renewal?.catch(() => undefined);
    while (force && entry.renewal);
    return await renew(tools, entry, { isFresh, force, urgency });
  });
  return { connection: toConnection(snapshot.record), rotated };
}

function tokensOf(tools: RenewalTools, id: string): TokenManager {
  const { cache, nowMs } = tools;
  return {
    current(deadline) {
      const entry = cache.open(id);
      const now = nowMs();
      if (entry.token === undefined || now >= entry.expiresAtMs) {
        return waitForToken(tools, entry, deadline);
      }
      if (now >= entry.renewAtMs) renewEarly(tools, entry, entry.token);
      return entry.token;
    },
    async replace(refused, deadline, endpoint) {
      const entry = cache.open(id);
      if (entry.token !== undefined && entry.token !== refused) return entry.token;
      if (entry.token !== undefined && nowMs() < entry.noReplacementUntilMs) return undefined;
      if (entry.token !== undefined && entry.refusals.isToBlame(endpoint)) return undefined;
      entry.token = undefined;
      const other = await waitForToken(tools, entry, deadline, refused);
      entry.noReplacementUntilMs = nowMs() + replacementRestMs;
      return other;
    },
    worked(token) {
      const entry = cache.get(id);
      if (entry?.token !== token) return;
      entry.noReplacementUntilMs = 0;
      entry.refusals.accepted();
    },
    refusedTwice: (endpoint) => cache.get(id)?.refusals.refusedTwice(endpoint),
  };
}

/** Renews in the background a token that is still good, unless another process has renewed it. */
function renewEarly(tools: RenewalTools, entry: CachedConnection, token: string): void {
  const isFresh = (snapshot: Snapshot): boolean =>
    hasTimeLeft(tools, snapshot) && snapshot.record.accessToken !== token;
  renew(tools, entry, { isFresh, urgency: "background" }).catch(() => undefined);
}

async function waitForToken(
  tools: RenewalTools,
  entry: CachedConnection,
  deadline: Deadline,
  refused?: string,
): Promise<string> {
  const isFresh = (snapshot: Snapshot): boolean =>
    hasTimeLeft(tools, snapshot) && snapshot.record.accessToken !== refused;
  for (;;) {
    const joined = entry.renewal !== undefined;
    const { snapshot } = await waiting(entry, () =>
      deadline.race("waiting for a token", renew(tools, entry, { isFresh, urgency: "waiting" })),
    );
    // What satisfied another caller may not satisfy this one.
    if (!joined || isFresh(snapshot)) return snapshot.record.accessToken;
  }
}

/** Counts a caller for as long as it waits. */
async function waiting<T>(entry: CachedConnection, work: () => Promise<T>): Promise<T> {
  entry.waiting++;
  try {
    return await work();
  } finally {
    entry.waiting--;
  }
}
