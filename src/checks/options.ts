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
    throw new TypeError(`${what}: the options are ${kindOf(options)}, expected an object`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.has(name)) continue;
    const meant = closest(name, [...known]);
    const hint = meant === undefined ? "" : `, did you mean "${meant}"`;
    throw new TypeError(`${what}: ${prefix}${name} is not a known option${hint}`);
  }
}
