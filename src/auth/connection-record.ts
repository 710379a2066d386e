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

/** A record as read, with the spans brought up to date. */
export interface HeldRecord {
  readonly record: ConnectionRecord;
  readonly version: number;
  readonly accessLeftMs: number;
  /** Undefined: nobody has spent the refresh token. */
  readonly spentForMs: number | undefined;
}

export function readRecord({ value, version, ageMs }: StoredRecord): HeldRecord {
  const record = JSON.parse(value) as ConnectionRecord;
  return {
    record,
    version,
    accessLeftMs: record.accessLeftMs - ageMs,
    spentForMs: record.spender === undefined ? undefined : ageMs,
  };
}

export function toText(record: ConnectionRecord): Pick<Write, "value" | "expiresAtMs"> {
  return { value: JSON.stringify(record), expiresAtMs: record.refreshExpiresAtMs };
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
