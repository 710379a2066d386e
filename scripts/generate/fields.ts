/** Reads the keywords of one YAML mapping, and knows which ones were never read. */

import { Problem } from "./problem.js";

export interface Fields {
  /** Where the mapping is, for messages. */
  readonly where: string;
  readonly keys: readonly string[];
  has(key: string): boolean;
  text(key: string): string | undefined;
  number(key: string): number | undefined;
  flag(key: string): boolean;
  texts(key: string): readonly string[] | undefined;
  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined;
  /** The value as it is. */
  any(key: string): unknown;
  /** The mapping under a key, as its own fields. */
  child(key: string): Fields | undefined;
  requireText(key: string): string;
  requireChild(key: string): Fields;
  /** @throws {Problem} when a keyword was not read, because it means nothing here. */
  end(): void;
}

/** @throws {Problem} when the value is not a mapping. */
export function readFields(raw: unknown, where: string): Fields {
  if (!isMapping(raw)) throw new Problem(where, "is not a mapping");
  const unread = new Set(Object.keys(raw));

  function any(key: string): unknown {
    unread.delete(key);
    return Object.hasOwn(raw as object, key) ? (raw as Record<string, unknown>)[key] : undefined;
  }
  function typed<T>(key: string, kind: string, fits: (value: unknown) => value is T) {
    const value = any(key);
    if (value === undefined || fits(value)) return value;
    throw new Problem(where, `${key} is not ${kind}`);
  }
  function require<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw new Problem(where, `${key} is missing`);
    return value;
  }
  const text = (key: string) => typed(key, "a text", isText);
  const child = (key: string) => {
    const value = any(key);
    return value === undefined ? undefined : readFields(value, `${where}.${key}`);
  };
  return {
    where,
    keys: Object.keys(raw),
    has: (key) => Object.hasOwn(raw, key),
    any,
    text,
    child,
    number: (key) => typed(key, "a number", isNumber),
    flag: (key) => typed(key, "true or false", isFlag) ?? false,
    texts: (key) => typed(key, "a list of texts", isTexts),
    oneOf: (key, allowed) => typed(key, `one of ${allowed.join(", ")}`, isOneOf(allowed)),
    requireText: (key) => require(key, text(key)),
    requireChild: (key) => require(key, child(key)),
    end: () => {
      if (unread.size > 0) throw new Problem(where, `unknown keyword ${[...unread].join(", ")}`);
    },
  };
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const isNumber = (value: unknown): value is number => typeof value === "number";

const isFlag = (value: unknown): value is boolean => typeof value === "boolean";

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const isOneOf =
  <T extends string>(allowed: readonly T[]) =>
  (value: unknown): value is T =>
    allowed.some((candidate) => candidate === value);
