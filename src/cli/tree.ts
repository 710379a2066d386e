/** Values in plain objects, by paths such as `account_details.business_person_details[0].first_name`. */

export type Tree = Record<string, unknown>;

export function partsOf(path: string): readonly (string | number)[] {
  return path
    .split(/\.|\[(\d+)\]/)
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** More than any object of the API has. */
const most = { depth: 30, items: 1000 };

/** Why a path cannot be that of a field; undefined if it can. */
export function problemWithPath(path: string): string | undefined {
  const parts = partsOf(path);
  if (parts.length === 0 || parts.length > most.depth) return "expected the path of a field";
  for (const part of parts) {
    if (typeof part === "string" && part in Object.prototype) return "expected the path of a field";
    if (typeof part === "number" && part >= most.items) {
      return `expected a place in the list below ${most.items}`;
    }
  }
  return undefined;
}

/** Why a value cannot be an object of the API; undefined if it can. It is not followed by recursion. */
export function problemWithTree(tree: unknown): string | undefined {
  const left = [{ value: tree, depth: 0 }];
  for (let at = left.pop(); at; at = left.pop()) {
    const { value, depth } = at;
    if (typeof value !== "object" || value === null) continue;
    if (depth > most.depth) return `is nested deeper than ${most.depth} levels`;
    const members = Object.entries(value);
    const inherited = members.find(([name]) => name in Object.prototype);
    if (inherited) return `has a member "${inherited[0]}", which is no field`;
    for (const [, member] of members) left.push({ value: member, depth: depth + 1 });
  }
  return undefined;
}

export function put(tree: object, path: string, value: unknown): void {
  const parts = partsOf(path);
  let node = tree as Record<string | number, unknown>;
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) node[part] = value;
    else {
      if (!Object.hasOwn(node, part)) node[part] = typeof parts[index + 1] === "number" ? [] : {};
      node = node[part] as Record<string | number, unknown>;
    }
  }
}

export function pick(tree: unknown, path: string): unknown {
  return partsOf(path).reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null && Object.hasOwn(node, part)
        ? (node as Record<string | number, unknown>)[part]
        : undefined,
    tree,
  );
}

/** Takes a member of an object out. */
export function drop(tree: object, path: string): void {
  const [, above = "", name = path] = /^(.*)\.(.+)$/.exec(path) ?? [];
  const holder = above === "" ? tree : pick(tree, above);
  if (typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, name);
}

/** One object with the members of several, those of objects within them too. */
export function merged(trees: readonly unknown[]): Tree {
  const whole: Tree = {};
  for (const [name, value] of trees.filter(isTree).flatMap(Object.entries)) {
    const before = whole[name];
    whole[name] = isTree(before) && isTree(value) ? merged([before, value]) : value;
  }
  return whole;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
