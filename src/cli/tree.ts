/** Values in plain objects, by paths such as `account_details.business_person_details[0].first_name`. */

export type Tree = Record<string, unknown>;

export function partsOf(path: string): readonly (string | number)[] {
  return path
    .split(/\.|\[(\d+)\]/)
    .filter((part) => part !== undefined && part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

export function put(tree: object, path: string, value: unknown): void {
  const parts = partsOf(path);
  let node = tree as Record<string | number, unknown>;
  for (const [index, part] of parts.entries()) {
    if (part === "__proto__") return;
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
      typeof node === "object" && node !== null
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
