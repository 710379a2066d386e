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

/** Global accounts have events of their own from this version on. */
const globalAccountEvents = "2025-04-25";

/** Events of payouts are named `payout.transfer.*` from this version on. */
const payoutEvents = "2024-09-27";

/** Before that, those of most statuses are named `payment.*` from this version on. */
const paymentEvents = "2024-01-31";

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

/**
 * The name by which a subscription of this version knows an event; undefined if it does not get it.
 *
 * | event                               | from version | before                                       |
 * |-------------------------------------|--------------|----------------------------------------------|
 * | account.dormant, account.closed     | 2026-08-21   |                                              |
 * | global_account.active and the like  | 2025-04-25   | ga.new, for money that came in               |
 * | payout.transfer.scheduled and others | 2024-09-27  | payment.scheduled, from version 2024-01-31;  |
 * |                                     |              | payment.new and payment.in_review            |
 */
export function eventNameIn(version: string, name: string): string | undefined {
  if (name === "account.dormant" || name === "account.closed") {
    return version >= dormantAndClosed ? name : undefined;
  }
  if (name.startsWith("global_account.")) return version >= globalAccountEvents ? name : undefined;
  if (name === "ga.new") return version < globalAccountEvents ? name : undefined;
  if (name.startsWith("payment.")) return version < payoutEvents ? name : undefined;
  if (!name.startsWith("payout.transfer.") || version >= payoutEvents) return name;
  const older = name.replace("payout.transfer.", "payment.");
  return version >= paymentEvents && paymentNames.has(older) ? older : undefined;
}

const paymentNames: ReadonlySet<string> = new Set([
  "payment.approval_blocked",
  "payment.approval_recalled",
  "payment.approval_rejected",
  "payment.in_approval",
  "payment.overdue",
  "payment.processing",
  "payment.scheduled",
]);

/** A status by the name that a version has for it. */
export function statusIn(version: string, status: string): string {
  if (version >= dormantAndClosed) return status;
  if (status === "DORMANT") return "ACTIVE";
  return status === "CLOSED" ? "SUSPENDED" : status;
}
