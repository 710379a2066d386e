/** Writes the few predicates that the predicates of several subjects share. */

import { header } from "./layout.js";

export function emitValues(): string {
  return `${header}\n${text}`;
}

const text = `/** What the predicates of several subjects share. */

/** The members of a type with values that are still to be tested. */
export type Members<T> = { readonly [K in keyof T]?: unknown };

/** Whether a value is a plain object with text keys alone, which is what zod takes for a record. */
export function isMap(v: unknown): v is Readonly<Record<string, unknown>> {
  if (typeof v !== "object" || v === null || Array.isArray(v)) return false;
  const make: unknown = v.constructor;
  if (typeof make === "function") {
    const origin: unknown = make.prototype;
    if (typeof origin !== "object" || origin === null || Array.isArray(origin)) return false;
    if (!Object.hasOwn(origin, "isPrototypeOf")) return false;
  }
  for (const symbol of Object.getOwnPropertySymbols(v)) {
    if (Object.prototype.propertyIsEnumerable.call(v, symbol)) return false;
  }
  return true;
}

/** Whether a text has more code points than \`most\`. */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > most * 2 || countCodePoints(text) > most);
}

/** Whether a text has fewer code points than \`least\`. */
export function isShorter(text: string, least: number): boolean {
  return text.length < least || (text.length < least * 2 && countCodePoints(text) < least);
}

/** Whether a text is a day of the calendar, written YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!date.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = leap ? 29 : (daysOfMonth[month - 1] ?? 0);
  const day = Number(text.slice(8));
  return day >= 1 && day <= days;
}

/** Whether a text is a moment in ISO 8601, with seconds and an offset: Z, +00:00 or +0000. */
export function isDateTime(text: string): boolean {
  return timeOfDay.test(text.slice(10)) && isDate(text.slice(0, 10));
}

const date = /^\\d{4}-\\d\\d-\\d\\d$/;
const timeOfDay =
  /^T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:Z|[+-](?:[01]\\d|2[0-3]):?[0-5]\\d)$/;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
`;
