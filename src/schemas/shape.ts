/** Named shapes of the account model. Predicates and schemas are loaded when first needed. */

import type { ZodType } from "zod";

/**
 * One named shape. A generated predicate checks values, and the zod schema of the same name explains
 * what it refuses; the two always agree.
 */
export interface Shape<T> {
  readonly name: string;
  /**
   * Whether a value has the shape, in well under a microsecond. A promise the first time: the
   * predicates are a third of the package, and are loaded when the first value is checked.
   */
  readonly fits: (value: unknown) => boolean | Promise<boolean>;
  readonly schema: () => Promise<ZodType<T>>;
}

type Predicate<T> = (value: unknown) => value is T;

export function shape<T, Name extends string>(
  name: Name,
  predicates: () => Promise<{ readonly [K in `is${Name}`]: Predicate<NoInfer<T>> }>,
  schemas: () => Promise<{ readonly [K in Name]: ZodType<NoInfer<T>> }>,
): Shape<T> {
  let is: Predicate<T> | undefined;
  const read = async (value: unknown): Promise<boolean> => {
    is = (await predicates())[`is${name}`];
    return is(value);
  };
  return {
    name,
    fits: (value) => (is ? is(value) : read(value)),
    schema: async () => (await schemas())[name],
  };
}

/** The shape of a response that is not modelled. */
export const anything: Shape<unknown> = {
  name: "unknown",
  fits: () => true,
  schema: async () => (await import("./unknown.js")).unknownSchema,
};
