/** What an input lacks, by a schema that the API gave. */

import { findAll, isEmpty } from "./paths.js";
import type { ProvideField } from "./to-do.js";

/** One field of such a schema. */
interface SchemaField {
  readonly path?: string | null | undefined;
  readonly required?: boolean | null | undefined;
  readonly rule?: Readonly<Record<string, unknown>> | null | undefined;
}

export function missingFields(
  input: unknown,
  { fields }: { readonly fields?: readonly SchemaField[] | null | undefined },
): readonly ProvideField[] {
  return (fields ?? []).flatMap(({ path, required, rule }) => {
    if (!path) return [];
    const value = findAll(input, path)[0]?.value;
    if (isEmpty(value)) return required ? [toProvide(path, "field_required", "is missing")] : [];
    return fits(value, rule?.["pattern"])
      ? []
      : [toProvide(path, "invalid_argument", "has the wrong form")];
  });
}

function toProvide(path: string, code: string, why: string): ProvideField {
  return {
    kind: "provide_field",
    path,
    what: `Give ${path}`,
    why: `${path} ${why}`,
    code,
    value: "<text>",
    next: undefined,
  };
}

/** A pattern that JavaScript cannot read refuses nothing: the API decides. */
function fits(value: unknown, pattern: unknown): boolean {
  if (typeof value !== "string" || typeof pattern !== "string") return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    return true;
  }
}
