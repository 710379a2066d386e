/** Carries what is kept by hand over to a new version of the vendor's document. */

import { rowKey } from "./build.js";
import type { DocumentTables } from "./read-document.js";
import type { ProseRow, Tables } from "./tables.js";

export interface ProseReview {
  readonly prose: readonly ProseRow[];
  /** What a person has to look at, one line each. */
  readonly notes: readonly string[];
}

/** Rows of fields that are gone are dropped, and so are values that the document now lists itself. */
export function reviewProse(before: Tables, after: DocumentTables): ProseReview {
  const fields = new Map(after.fields.map((row) => [rowKey(row), row]));
  const hashes = new Map(before.fields.map((row) => [rowKey(row), row.textHash]));
  const notes: string[] = [];
  const prose = before.prose.flatMap((row): readonly ProseRow[] => {
    const key = rowKey(row);
    const field = fields.get(key);
    if (field === undefined) {
      notes.push(`${key}: it is gone; the row was dropped`);
      return [];
    }
    const isListed = field.values.length > 0 && row.values.length > 0;
    if (isListed)
      notes.push(`${key}: the document lists its values now; those of the row were dropped`);
    else if (field.textHash !== hashes.get(key))
      notes.push(...compareText(row, after.texts.get(key)));
    const kept = isListed ? { ...row, values: [] } : row;
    const isEmpty = !kept.required && kept.values.length + Object.keys(kept.limits).length === 0;
    return isEmpty ? [] : [kept];
  });
  return { prose, notes };
}

/** The vendor writes values in backquotes. */
function compareText({ schema, field, values, limits }: ProseRow, text = ""): readonly string[] {
  const key = rowKey({ schema, field });
  const words = new Set(text.match(/[\w:-]+/g));
  const quoted = new Set([...text.matchAll(/`([\w:-]+)`/g)].map(([, word = ""]) => word));
  const lost = values.filter((value) => !words.has(value));
  const others = values.length === 0 ? [] : [...quoted].filter((word) => !values.includes(word));
  const numbers = Object.values(limits).filter((limit) => !words.has(String(limit)));
  return [
    ...(lost.length > 0 ? [`${key}: its text does not name ${lost.join(", ")}`] : []),
    ...(others.length > 0 ? [`${key}: its text also names ${others.join(", ")}`] : []),
    ...(numbers.length > 0 ? [`${key}: its text does not say ${numbers.join(", ")}`] : []),
  ];
}
