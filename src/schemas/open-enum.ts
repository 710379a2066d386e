/** Enums of answers: any string fits, because the API may add values, and the known ones are kept. */

import * as z from "zod";

const knownValues = z.registry<{ readonly values: readonly string[] }>();

/** A schema of any string that remembers the values the model knows. */
export function openEnum<T extends string>(values: readonly T[]): z.ZodType<T> {
  return z.string().register(knownValues, { values }) as unknown as z.ZodType<T>;
}

/** The values that the model knows, if the schema is an open enum. */
export function valuesOf(schema: unknown): readonly string[] | undefined {
  return knownValues.get(schema as z.ZodType)?.values;
}
