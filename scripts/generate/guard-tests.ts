/** Writes the expressions that test whether a value has to be refused. */

import { memberKey } from "./layout.js";
import type { EnumNode, Member, Node } from "./model.js";
import type { NumberLimits, StringLimits } from "./source.js";

/** A value under test: its type, and a label for functions made for it. */
export interface Tested {
  readonly type: string;
  readonly label: string;
}

/**
 * Refuses if any of the tests is true; if there is a `given`, the value is only tested when it is true.
 */
export interface Refusal {
  readonly given?: string;
  readonly any: readonly string[];
}

/** What the expressions of one file need around them. */
export interface Surroundings {
  /** Requests a helper from `values.guards.ts`. */
  help(name: string): string;
  /** Hoists a regular expression, because a literal creates a new object each time. */
  pattern(source: string): string;
  /** Creates a function for a value that can only be tested with statements. */
  lift(node: Node, tested: Tested): string;
}

/** How to refuse a value that code reads as `read`. */
export function valueRefusal(
  node: Node,
  read: string,
  tested: Tested,
  around: Surroundings,
): Refusal {
  switch (node.kind) {
    case "unknown":
      return { any: [] };
    case "ref":
      return { any: [`!is${node.name}(${read})`] };
    case "string":
      return { any: [`typeof ${read} !== "string"`, ...textTests(node.limits, read, around)] };
    case "number":
    case "integer":
      return { any: numberTests(node, read) };
    case "decimal":
      return { any: [decimalTest(node.checked, read, around)] };
    case "boolean":
      return { any: [`typeof ${read} !== "boolean"`] };
    case "enum":
      return { any: [enumTest(node, read, tested, around)] };
    default:
      return { any: [`!${around.lift(node, tested)}(${read})`] };
  }
}

/** How to refuse the object `o` for one of its members. */
export function memberRefusal(member: Member, parent: Tested, around: Surroundings): Refusal {
  const { name, node, optional, nullable } = member;
  const read = memberKey(name) === name ? `o.${name}` : `o[${memberKey(name)}]`;
  const tested = {
    type: `NonNullable<${parent.type}[${JSON.stringify(name)}]>`,
    label: `${parent.label}${pascalCase(name)}`,
  };
  const { any } = valueRefusal(node, read, tested, around);
  if (optional) return { given: `${read} ${nullable ? "!= null" : "!== undefined"}`, any };
  // A required member must be there even if any value will do.
  return { any: any.length > 0 ? any : [`!(${JSON.stringify(name)} in o)`] };
}

function enumTest(node: EnumNode, read: string, tested: Tested, around: Surroundings): string {
  if (node.open) return `typeof ${read} !== "string"`;
  if (node.values.length > 3) return `!${around.lift(node, tested)}(${read})`;
  return node.values.map((value) => `${read} !== ${JSON.stringify(value)}`).join(" && ");
}

/** Lengths count code points, as zod and JSON Schema do. */
function textTests(limits: StringLimits, read: string, around: Surroundings): readonly string[] {
  const { minLength = 0, maxLength, pattern, format } = limits;
  const tests: string[] = [];
  if (minLength === 1) tests.push(`${read} === ""`);
  if (minLength > 1) tests.push(`${around.help("isShorter")}(${read}, ${minLength})`);
  if (maxLength !== undefined) tests.push(`${around.help("isLonger")}(${read}, ${maxLength})`);
  if (pattern !== undefined) tests.push(`!${around.pattern(pattern)}.test(${read})`);
  if (format === "date") tests.push(`!${around.help("isDate")}(${read})`);
  if (format === "date-time") tests.push(`!${around.help("isDateTime")}(${read})`);
  return tests;
}

function numberTests(
  { kind, limits }: { readonly kind: "number" | "integer"; readonly limits: NumberLimits },
  read: string,
): readonly string[] {
  const { minimum, maximum } = limits;
  return [
    `typeof ${read} !== "number"`,
    `!Number.${kind === "integer" ? "isSafeInteger" : "isFinite"}(${read})`,
    ...(minimum === undefined ? [] : [`${read} < ${minimum}`]),
    ...(maximum === undefined ? [] : [`${read} > ${maximum}`]),
  ];
}

function decimalTest(checked: boolean, read: string, around: Surroundings): string {
  if (checked) return `!${around.help("isExactDecimal")}(${read})`;
  return `typeof ${read} !== "string" && !Number.isFinite(${read})`;
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
