/** Writes doc comments for what a type cannot express. */

import type { Docs, Node } from "./model.js";
import type { StringLimits } from "./source.js";

export function describe(docs: Docs, node: Node): string {
  const description = docs.description.trim().replace(/\s+/g, " ").replaceAll("*/", "*\\/");
  const known = description.toLowerCase();
  const notes = limitsOf(node).filter((note) => !known.includes(note.toLowerCase()));
  return [
    /[.!?]$/.test(description) ? description : `${description}.`,
    ...notes.map((note) => `${note}.`),
    ...(docs.pii ? ["Personal data."] : []),
    ...(docs.observed ? ["Seen in real responses only."] : []),
  ].join(" ");
}

/** What a value has to keep to, in words. */
export function limitsOf(node: Node): readonly string[] {
  switch (node.kind) {
    case "string":
      return [...formatOf(node.format), ...lengthOf(node.limits), ...patternOf(node.limits)];
    case "number":
    case "integer":
      return range(node.limits.minimum, node.limits.maximum, "");
    case "array":
      return countOf(node.limits.minItems, node.limits.maxItems, " items");
    case "map":
      return [
        ...range(undefined, node.limits.maxProperties, " entries"),
        ...range(undefined, node.limits.maxKeyLength, " characters in a name"),
      ];
    default:
      return [];
  }
}

function formatOf(format: "date" | "date-time" | undefined): readonly string[] {
  if (format === undefined) return [];
  return [format === "date" ? "YYYY-MM-DD" : "ISO 8601"];
}

function lengthOf({ minLength, maxLength }: StringLimits): readonly string[] {
  return countOf(minLength, maxLength, " characters");
}

function countOf(least: number | undefined, most: number | undefined, what: string): string[] {
  return least === 1 && most === undefined ? ["Not empty"] : range(least, most, what);
}

function patternOf({ pattern }: StringLimits): readonly string[] {
  return pattern === undefined ? [] : [`Matches \`${pattern.replaceAll("*/", "*\\/")}\``];
}

function range(least: number | undefined, most: number | undefined, what: string): string[] {
  if (least === undefined && most === undefined) return [];
  if (least === undefined) return [`At most ${most}${what}`];
  if (most === undefined) return [`At least ${least}${what}`];
  return [`${least} to ${most}${what}`];
}
