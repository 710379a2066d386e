/** Reads spec/deviations.yaml: what spec/ says differently from the contract, on purpose. */

import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { readFields } from "../generate/fields.js";
import type { Difference } from "./difference.js";

/** Explains every difference that its patterns match; `*` stands for any text. */
export interface Deviation {
  readonly kind: string;
  /** The operation, its part and the field: `POST /api/v1/accounts/{id}/update request metadata`. */
  readonly at: readonly string[];
  /** The schema and its member in spec/: `Account.metadata`. */
  readonly member: readonly string[];
  readonly expected: readonly string[];
  readonly found: readonly string[];
  readonly reason: string;
  readonly source: string;
}

export async function readDeviations(path: string): Promise<readonly Deviation[]> {
  const written: unknown = parse(await readFile(path, "utf8")) ?? [];
  if (!Array.isArray(written)) throw new Error(`${path} is not a list`);
  return written.map((raw: unknown, index) => {
    const fields = readFields(raw, `${path}[${index}]`);
    const patterns = (key: string) => [fields.any(key) ?? "*"].flat().map(String);
    const deviation = {
      kind: fields.requireText("kind"),
      at: patterns("at"),
      member: patterns("member"),
      expected: patterns("expected"),
      found: patterns("found"),
      reason: fields.requireText("reason"),
      source: fields.requireText("source"),
    };
    fields.end();
    return deviation;
  });
}

/** @returns the differences that nothing explains, and the deviations that explain nothing. */
export function explain(
  differences: readonly Difference[],
  deviations: readonly Deviation[],
): { readonly unexplained: readonly Difference[]; readonly unused: readonly Deviation[] } {
  const unused = new Set(deviations);
  const unexplained = differences.filter((difference) => {
    const matching = deviations.filter((deviation) => isExplained(difference, deviation));
    for (const deviation of matching) unused.delete(deviation);
    return matching.length === 0;
  });
  return { unexplained, unused: [...unused] };
}

function isExplained(difference: Difference, deviation: Deviation): boolean {
  if (difference.kind !== deviation.kind) return false;
  const keys = ["at", "member", "expected", "found"] as const;
  return keys.every((key) => deviation[key].some((pattern) => fits(difference[key], pattern)));
}

function fits(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.[\](){}?+^$|\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
