/** The base of every error, and what all of them share. */

import { isError } from "../checks/errors.js";

const brand: unique symbol = Symbol.for("airwallex-connect.error");

/**
 * Base of every error thrown by this package, apart from `TypeError` and `RangeError` for invalid options
 * and the caller's own abort reason.
 *
 * Errors are safe to log: secrets, email addresses and personal data from the request are removed from
 * their fields, even where the API quotes them. What the API says in its own words stays, and may name a
 * person. The full body is behind a getter, which loggers do not follow.
 *
 * `instanceof` works across duplicate copies of the package.
 */
export abstract class SdkError extends Error {
  abstract readonly code: string;
  declare readonly [brand]: string;

  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    // Not enumerable, so that inspecting an error shows its name only once.
    Object.defineProperty(this, "name", { value: name, configurable: true });
    Object.defineProperty(this, brand, { value: name });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this check and ask for themselves
    return this === SdkError || value[brand] === this.name || isDescendant(value, this);
  }

  /** The error as plain data, with the same fields that inspecting it shows. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause } = this;
    const described = isError(cause) ? { cause: describeError(cause) } : {};
    return { name, message, ...(this as object), ...described };
  }
}

function isDescendant(value: object, of: { readonly prototype: object }): boolean {
  return Object.prototype.isPrototypeOf.call(of.prototype, value);
}

/** The parts of any error that can be shown as plain data. */
export function describeError(error: Error): Record<string, unknown> {
  const { name, message, code } = error as Error & { readonly code?: unknown };
  return { name, message, ...(code === undefined ? {} : { code }) };
}
