/** Checks of single options. Each throws an error that names the option, what it is, and what is expected. */

import type { Host } from "../call/settings.js";
import { kindOf, longestTimerMs, showNumber } from "../checks/values.js";
import type { Store } from "../stores/store.js";

export function readHost(option: string, value: string | URL, allowInsecure: boolean): Host {
  if (!URL.canParse(String(value)))
    throw wrong(option, "is not a URL, expected one such as https://host");
  const { protocol, hostname, origin, pathname, search, hash, username } = new URL(value);
  if (search || hash || username) throw wrong(option, "has a query, a fragment or a user");
  if (/\/api(\/v\d+)?\/*$/.test(pathname)) {
    throw wrong(option, `ends in ${pathname}, expected the host alone: each path has that already`);
  }
  const local =
    hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  const safe = protocol === "https:" || (protocol === "http:" && (local || allowInsecure));
  if (!safe)
    throw wrong(option, "is not https; http is for this machine, or with allowInsecureHttp");
  return { origin, prefix: pathname.replace(/\/+$/, "") };
}

export function requireText(option: string, value: unknown, place: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw wrong(option, `is missing, expected a string; see ${place}`);
}

/** The key goes into a header. Secrets read from a file often end in a line break. */
export function requireKey(option: string, value: unknown): string {
  const text = requireText(option, value, "Developer > API keys in the web app");
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const found = /[\r\n]/.test(text) ? "a line break" : "white space or another character";
  throw wrong(option, `holds ${found} that no key has, expected it without; try .trim()`);
}

/** An empty id would act for the wrong account. */
export function optionalId(option: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw wrong(option, "is not an id, expected an account id or nothing");
}

/** The text "false", as from `process.env`, is not false. */
export function readFlag(option: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw wrong(option, `is ${kindOf(value)}, expected true or false`);
}

/** Shows a value that should be one of a few words. A longer one may be a secret in the wrong place. */
export function showChoice(value: unknown): string {
  if (typeof value !== "string") return kindOf(value);
  return value.length <= 12 ? JSON.stringify(value) : `a text of ${value.length} characters`;
}

export function requireStore(option: string, store: Store): Store {
  if (typeof store?.withLease === "function") return store;
  throw wrong(option, "is not a store, expected one such as createMemoryStore()");
}

/** Each id once. */
export function readIds(option: string, ids: readonly string[], what = "ids"): readonly string[] {
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === "string" && id !== "");
  if (isList) return [...new Set(ids)];
  throw wrong(option, `is not a list of ${what}`);
}

export function positive(option: string, value: number): number {
  if (typeof value === "number" && value > 0 && value <= longestTimerMs) return value;
  throw new RangeError(
    `Cannot create client: ${option} is ${showNumber(value)}, expected a number above 0 and up to ${longestTimerMs}`,
  );
}

/** A longer body would not fit into a string. */
const largestResponseBytes = 512 * 1024 * 1024 - 24;

export function readLimit(maxResponseBytes: number): number {
  if (Number.isInteger(maxResponseBytes) && maxResponseBytes > 0) {
    if (maxResponseBytes <= largestResponseBytes) return maxResponseBytes;
  }
  throw new RangeError(
    `Cannot create client: maxResponseBytes is ${showNumber(maxResponseBytes)}, expected a whole number from 1 to ${largestResponseBytes}`,
  );
}

export function wholeNumber(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(
    `Cannot create client: ${option} is ${showNumber(value)}, expected a whole number of at least 0`,
  );
}

export function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw wrong(option, `is not known, expected one of ${allowed.join(", ")}`);
}

export function wrong(option: string, problem: string): TypeError {
  return new TypeError(`Cannot create client: ${option} ${problem}`);
}
