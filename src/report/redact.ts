/** Removes secrets, and personal data as marked in the account model, from what the API says. */

import { piiFields } from "../generated/pii.js";

const mark = "[redacted]";
/** Bounded on both sides, or a long string without an @ would take forever. */
const email = /[^\s"'<>,;:()[\]@]{1,64}@[^\s"'<>,;:()[\]@]{1,255}/g;

/** Deeper than any API response; without a limit, one could overflow the stack. */
const deepest = 100;

/** Redacts a string, or every string within a value. */
export interface Redactor {
  text(text: string): string;
  deep(value: unknown): unknown;
}

/**
 * The API may quote what it was sent. Replaces the values of marked fields in `sent`, the values of marked
 * fields in the response, every one of `secrets`, and every email address.
 */
export function createRedactor(sent: unknown, secrets: readonly string[] = []): Redactor {
  const values = new Set(secrets.filter((secret) => secret !== ""));
  collect(sent, false, values);
  const patterns = patternsOf(values);
  const text = (input: string): string =>
    patterns.reduce<string>(
      (rest, pattern) => rest.replaceAll(pattern, mark),
      input.replace(email, mark),
    );
  const deep = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return values.has(String(value)) ? mark : value;
    if (typeof value !== "object" || value === null) return value;
    if (depth > deepest) return mark;
    if (Array.isArray(value)) return value.map((item) => deep(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        text(key),
        piiFields.has(key) && member !== null ? mark : deep(member, depth + 1),
      ]),
    );
  };
  return { text, deep: (value) => deep(value, 0) };
}

/** Redacts email addresses, where nothing is known about what was sent. */
export function withoutEmail(input: string): string {
  return input.replace(email, mark);
}

const none: Redactor = createRedactor(undefined);

/** A path that is safe to show: an id in it may be an email address, or the value of a marked field. */
export function redactPath(path: string, redactor: Redactor = none): string {
  if (redactor === none && !/@|%40/.test(path)) return path;
  return path
    .split("/")
    .map((part) => {
      const plain = decode(part);
      return redactor.text(plain) === plain ? part : mark;
    })
    .join("/");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function collect(value: unknown, marked: boolean, into: Set<string>): void {
  if (typeof value === "string" || typeof value === "number") {
    if (marked && value !== "") for (const form of formsOf(String(value))) into.add(form);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, marked, into);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      collect(member, marked || piiFields.has(key), into);
    }
  }
}

/** A value as it is, and as written in JSON, in a form and in a URL. */
function formsOf(value: string): readonly string[] {
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    form,
    encodeURIComponent(value.toWellFormed()),
  ];
}

/** The engine rejects patterns of some ten thousand characters, with an error that quotes the pattern. */
const longestPattern = 5000;

/** Shorter values, such as the country code `IN`, are only matched case-sensitively. */
const shortestAnyCase = 4;

/** Longer values first, or redacting a part of one would leave the rest behind. */
function patternsOf(values: ReadonlySet<string>): readonly (string | RegExp)[] {
  const sorted = [...values].sort((a, b) => b.length - a.length);
  const isShort = (value: string): boolean => value.length < shortestAnyCase;
  return [
    ...join(
      sorted.filter((value) => !isShort(value)),
      "giu",
    ),
    ...join(sorted.filter(isShort), "gu"),
  ];
}

function join(values: readonly string[], flags: string): readonly (string | RegExp)[] {
  const patterns: (string | RegExp)[] = [];
  let words = "";
  for (const value of values) {
    const word = value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    if (word.length > longestPattern) patterns.push(value);
    else if (words === "") words = word;
    else if (words.length + word.length < longestPattern) words += `|${word}`;
    else {
      patterns.push(wholeWords(words, flags));
      words = word;
    }
  }
  return words === "" ? patterns : [...patterns, wholeWords(words, flags)];
}

/** Matches whole words only, so that a short value such as a country code does not hit other words. */
function wholeWords(words: string, flags: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, flags);
}
