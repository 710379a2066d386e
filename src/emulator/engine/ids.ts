/** Ids in the API's own formats, derived from the seed and a counter per kind, so that runs repeat. */

import { digest } from "./random.js";

export interface Ids {
  /** `acct_` and 22 base64url characters. */
  account(): string;
  /** `le_` and 22 base64url characters. */
  legalEntity(): string;
  /** A prefix and 22 base64url characters. */
  prefixed(prefix: string): string;
  /** A UUID. */
  person(): string;
  /** A UUID. */
  request(): string;
  /** A UUID, for a request for information. */
  rfi(): string;
  /** A UUID, for a question in a request for information. */
  rfiQuestion(): string;
  /** A UUID. */
  token(): string;
  /** The documented format: base64 of a UUID, a region, the file name and the time of the upload. */
  file(filename: string, uploadedMs: number): string;
  /** A secret, such as a refresh token: a prefix and 43 base64url characters. */
  secret(prefix: string): string;
  /** `evt_` and 22 base64url characters. */
  event(): string;
  /** `wh_` and 22 base64url characters. */
  subscription(): string;
  /** A UUID, of a transfer or a charge. */
  movement(): string;
  /** A UUID, of a deposit or a global account. */
  deposit(): string;
  /** A UUID. */
  globalAccount(): string;
  /** A UUID. */
  quote(): string;
  /** A UUID. */
  conversion(): string;
  /** A UUID. */
  beneficiary(): string;
  /** A UUID. */
  payout(): string;
  /** A UUID, of a change of a balance. */
  entry(): string;
  /** A UUID. */
  offboarding(): string;
  /** A UUID, of a report. */
  report(): string;
  /** A prefix and eight digits, for people to read. */
  shortReference(prefix: string): string;
  /** 16 digits. */
  walletNumber(): string;
}

export function createIds(seed: string): Ids {
  const counters = new Map<string, number>();
  const next = (kind: string): Buffer => {
    const count = (counters.get(kind) ?? 0) + 1;
    counters.set(kind, count);
    return digest(seed, kind, count);
  };
  const short = (kind: string) => next(kind).subarray(0, 16).toString("base64url");
  return {
    account: () => `acct_${short("account")}`,
    legalEntity: () => `le_${short("legal entity")}`,
    prefixed: (prefix) => `${prefix}_${short(prefix)}`,
    person: () => toUuid(next("person")),
    request: () => toUuid(next("request")),
    rfi: () => toUuid(next("rfi")),
    rfiQuestion: () => toUuid(next("rfi question")),
    token: () => toUuid(next("token")),
    file: (filename, uploadedMs) => {
      const text = `${toUuid(next("file"))},|,hongkong,|,${filename}_${uploadedMs}`;
      return Buffer.from(text).toString("base64").replace(/=+$/, "");
    },
    secret: (prefix) => `${prefix}_${next(prefix).toString("base64url")}`,
    event: () => `evt_${short("event")}`,
    subscription: () => `wh_${short("subscription")}`,
    movement: () => toUuid(next("movement")),
    deposit: () => toUuid(next("deposit")),
    globalAccount: () => toUuid(next("global account")),
    quote: () => toUuid(next("quote")),
    conversion: () => toUuid(next("conversion")),
    beneficiary: () => toUuid(next("beneficiary")),
    payout: () => toUuid(next("payout")),
    entry: () => toUuid(next("entry")),
    offboarding: () => toUuid(next("offboarding")),
    report: () => toUuid(next("report")),
    shortReference: (prefix) => {
      const digits = next(prefix).readUInt32BE(0) % 100_000_000;
      return `${prefix}${String(digits).padStart(8, "0")}`;
    },
    walletNumber: () => String(next("wallet").readBigUInt64BE(0) % 10n ** 16n).padStart(16, "0"),
  };
}

/** The same string always gives the same UUID. */
export function uuidOf(text: string): string {
  return toUuid(digest(text));
}

function toUuid(hash: Buffer): string {
  const hex = hash.toString("hex");
  const variant = "89ab"[(hash[8] ?? 0) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
