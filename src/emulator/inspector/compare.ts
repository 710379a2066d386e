/** Finds what differs between two values, member by member. */

import type { Change } from "./inspector-table.js";

export function compare(before: unknown, after: unknown): readonly Change[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = new Set([...old.keys(), ...now.keys()]);
  return [...paths]
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }))
    .filter((change) => change.before !== change.after);
}

/** Everything that is neither an object nor a list with members, as JSON, by its path. */
function leavesOf(value: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const visit = (one: unknown, path: string): void => {
    const members = typeof one === "object" && one !== null ? Object.entries(one) : [];
    if (members.length === 0 || one instanceof Date) {
      const text = JSON.stringify(one);
      if (text !== undefined) leaves.set(path, text);
      return;
    }
    for (const [name, child] of members) {
      visit(
        child,
        Array.isArray(one) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`,
      );
    }
  };
  visit(value, "");
  return leaves;
}
