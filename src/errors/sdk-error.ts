/** The base of every error, and what holds for all of them. */

const brand: unique symbol = Symbol.for("airwallex-connect.error");

/**
 * Base of every error thrown by this package, apart from `TypeError` and `RangeError` for options of
 * the wrong type and the caller's own abort reason.
 *
 * An error may be logged: secrets, e-mail addresses and personal data of the request are taken out of its
 * fields, also where the remote quotes them. What the remote says in words of its own stays, and may name
 * a person. Its whole body sits behind a getter, which no logger follows.
 *
 * `instanceof` works across duplicate copies of the package.
 */
export abstract class SdkError extends Error {
  abstract readonly code: string;
  declare readonly [brand]: string;

  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    // Not enumerable, so that an inspected error shows its name once.
    Object.defineProperty(this, "name", { value: name, configurable: true });
    Object.defineProperty(this, brand, { value: name });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this check and ask for themselves
    return this === SdkError || value[brand] === this.name || isDescendant(value, this);
  }

  /** The error as plain data, with the same fields that inspection shows. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause } = this;
    const described = cause instanceof Error ? { cause: describeError(cause) } : {};
    return { name, message, ...(this as object), ...described };
  }
}

function isDescendant(value: object, of: { readonly prototype: object }): boolean {
  return Object.prototype.isPrototypeOf.call(of.prototype, value);
}

/** What can be told of any error as plain data. */
export function describeError(error: Error): Record<string, unknown> {
  const { name, message, code } = error as Error & { readonly code?: unknown };
  return { name, message, ...(code === undefined ? {} : { code }) };
}
