/** Unknown options are mistakes: a `timeout` meant as `timeoutMs` would have no effect. */

import { closest } from "./closest.js";
import { isObject, kindOf } from "./values.js";

/** The names of an options type. The compiler requires each one, so none can be forgotten. */
export function allOf<Name extends string>(names: Record<Name, true>): ReadonlySet<string> {
  return new Set(Object.keys(names));
}

/**
 * Throws TypeError for options that are not an object, and for an unknown name, suggesting the one that
 * was probably meant.
 */
export function refuseUnknown(
  what: string,
  options: unknown,
  known: ReadonlySet<string>,
  prefix = "",
): void {
  if (!isObject(options)) {
    const subject = prefix === "" ? "the options are" : `${prefix.slice(0, -1)} is`;
    throw new TypeError(`${what}: ${subject} ${kindOf(options)}, expected an object`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.has(name)) continue;
    const meant = closest(name, [...known]);
    const hint = meant === undefined ? "" : `, did you mean "${meant}"`;
    throw new TypeError(`${what}: ${prefix}${name} is not a known option${hint}`);
  }
}

/** The type of an option's value; `any` is for those that are checked elsewhere. */
export type OptionKind = "boolean" | "number" | "string" | "function" | "object" | "any";

/** The kind of each option of an options type. The compiler requires each one, so none can be forgotten. */
export type OptionKinds<Options> = { readonly [Name in keyof Options]-?: OptionKind };

/**
 * The same as {@link refuseUnknown}, and throws TypeError for an option whose value is of another kind: the
 * text `"false"` is not false, and null is not left out.
 */
export function checkOptions<Options>(
  what: string,
  options: Options,
  kinds: OptionKinds<Options>,
  prefix = "",
): void {
  refuseUnknown(what, options, new Set(Object.keys(kinds)), prefix);
  for (const [name, kind] of Object.entries<OptionKind>(kinds)) {
    const value: unknown = options[name as keyof Options];
    if (value === undefined || kind === "any") continue;
    if (kind === "object" ? isObject(value) : typeof value === kind) continue;
    const expected = kind === "object" ? "an object" : `a ${kind}`;
    throw new TypeError(`${what}: ${prefix}${name} is ${kindOf(value)}, expected ${expected}`);
  }
}
