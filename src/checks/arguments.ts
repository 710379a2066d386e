/** Checks of single arguments. They are apart from the options, so that no entry point loads them unused. */

import { kindOf } from "./values.js";

/** Throws TypeError for an argument, or a required option, that is missing or no string. */
export function requireStrings(what: string, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") continue;
    throw new TypeError(`${what}: ${name} is ${kindOf(value)}, expected a string`);
  }
}

/** Throws TypeError for an option that is set and is no list of strings. */
export function refuseOtherLists(what: string, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) continue;
    const found = Array.isArray(value) ? "a list of something else" : kindOf(value);
    throw new TypeError(`${what}: ${name} is ${found}, expected a list of strings`);
  }
}

/** Whether JSON can hold a value: no function, no bigint, no circle. */
export function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
