/** Removes secrets, and personal data as marked in the account model, from what the API says. */

import { piiFields, piiParameters } from "../generated/pii.js";

const mark = "[redacted]";
/**
 * Bounded on both sides, or a long string without an @ would take forever. A gateway quotes the address of a
 * request as it came, with `%40`: there the address is one member of a path or a query.
 */
const email =
  /[^\s"'<>,;:()[\]@]{1,64}@[^\s"'<>,;:()[\]@]{1,255}|[^\s"'<>,;:()[\]@/?&=#]{1,64}%(?:25){0,3}40[^\s"'<>,;:()[\]@/?&=#]{1,255}/g;

/** Deeper, longer and more than in any answer of the API; without limits, one could block the process. */
const most = { depth: 100, characters: 10_000, values: 10_000 };

/** Redacts a string, or every string within a value. */
export interface Redactor {
  text(text: string): string;
  /** The beginning of a text that may be very long. */
  excerpt(text: string): string;
  deep(value: unknown): unknown;
}

/**
 * The API may quote what it was sent. Replaces the values of marked fields in `sent` and of marked
 * parameters in `query`, the values of marked fields in the response, every one of `secrets`, and every
 * email address.
 */
export function createRedactor(
  sent: unknown,
  secrets: readonly string[] = [],
  query: unknown = undefined,
): Redactor {
  const values = new Map<string, Value>();
  collect(sent, false, values);
  collect(query, false, values, piiParameters);
  for (const secret of secrets) if (secret !== "") values.set(secret, toValue(secret, true));
  return {
    text: (input) => replaceIn(input, [...values.values()]),
    excerpt: (input) => excerptOf(input, [...values.values()]),
    deep: (value) => replaceBelow(value, values),
  };
}

function replaceBelow(root: unknown, values: ReadonlyMap<string, Value>): unknown {
  // One look through all strings finds the few values that any of them quotes.
  const strings: string[] = [];
  listStrings(root, 0, strings);
  const all = strings.join("\n").toLowerCase();
  const quoted = [...values.values()].filter((value) => formsIn(all, value).length > 0);
  const text = (input: string): string => replaceIn(input, quoted);
  let left = most.values;
  const visit = (value: unknown, depth: number): unknown => {
    left -= 1;
    if (typeof value === "string") return left < 0 ? mark : text(shorten(value));
    if (typeof value === "number") return values.has(String(value)) ? mark : value;
    if (typeof value !== "object" || value === null) return value;
    if (depth > most.depth || left < 0) return mark;
    if (Array.isArray(value)) return value.map((item) => visit(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        text(shorten(key)),
        piiFields.has(key) && member !== null ? mark : visit(member, depth + 1),
      ]),
    );
  };
  return visit(root, 0);
}

function listStrings(value: unknown, depth: number, into: string[]): void {
  // A key and a string for each value that is replaced below.
  if (into.length > 2 * most.values || depth > most.depth) return;
  if (typeof value === "string") into.push(shorten(value));
  else if (Array.isArray(value)) for (const item of value) listStrings(item, depth + 1, into);
  else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      into.push(shorten(key));
      listStrings(member, depth + 1, into);
    }
  }
}

function excerptOf(input: string, values: readonly Value[]): string {
  if (input.length <= most.characters) return replaceIn(input, values);
  // It may end in a part of a value, which nothing recognises: as much as the longest one is left out.
  const longest = Math.max(0, ...values.map(({ plain }) => plain.length * longestEscape));
  const shown = replaceIn(input.slice(0, most.characters), values);
  return shown.slice(0, Math.max(0, shown.length - longest)) || shorten(input);
}

/** A long text within a value is only counted. */
export function shorten(text: string): string {
  return text.length > most.characters ? `[${text.length} characters]` : text;
}

/** Redacts email addresses, where nothing is known about what was sent. */
export function withoutEmail(input: string): string {
  return input.replace(email, mark);
}

