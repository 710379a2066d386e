/** Writes the statements of a predicate, which tests its parameter `v`. */

import {
  memberRefusal,
  type Refusal,
  type Surroundings,
  type Tested,
  valueRefusal,
} from "./guard-tests.js";
import { fits, pad } from "./layout.js";
import type { Node, ObjectNode } from "./model.js";

export function guardBody(node: Node, tested: Tested, around: Surroundings): string {
  switch (node.kind) {
    case "object":
      return objectBody(node, tested, around);
    case "array":
      return arrayBody(node, tested, around);
    case "map":
      return mapBody(node, tested, around);
    case "enum":
      return node.open ? '  return typeof v === "string";\n' : enumBody(node.values);
    default:
      return `${refuseIf(valueRefusal(node, "v", tested, around), 1)}  return true;\n`;
  }
}

function objectBody({ strict, members }: ObjectNode, tested: Tested, around: Surroundings): string {
  const tests = members
    .map((member) => refuseIf(memberRefusal(member, tested, around), 1))
    .join("");
  return [
    '  if (typeof v !== "object" || v === null || Array.isArray(v)) return false;\n',
    tests === "" ? "" : `  const o: ${around.help("Members")}<${tested.type}> = v;\n`,
    tests,
    strict ? refuseUnknown(members.map((member) => member.name)) : "",
    "  return true;\n",
  ].join("");
}

/** Inherited members count, because zod looks at them too. */
function refuseUnknown(known: readonly string[]): string {
  if (known.length === 0) return "  for (const _ in v) return false;\n";
  const cases = known.map((name) => `      case ${JSON.stringify(name)}:\n`).join("");
  return [
    "  for (const key in v) {\n    switch (key) {\n",
    `${cases}        continue;\n      default:\n        return false;\n    }\n  }\n`,
  ].join("");
}

function arrayBody(
  { items, limits }: Extract<Node, { kind: "array" }>,
  { type, label }: Tested,
  around: Surroundings,
): string {
  const { minItems = 0, maxItems } = limits;
  const item = { type: `NonNullable<${type}[number]>`, label: `${label}Item` };
  const test = refuseIf(valueRefusal(items, "item", item, around), 2);
  const loop = `  for (let i = 0; i < v.length; i++) {\n    const item: unknown = v[i];\n${test}  }\n`;
  return [
    "  if (!Array.isArray(v)) return false;\n",
    minItems > 0 ? `  if (v.length < ${minItems}) return false;\n` : "",
    maxItems === undefined ? "" : `  if (v.length > ${maxItems}) return false;\n`,
    test === "" ? "" : loop,
    "  return true;\n",
  ].join("");
}

/** A member named `__proto__` is skipped, because zod neither reads nor copies it. */
function mapBody(
  { values, limits }: Extract<Node, { kind: "map" }>,
  { type, label }: Tested,
  around: Surroundings,
): string {
  const { maxProperties, maxKeyLength } = limits;
  const value = { type: `NonNullable<${type}[string]>`, label: `${label}Value` };
  const test = refuseIf(valueRefusal(values, "value", value, around), 2);
  const checks = [
    maxProperties === undefined ? "" : `    if (++count > ${maxProperties}) return false;\n`,
    maxKeyLength === undefined
      ? ""
      : `    if (${around.help("isLonger")}(key, ${maxKeyLength})) return false;\n`,
    test === "" ? "" : `    const value = v[key];\n${test}`,
  ].join("");
  const loop = '  for (const key of Object.keys(v)) {\n    if (key === "__proto__") continue;\n';
  return [
    `  if (!${around.help("isMap")}(v)) return false;\n`,
    maxProperties === undefined ? "" : "  let count = 0;\n",
    checks === "" ? "" : `${loop}${checks}  }\n`,
    "  return true;\n",
  ].join("");
}

function enumBody(values: readonly string[]): string {
  const cases = values.map((value) => `    case ${JSON.stringify(value)}:\n`).join("");
  return `  switch (v) {\n${cases}      return true;\n    default:\n      return false;\n  }\n`;
}

/** The statement for a refusal, or nothing if no value is refused. */
function refuseIf({ given, any }: Refusal, depth: number): string {
  if (any.length === 0) return "";
  const tests = given !== undefined && any.length > 1 ? `(${any.join(" || ")})` : any.join(" || ");
  const line = `if (${given === undefined ? "" : `${given} && `}${tests}) return false;`;
  if (fits(depth, line)) return `${pad(depth)}${line}\n`;
  const inner = `\n${pad(depth + 1)}`;
  const parts =
    given === undefined ? any.join(` ||${inner}`) : `${given} &&${inner}${lines(any, depth)}`;
  return `${pad(depth)}if (${inner}${parts}\n${pad(depth)}) {${inner}return false;\n${pad(depth)}}\n`;
}

function lines(any: readonly string[], depth: number): string {
  const line = any.length > 1 ? `(${any.join(" || ")})` : any.join("");
  return fits(depth + 1, line) ? line : `(${any.join(` ||\n${pad(depth + 2)}`)})`;
}
