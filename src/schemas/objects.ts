/**
 * Schemas of objects whose type is written beside them. The compiler compares them member by member:
 * comparing what `z.looseObject` and `z.strictObject` return took most of the time of a build.
 */

import * as z from "zod";

/** A schema for each member of the type, and for no other. */
type Members<T> = { readonly [Name in keyof T]-?: z.core.$ZodType<T[Name]> };

/** An object of an answer, which may have members that the model does not know. */
export function looseObject<T>(members: Members<NoInfer<T>>): z.ZodType<T> {
  return z.looseObject(members) as unknown as z.ZodType<T>;
}

/** An object of a request, which may not. */
export function strictObject<T>(members: Members<NoInfer<T>>): z.ZodType<T> {
  return z.strictObject(members) as unknown as z.ZodType<T>;
}
