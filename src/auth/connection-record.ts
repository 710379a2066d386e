/**
 * What is kept of a connection between processes.
 *
 * Times inside are spans that began when the record was written: the store says how old a record is by
 * its own clock, so that no process has to trust the clock of another.
 */

import type { StoredRecord, Write } from "../stores/store.js";

/** What an app may know of a connection. No token. */
export interface Connection {
  /** The API's own id of the connection: base64 of `<client id>:<account id>`, without padding. */
  readonly id: string;
  readonly accountId: string;
  readonly orgId?: string | undefined;
  /** Scopes as granted, where the server said. */
  readonly scopes?: readonly string[] | undefined;
  /** Unix time in milliseconds. */
  readonly connectedAtMs: number;
  /** Unix time in milliseconds of the newest pair of tokens. */
  readonly rotatedAtMs: number;
  /** Unix time in milliseconds after which only consent helps; undefined where the server did not say. */
  readonly refreshExpiresAtMs?: number | undefined;
  /** `revoked`: ask for consent again. */
  readonly status: "connected" | "revoked";
}

export interface ConnectionRecord extends Connection {
  readonly accessToken: string;
  /** How long the access token was good for when the record was written, in milliseconds. */
  readonly accessLeftMs: number;
  readonly refreshToken: string;
  /**
   * Set while a process spends the refresh token: a text that nobody else makes. Whoever finds it there
   * knows that no answer was kept, and from the age of the record since when.
   */
  readonly spender?: string | undefined;
}

/** A record as read, its spans turned into moments on the monotonic clock of this process. */
export interface HeldRecord {
  readonly record: ConnectionRecord;
  readonly version: number;
  readonly accessEndsAtMs: number;
  /** Since when the refresh token may have been spent. Undefined: nobody has spent it. */
  readonly spentAtMs: number | undefined;
}

/**
 * @param askedAtMs When the store was asked, not when it answered: the record is no younger than that,
 *   even if this process slept over the answer.
 */
export function readRecord(
  { value, version, ageMs }: StoredRecord,
  askedAtMs: number = performance.now(),
): HeldRecord {
  const record = parse(value);
  const writtenAtMs = askedAtMs - ageMs;
  return {
    record,
    version,
    accessEndsAtMs: writtenAtMs + record.accessLeftMs,
    spentAtMs: record.spender === undefined ? undefined : writtenAtMs,
  };
}

/** The parser's own error would quote what it stumbled over. */
function parse(value: string): ConnectionRecord {
  try {
    const record = JSON.parse(value) as ConnectionRecord;
    const { accessToken, refreshToken, accessLeftMs } = record;
    const isText = typeof accessToken === "string" && typeof refreshToken === "string";
    if (isText && typeof accessLeftMs === "number") return record;
  } catch {}
  throw new Error("the stored record is not readable");
}

/** The shortest life of a refresh token that is documented, for a server that does not say. */
const documentedRefreshLifetimeMs = 60 * 24 * 60 * 60_000;

/** The time in it only sorts the list of those to be renewed soon: no record is lost by it. */
export function toText(record: ConnectionRecord): Pick<Write, "value" | "expiresAtMs"> {
  const { refreshExpiresAtMs, rotatedAtMs } = record;
  const expiresAtMs = refreshExpiresAtMs ?? rotatedAtMs + documentedRefreshLifetimeMs;
  return { value: JSON.stringify(record), expiresAtMs: expiresAtMs || undefined };
}

/** What of a record may leave the package. */
export function toConnection(record: ConnectionRecord): Connection {
  const { id, accountId, orgId, scopes, connectedAtMs, rotatedAtMs, refreshExpiresAtMs, status } =
    record;
  return { id, accountId, orgId, scopes, connectedAtMs, rotatedAtMs, refreshExpiresAtMs, status };
}

export function connectionId(clientId: string, accountId: string): string {
  return Buffer.from(`${clientId}:${accountId}`).toString("base64").replace(/=+$/, "");
}
