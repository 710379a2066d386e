/** Numbers, times and amounts as people write them, and bodies as they read them. */

import { readJson } from "../engine/accept.js";
import { toText } from "../money/amounts.js";

/** Such as `1,234.50 AUD`. */
export function formatAmount(units: bigint, currency: string): string {
  if (units < 0n) return `-${formatAmount(-units, currency)}`;
  const [whole = "", part] = toText(units, currency).split(".");
  return `${group(whole)}${part === undefined ? "" : `.${part}`} ${currency}`;
}

/** Such as `1,234`. */
export function formatCount(count: number): string {
  return group(String(count));
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Such as `0.4 ms`, `12 ms`, `1.5 s` or `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** In UTC; without the date if that is today's. */
export function formatTime(at: Date | number, now: Date): string {
  const text = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  return text.slice(0, 10) === now.toISOString().slice(0, 10) ? text.slice(11) : text;
}

/** A body that was recorded: as a value if it is JSON, otherwise as it is. */
export function unpack(body: string | undefined): unknown {
  if (body === undefined || body === "") return body;
  try {
    return readJson(Buffer.from(body));
  } catch {
    return body;
  }
}
