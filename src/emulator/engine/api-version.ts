/**
 * Everything that depends on the dated API version of a request.
 *
 * @see https://www.airwallex.com/docs/developer-tools/api/versioning
 */

import { invalidArgument } from "./refusal.js";

/** Webhook payloads are in snake_case from this version on, in camelCase before. */
const snakeCaseWebhooks = "2024-02-22";

/** Timestamps end in `+00:00` from this version on, in `+0000` before. */
const colonInOffset = "2026-06-30";

/** From this version on, certain addresses of an account must name their country. */
const countryInAddresses = "2026-07-17";

/** The statuses DORMANT and CLOSED exist from this version on. */
const dormantAndClosed = "2026-08-21";

/** The newest version that the emulator knows, and its default. */
export const currentApiVersion = "2026-08-21";

/** @throws Refusal if it is not a date. */
export function readApiVersion(header: string | undefined, fallback: string): string {
  if (header === undefined) return fallback;
  if (isDate(header)) return header;
  throw invalidArgument("x-api-version", "expected a date, YYYY-MM-DD");
}

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // Date rolls 31 February over into March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

export function formatTimestamp(ms: number, version: string): string {
  const offset = version < colonInOffset ? "+0000" : "+00:00";
  return new Date(ms).toISOString().slice(0, 19) + offset;
}

export function requiresCountryInAddresses(version: string): boolean {
  return version >= countryInAddresses;
}

/** Whether a subscription of this version receives the legacy payloads. */
export function hasLegacyWebhooks(version: string): boolean {
  return version < snakeCaseWebhooks;
}

/** Whether a subscription of this version receives events of this name. */
export function knowsEvent(version: string, name: string): boolean {
  return version >= dormantAndClosed || (name !== "account.dormant" && name !== "account.closed");
}

/** A status by the name that a version has for it. */
export function statusIn(version: string, status: string): string {
  if (version >= dormantAndClosed) return status;
  if (status === "DORMANT") return "ACTIVE";
  return status === "CLOSED" ? "SUSPENDED" : status;
}
