/**
 * What depends on the dated version of the API that a request asks for.
 *
 * @see https://www.airwallex.com/docs/developer-tools/api/versioning
 */

import { invalidArgument } from "./refusal.js";

/** Webhooks speak snake_case from this version on, camelCase before. */
const snakeCaseWebhooks = "2024-02-22";

/** Spelled `+00:00` from this version on, `+0000` before. */
const colonInOffset = "2026-06-30";

/** From this version on every address of an account names its country. */
const countryInAddresses = "2026-07-17";

/** Dormant and closed accounts are called so from this version on. */
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

/** Whether a subscription of this version is sent the older payloads. */
export function hasLegacyWebhooks(version: string): boolean {
  return version < snakeCaseWebhooks;
}

/** Whether a subscription of this version is sent an event of this name at all. */
export function knowsEvent(version: string, name: string): boolean {
  return version >= dormantAndClosed || (name !== "account.dormant" && name !== "account.closed");
}

/** A status under the name that a version has for it. */
export function statusIn(version: string, status: string): string {
  if (version >= dormantAndClosed) return status;
  if (status === "DORMANT") return "ACTIVE";
  return status === "CLOSED" ? "SUSPENDED" : status;
}
