/** Takes personal data and secrets out of what the remote says, by the marks of the account model. */

import { piiFields } from "../schemas/pii.generated.js";

const mark = "[redacted]";
/** Bounded on both sides, or a long text without a single @ would take for ever. */
const email = /[^\s"'<>,;:()[\]@]{1,64}@[^\s"'<>,;:()[\]@]{1,255}/g;

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
  const pattern = anyOf(values);
  const text = (input: string): string => {
    const masked = input.replace(email, mark);
    return pattern ? masked.replace(pattern, mark) : masked;
  };
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return values.has(String(value)) ? mark : value;
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        text(key),
        piiFields.has(key) && member !== null ? mark : deep(member),
      ]),
    );
  };
  return { text, deep };
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

/** Matches whole words only, so that a short value such as a country code spares other words. */
function anyOf(values: ReadonlySet<string>): RegExp | undefined {
  if (values.size === 0) return undefined;
  const words = [...values]
    .sort((a, b) => b.length - a.length)
    .map((value) => value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})(?![\\p{L}\\p{N}])`, "gu");
}
