/** Finds where an answer differs from the model, and reports each difference once. */

import { isObject } from "../checks/values.js";
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
  // zod is asked only to explain: the predicate says the same in a hundredth of the time.
  const mismatches = (await shape.fits(value)) ? [] : await explain(shape, value);
  const found = mismatches.map((issue): DriftIssue => ({ ...issue, kind: "mismatch" }));
  const { place } = models.get(shape) ?? (await readModel(shape));
  if (place) look(place, value, [], found);
  return found;
}

/** What the model knows of a shape, read once. */
interface Model {
  readonly place: Place | undefined;
}

const models = new WeakMap<Shape<unknown>, Model>();

async function readModel(shape: Shape<unknown>): Promise<Model> {
  const { valuesOf } = await import("../schemas/open-enum.js");
  const schema = (await shape.schema()) as unknown as SchemaNode;
  const model = { place: placeOf(schema, valuesOf) };
  models.set(shape, model);
  return model;
}

/** What the model knows at a place of an answer. To ask zod at every value of it takes ten times as long. */
interface Place {
  /** The known values of an enum. */
  readonly values?: ReadonlySet<string> | undefined;
  /** The known members of an object; of a member that holds plain values, nothing more is known. */
  readonly members?: ReadonlyMap<string, Place | undefined> | undefined;
  /** What the items of a list are. */
  readonly item?: Place | undefined;
}

const places = new WeakMap<SchemaNode, Place>();

/** Undefined for a place where nothing can be new. */
function placeOf(
  schema: SchemaNode | undefined,
  valuesOf: (schema: unknown) => readonly string[] | undefined,
): Place | undefined {
  const node = unwrap(schema);
  if (!node) return undefined;
  const known = places.get(node);
  if (known) return known;
  const { shape = {}, element } = node._zod.def;
  const values = valuesOf(node);
  if (values) return remember(node, { values: new Set(values) });
  const item = placeOf(element, valuesOf);
  if (item) return remember(node, { item });
  // A model without members says that anything goes.
  if (Object.keys(shape).length === 0) return undefined;
  const members = new Map<string, Place | undefined>();
  // Remembered before its members are read: one of them may be of the same kind.
  const place = remember(node, { members });
  for (const [name, member] of Object.entries(shape)) members.set(name, placeOf(member, valuesOf));
  return place;
}

function remember(node: SchemaNode, place: Place): Place {
  places.set(node, place);
  return place;
}

/** Deeper than any answer of the API; a hostile one must not overflow the stack. */
const maxDepth = 64;

/** @param path where the value is; it is the same array all the way, and copied only into what is found */
function look(place: Place, value: unknown, path: (string | number)[], found: DriftIssue[]): void {
  if (path.length > maxDepth) return;
  const { values, members, item } = place;
  if (typeof value === "string") {
    if (values && !values.has(value)) found.push(newValue(value, path));
  } else if (Array.isArray(value)) {
    if (!item) return;
    for (let i = 0; i < value.length; i++) lookBelow(item, value[i], i, path, found);
  } else if (members && isObject(value)) {
    for (const name of Object.keys(value)) {
      const member = members.get(name);
      if (member) lookBelow(member, value[name], name, path, found);
      else if (!members.has(name)) {
        found.push({ path: [...path, shown(name)], kind: "new_field", message: "is a new field" });
      }
    }
  }
}

function lookBelow(
  place: Place,
  value: unknown,
  part: string | number,
  path: (string | number)[],
  found: DriftIssue[],
): void {
  path.push(part);
  look(place, value, path, found);
  path.pop();
}

function newValue(value: string, path: readonly (string | number)[]): DriftIssue {
  const readable = /^[\w.:-]{1,64}$/.test(value);
  return {
    path: [...path],
    kind: "new_value",
    message: "is a new value",
    ...(readable && { value }),
  };
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