/** A path that is safe to show: an id in it may be an email address, or the value of a marked field. */
export function redactPath(path: string, known?: Redactor): string {
  if (known === undefined && !/@|%40/.test(path)) return path;
  const redactor = known ?? createRedactor(undefined);
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

/** Something to redact. */
interface Value {
  readonly plain: string;
  /** In lower case, because looking for it is the cheapest way to know that it is not there. */
  readonly folded: string;
  /** Found also within a word: a token or a number of a document says enough by itself. */
  readonly anywhere: boolean;
}

function toValue(plain: string, secret: boolean): Value {
  const anywhere = secret ? plain.length >= 8 : plain.length >= 6 && /\d/.test(plain);
  return { plain, folded: plain.toLowerCase(), anywhere };
}

function collect(
  value: unknown,
  marked: boolean,
  into: Map<string, Value>,
  more?: ReadonlySet<string>,
): void {
  if (typeof value === "string" || typeof value === "number") {
    const plain = String(value);
    if (marked && plain !== "") into.set(plain, toValue(plain, false));
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, marked, into, more);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      collect(member, marked || piiFields.has(key) || more?.has(key) === true, into, more);
    }
  }
}

function replaceIn(input: string, values: readonly Value[]): string {
  const folded = input.toLowerCase();
  const found = values.flatMap((value) => formsIn(folded, value));
  return patternsOf(found).reduce<string>(
    (rest, pattern) => rest.replaceAll(pattern, mark),
    input.replace(email, mark),
  );
}

/** The ways in which a value occurs in a text: as it is, or escaped as texts with such escapes are. */
function formsIn(folded: string, value: Value): readonly Value[] {
  const forms = folded.includes(value.folded) ? [value] : [];
  if (!/[\\%+&]/.test(folded) || /^\w+$/.test(value.plain)) return forms;
  for (const write of escapes) {
    const plain = write(value.plain);
    if (plain === value.plain) continue;
    const form = { ...value, plain, folded: plain.toLowerCase() };
    if (folded.includes(form.folded)) forms.push(form);
  }
  return forms;
}

const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
const url = (text: string): string => encodeURIComponent(text.toWellFormed());
const form = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
const html = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign as keyof typeof entities]);
const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Characters that an escape makes of one. */
const longestEscape = 10;

/** JSON, JSON in JSON, JSON in ASCII, a URL, a URL in a URL, a form, HTML. */
const escapes: readonly ((text: string) => string)[] = [
  json,
  (text) => json(json(text)),
  (text) => ascii(json(text)),
  url,
  (text) => url(url(text)),
  form,
  html,
];

/** The engine rejects patterns of some ten thousand characters, with an error that quotes the pattern. */
const longestPattern = 5000;

/** Shorter values, such as the country code `IN`, are only matched case-sensitively. */
const shortestAnyCase = 4;

/** Longer values first, or redacting a part of one would leave the rest behind. */
function patternsOf(values: readonly Value[]): readonly (string | RegExp)[] {
  const sorted = [...values].sort((a, b) => b.plain.length - a.plain.length);
  const isShort = ({ plain }: Value): boolean => plain.length < shortestAnyCase;
  return [
    ...join(
      sorted.filter((value) => !isShort(value)),
      "giu",
    ),
    ...join(sorted.filter(isShort), "gu"),
  ];
}

function join(values: readonly Value[], flags: string): readonly (string | RegExp)[] {
  const patterns: (string | RegExp)[] = [];
  let words: string[] = [];
  let length = 0;
  const close = (): void => {
    if (words.length > 0) patterns.push(new RegExp(words.join("|"), flags));
    words = [];
    length = 0;
  };
  for (const value of values) {
    const word = patternOf(value);
    if (word.length > longestPattern) {
      close();
      patterns.push(value.plain);
      continue;
    }
    if (length + word.length > longestPattern) close();
    words.push(word);
    length += word.length;
  }
  close();
  return patterns;
}

/** The end of an escape is no part of the word that follows it: a line break, a sign in JSON or a URL. */
const before = "(?<=^|[^\\p{L}\\p{N}]|\\\\[bfnrt]|\\\\u[\\da-f]{4}|%[\\da-f]{2})";
const after = "(?![\\p{L}\\p{N}])";
const named = "(?<=[\"'`=:]\\s?)";

/** Matches whole words only, so that a short value such as a country code does not hit other words. */
function patternOf({ plain, anywhere }: Value): string {
  const word = plain.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  if (anywhere) return word;
  // These are words of their own, as in "is not a function".
  if (/^[aei]$/i.test(plain)) return `${named}${word}${after}`;
  return `${before}${word}${after}`;
}
