/** Reads values by paths such as `account_details.business_person_details[0].roles`. */

export interface Found {
  /** The path, with the positions of list items filled in. */
  readonly path: string;
  readonly value: unknown;
}

/** Every value that a path leads to; `[]` in it stands for every item of a list. */
export function findAll(root: unknown, path: string): readonly Found[] {
  let found: readonly Found[] = [{ path: "", value: root }];
  for (const step of path.split(".")) {
    const name = step.replace("[]", "");
    found = found.map((from) => ({
      path: from.path === "" ? name : `${from.path}.${name}`,
      value: member(from.value, name),
    }));
    if (step.endsWith("[]")) found = found.flatMap(items);
  }
  return found;
}

function items({ path, value }: Found): readonly Found[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item }));
}

/** The objects of a list, or a lone object in its place; responses are not always as documented. */
export function objectsOf<T extends object>(list: readonly T[] | null | undefined): readonly T[] {
  const items: readonly unknown[] = [list].flat();
  return items.filter((item): item is T => typeof item === "object" && item !== null);
}

/** A member of an object; undefined for anything that is not one. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/**
 * Whether a value says nothing: absent, null, a blank string, or a list or object with nothing else in
 * it.
 */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return typeof value === "object" && Object.values(value).every(isEmpty);
}
