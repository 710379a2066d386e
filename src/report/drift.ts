/** Finds where an answer differs from the model, and reports each difference once. */

import { entryOf, isObject } from "../checks/values.js";
import type { Issue } from "../errors/facts.js";
import type { Shape } from "../schemas/shape.js";
import { explain, type SchemaNode, shown, unwrap } from "./issues.js";

/** One difference between an answer and the model. */
export interface DriftIssue extends Issue {
  /**
   * `mismatch`: a value has another type than the model says, or a required field is missing. `new_field`: the
   * model does not know the field. `new_value`: the model knows the enum, but not this value of it.
   */
  readonly kind: "mismatch" | "new_field" | "new_value";
  /** Of `new_value`: the value, if it reads like a name in code, such as `IN_REVIEW`. */
  readonly value?: string | undefined;
}

/** Where a value differs from its shape: what it has wrong, and what the model does not know yet. */
export async function findDrift(
  shape: Shape<unknown>,
  value: unknown,
): Promise<readonly DriftIssue[]> {
  const mismatches = (await explain(shape, value)).map(
    (issue): DriftIssue => ({ ...issue, kind: "mismatch" }),
  );
  const { valuesOf } = await import("../schemas/open-enum.js");
  const found: DriftIssue[] = [];
  const schema = (await shape.schema()) as unknown as SchemaNode;
  look({ found, valuesOf }, schema, value, []);
  return [...mismatches, ...found];
}

interface Search {
  readonly found: DriftIssue[];
  readonly valuesOf: (schema: unknown) => readonly string[] | undefined;
}

/** Deeper than any answer of the API; a hostile one must not overflow the stack. */
const maxDepth = 64;

function look(search: Search, schema: SchemaNode, value: unknown, path: Issue["path"]): void {
  const node = unwrap(schema);
  if (!node || path.length > maxDepth) return;
  const { element } = node._zod.def;
  if (typeof value === "string") lookAtValue(search, node, value, path);
  else if (Array.isArray(value)) {
    if (element)
      value.forEach((item, i) => {
        look(search, element, item, [...path, i]);
      });
  } else if (isObject(value)) lookAtMembers(search, node, value, path);
}

function lookAtMembers(
  search: Search,
  node: SchemaNode,
  value: Readonly<Record<string, unknown>>,
  path: Issue["path"],
): void {
  const { shape = {} } = node._zod.def;
  // A model without members says that anything goes.
  if (Object.keys(shape).length === 0) return;
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, shown(name)];
    const known = entryOf(shape, name);
    if (known) look(search, known, member, at);
    else search.found.push({ path: at, kind: "new_field", message: "is a new field" });
  }
}

function lookAtValue(
  { found, valuesOf }: Search,
  node: SchemaNode,
  value: string,
  path: Issue["path"],
): void {
  const known = valuesOf(node);
  if (!known || known.includes(value)) return;
  const readable = /^[\w.:-]{1,64}$/.test(value);
  found.push({ path, kind: "new_value", message: "is a new value", ...(readable && { value }) });
}

/** Lets each difference through once: one of a shape and a field, whatever the item of a list. */
export type OnceEach = (shape: string, issues: readonly DriftIssue[]) => readonly DriftIssue[];

export function createOnceEach(): OnceEach {
  const reported = new Set<string>();
  return (shape, issues) =>
    issues.filter(({ kind, path }) => {
      const field = path.map((part) => (typeof part === "number" ? "*" : part));
      const key = JSON.stringify([shape, kind, ...field]);
      if (reported.has(key) || reported.size >= maxReported) return false;
      reported.add(key);
      return true;
    });
}

/** Bounds the memory, should an API make up names. */
const maxReported = 1000;
