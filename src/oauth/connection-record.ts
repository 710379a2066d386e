/**
 * The stored record of a connection, shared between processes.
 *
 * Lifetimes in it count from when the record was written. The store reports a record's age by its own
 * clock, so that no process has to trust another's.
 */

import type { StoredRecord, Write } from "../stores/store.js";
import type { TokenPair } from "./tokens.js";

/** What an app may know about a connection. Contains no tokens. */
export interface Connection {
  /** The API's own id for the connection: base64 of `<client id>:<account id>`, without padding. */
  readonly id: string;
  readonly accountId: string;
  readonly orgId?: string | undefined;
  /** Scopes as granted, if the server said. */
  readonly scopes?: readonly string[] | undefined;
  /** Unix time in milliseconds. */
  readonly connectedAtMs: number;
  /** Unix time in milliseconds at which the current pair of tokens was obtained. */
  readonly rotatedAtMs: number;
  /** Unix time in milliseconds after which new consent is needed; undefined if the server did not say. */
  readonly refreshExpiresAtMs?: number | undefined;
  /** `revoked`: ask for consent again. */
  readonly status: "connected" | "revoked";
}

export interface ConnectionRecord extends Connection {
  /** How many pairs were issued since the consent, this one included: it tells which of two is newer. */
  readonly generation: number;
  readonly accessToken: string;
  /** How long the access token was still valid when the record was written, in milliseconds. */
  readonly accessLeftMs: number;
  readonly refreshToken: string;
  /**
   * A unique id of the refresh that spends the refresh token: the mark. A process that finds it knows that
   * no response has been stored, and, from the record's age, since when the token may have been spent.
   */
  readonly spentBy?: string | undefined;
}

/** A record at the time it was read, its lifetimes converted to times on this process's clock. */
export interface Snapshot {
  readonly record: ConnectionRecord;
  readonly version: number;
  readonly accessEndsAtMs: number;
  /** Since when the refresh token may have been spent; undefined if it has not been. */
  readonly spentAtMs: number | undefined;
  /** Only if the pair was issued to this process. */
  readonly issued?: Issued | undefined;
}

/** How a process came by a pair. */
export interface Issued {
  /** When the pair was asked for. */
  readonly atMs: number;
  /** Fence of the lease under which it was stored; infinite before that. */
  readonly fence: number;
}

/** Whether one record holds a later pair than another, or one of a later consent. */
export function isNewer(one: ConnectionRecord, other: ConnectionRecord): boolean {
  if (one.connectedAtMs !== other.connectedAtMs) return one.connectedAtMs > other.connectedAtMs;
  return one.generation > other.generation;
}

/**
 * @param askedAtMs When the store was asked, not when it replied. Counting the age from then never makes
 *   the record seem younger than it is, even if this process was suspended before the reply.
 */
export function readSnapshot(
  { value, version, ageMs }: StoredRecord,
  askedAtMs: number = performance.now(),
): Snapshot {
  const record = parse(value);
  const writtenAtMs = askedAtMs - ageMs;
  return {
    record,
    version,
    accessEndsAtMs: writtenAtMs + record.accessLeftMs,
    spentAtMs: record.spentBy === undefined ? undefined : writtenAtMs,
  };
}

/** Hides the parser's own error, which would quote the record. */
function parse(value: string): ConnectionRecord {
  try {
    const record = JSON.parse(value) as ConnectionRecord;
    const { accessToken, refreshToken, accessLeftMs, generation = 0 } = record;
    const isText = typeof accessToken === "string" && typeof refreshToken === "string";
    if (isText && typeof accessLeftMs === "number") return { ...record, generation };
  } catch {}
  throw new Error("the stored record is not readable");
}

/** The shortest documented lifetime of a refresh token, for servers that do not say. */
const documentedRefreshLifetimeMs = 60 * 24 * 60 * 60_000;

/** When the refresh token may expire, in Unix milliseconds; undefined if there is nothing to renew. */
export function refreshExpiresAtMs(connection: Connection): number | undefined {
  if (connection.status === "revoked") return undefined;
  return connection.refreshExpiresAtMs ?? connection.rotatedAtMs + documentedRefreshLifetimeMs;
}

/** Its expiry only sorts the list of connections to renew soon: no record is dropped because of it. */
export function toText(record: ConnectionRecord): Pick<Write, "value" | "expiresAtMs"> {
  return { value: JSON.stringify(record), expiresAtMs: refreshExpiresAtMs(record) };
}

/** The part of a record that may leave the package. */
export function toConnection(record: ConnectionRecord): Connection {
  const { id, accountId, orgId, scopes, connectedAtMs, rotatedAtMs, refreshExpiresAtMs, status } =
    record;
  return { id, accountId, orgId, scopes, connectedAtMs, rotatedAtMs, refreshExpiresAtMs, status };
}

export function connectionId(clientId: string, accountId: string): string {
  return Buffer.from(`${clientId}:${accountId}`).toString("base64").replace(/=+$/, "");
}

/** The record of a connection that was consented to at a Unix time in milliseconds. */
export function newRecord(
  clientId: string,
  accountId: string,
  pair: TokenPair,
  dateMs: number,
): ConnectionRecord {
  const { refreshLifetimeMs } = pair;
  return {
    id: connectionId(clientId, accountId),
    accountId,
    orgId: pair.orgId,
    scopes: pair.scopes,
    connectedAtMs: dateMs,
    rotatedAtMs: dateMs,
    refreshExpiresAtMs: refreshLifetimeMs === undefined ? undefined : dateMs + refreshLifetimeMs,
    status: "connected",
    generation: 1,
    accessToken: pair.accessToken,
    accessLeftMs: pair.accessLifetimeMs,
    refreshToken: pair.refreshToken,
  };
}
