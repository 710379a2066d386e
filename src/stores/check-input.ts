/** Rejects arguments that some store could not handle, before any store is asked. */

import { isObject, kindOf, showNumber } from "../checks/values.js";

const maxKeyLength = 512;

export function checkKey(kind: "key" | "id", key: string): void {
  checkText(kind, key);
  refuse(kind, problemOfKey(key));
}

/** Why no store takes a text as a key; undefined if all do. */
export function problemOfKey(key: string): string | undefined {
  if (key === "" || key.length > maxKeyLength) {
    return `has ${key.length} characters, expected 1 to ${maxKeyLength}`;
  }
  return problemOfText(key);
}

/** @throws TypeError if it is not a string; RangeError for one that a database would alter or refuse. */
export function checkText(name: string, text: string): void {
  if (typeof text !== "string") refuseKind(name, text, "a string");
  refuse(name, problemOfText(text));
}

function refuse(name: string, problem: string | undefined): void {
  if (problem !== undefined) throw new RangeError(`Cannot use ${name}: it ${problem}`);
}

function problemOfText(text: string): string | undefined {
  if (!text.includes("\u0000") && text.isWellFormed()) return undefined;
  return "holds U+0000 or half of a surrogate pair, expected well-formed text";
}

/** @throws TypeError for options that are missing, or no object */
export function checkObject(name: string, given: unknown): void {
  if (!isObject(given)) refuseKind(name, given, "an object");
}

export function checkFunction(name: string, given: unknown): void {
  if (typeof given !== "function") refuseKind(name, given, "a function");
}

function refuseKind(name: string, given: unknown, expected: string): never {
  throw new TypeError(`Cannot use ${name}: it is ${kindOf(given)}, expected ${expected}`);
}

/** Returns the duration in whole milliseconds, rounded up. */
export function checkDuration(name: string, ms: number, least: number): number {
  if (!Number.isFinite(ms) || ms < least) {
    throw new RangeError(
      `Cannot use ${name}: it is ${showNumber(ms)}, expected at least ${least} millisecond(s)`,
    );
  }
  return Math.ceil(ms);
}

export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(
      `Cannot use ${name}: it is ${showNumber(value)}, expected a whole number from ${least} to ${most}`,
    );
  }
}
