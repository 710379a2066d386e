/** Takes personal data and secrets out of what the remote says, by the marks of the account model. */

import { piiFields } from "../schemas/pii.generated.js";

const mark = "[redacted]";
/** Bounded on both sides, or a long text without a single @ would take for ever. */
const email = /[^\s"'<>,;:()[\]@]{1,64}@[^\s"'<>,;:()[\]@]{1,255}/g;

/** Deeper than anything that the API says; without an end, an answer could fill the stack. */
const deepest = 100;

/** Rewrites a text, or every text within a value. */
export interface Redactor {
  text(text: string): string;
  deep(value: unknown): unknown;
}

/**
 * A remote may quote what it was sent. Whatever stood in a marked field of `sent`, whatever stands in
 * a marked field of the answer, every one of `secrets` and every e-mail address is replaced.
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

/** A text of which nothing else is known. */
export function withoutEmail(input: string): string {
  return input.replace(email, mark);
}

const none: Redactor = createRedactor(undefined);

/** A path fit to be shown: an id may be an e-mail address, or what stood in a marked field. */
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

/** A value as it is, and as it stands in JSON and in a URL. */
function formsOf(value: string): readonly string[] {
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    form,
    encodeURIComponent(value.toWellFormed()),
  ];
}

/** The engine refuses a pattern of some ten thousand characters, and its refusal quotes the pattern. */
const longestPattern = 5000;

/** Shorter values, such as the country code `IN`, are looked for in their own letter case only. */
const shortestAnyCase = 4;

/** Longer values first, or a part of one would be taken out and its rest stay. */
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

/** Not parts of words, so that a short value such as a country code spares others. */
function wholeWords(words: string, flags: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, flags);
}
