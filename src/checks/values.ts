/** Small questions about values, asked in every layer. */

/** Describes a value's type for an error message; never shows the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "undefined" ? "missing" : `a ${typeof value}`;
}

/** Whether it is an object, and neither an array nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Shows a would-be number in an error message; quotes reveal a string, such as one from `process.env`. */
export function showNumber(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return kindOf(value);
  // A longer text is no number, and may be a secret in the wrong place.
  return value.length <= 12 ? `the text "${value}"` : `a text of ${value.length} characters`;
}

/** What a table holds under a name from outside. No table holds `constructor` and the like by itself. */
export function entryOf<Value>(
  table: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A string that is not empty, or undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The longest time that a timer of the runtime can wait: a longer one would fire at once. */
export const longestTimerMs: number = 2 ** 31 - 1;

/** What remains of an input without its null members. */
export type WithoutNulls<T> = T extends string // also one of an open enum, which is an object too
  ? T
  : T extends readonly (infer Item)[]
    ? readonly WithoutNulls<Item>[]
    : T extends object
      ? { [Name in keyof T]: WithoutNulls<Exclude<T[Name], null>> }
      : T;

/** Deeper than any body of the API; a value that holds itself is not followed for ever. */
const deepest = 50;

/** A value without its null members, which count as left out; the value itself if it has none. */
export function withoutNulls(value: unknown, depth = 0): unknown {
  // Most have none, and looking for one costs a tenth of a copy.
  if (!hasNull(value, depth)) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(member, depth + 1)]));
}

/** Whether a member is null, here or further down. Called for every body, and so without any copy. */
function hasNull(value: unknown, depth: number): value is object {
  if (typeof value !== "object" || value === null || depth > deepest) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (hasNull(value[i], depth + 1)) return true;
    return false;
  }
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof member === "object" && (member === null || hasNull(member, depth + 1))) return true;
  }
  return false;
}
