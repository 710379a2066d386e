/** What a new version of the vendor's document changes, and what that means for callers of today. */

import type { Difference } from "./difference.js";

export type Effect = "breaking" | "additive";

/** @param change from the contract before (`expected`) to the one after (`found`). */
export function effectOf({ kind, at, expected, found }: Difference): Effect {
  const isAnswer = / answer(?: |$)/.test(at);
  switch (kind) {
    case "operation":
    case "missing":
      return found === "absent" ? "breaking" : "additive";
    case "surplus":
      return !isAnswer && found.endsWith("required") ? "breaking" : "additive";
    case "status":
    case "type":
      return "breaking";
    case "oauth":
      return found === "true" ? "additive" : "breaking";
    case "body":
      return found === "optional" && expected !== "optional" ? "additive" : "breaking";
    case "error code":
      return "additive";
    case "value":
      return effectOfValue(expected, found, isAnswer);
    case "required":
      return (found === "required") === isAnswer ? "additive" : "breaking";
    case "limit":
      return effectOfLimit(expected, found);
    case "readOnly":
      return found === "here" ? "additive" : "breaking";
  }
}

/** A caller may send what was listed before, and knows what to do with what was listed before. */
function effectOfValue(expected: string, found: string, isAnswer: boolean): Effect {
  const isNarrower = found === "absent" || expected === "any string";
  return isNarrower && !isAnswer ? "breaking" : "additive";
}

/** `maxLength 50` to `no maxLength` */
function effectOfLimit(expected: string, found: string): Effect {
  if (found.startsWith("no ")) return "additive";
  const [name = "", value = ""] = found.split(" ");
  const before = Number(expected.split(" ")[1]);
  const isLooser = name.startsWith("max") ? Number(value) > before : Number(value) < before;
  return isLooser ? "additive" : "breaking";
}
