/**
 * `npm run contract -- path`: reads the vendor's OpenAPI document, prints what changed since the version
 * in spec/contract/, and writes that folder anew. Nothing is written unless the document reads as a whole.
 */

import { join } from "node:path";
import { loadSource } from "../generate/load.js";
import { buildContract, rowKey } from "./build.js";
import { effectOf } from "./changes.js";
import { compareContracts, wire } from "./compare.js";
import type { Contract } from "./contract.js";
import type { Difference } from "./difference.js";
import { readTables, writeTables } from "./files.js";
import { contractOfSpec } from "./from-spec.js";
import { locate, placesOf } from "./locate.js";
import { DocumentError, type OpenApi, openDocument } from "./open-document.js";
import { reviewProse } from "./prose.js";
import { type Choose, operationsOf, readDocument, tagsOf } from "./read-document.js";
import type { Tables } from "./tables.js";

/** @throws {DocumentError} @returns the report, line by line. */
export async function updateContract(spec: string, path: string): Promise<readonly string[]> {
  const folder = join(spec, "contract");
  const before = await readTables(folder);
  const own = contractOfSpec(await loadSource(spec));
  const api = await openDocument(path);
  if (api.version < before.version) {
    throw new DocumentError(`its version is ${api.version}, older than ${before.version}`);
  }
  const document = readDocument(api, chooseFor(api, before, own));
  const { prose, notes } = reviewProse(before, document);
  const { version, operations, fields } = document;
  const after: Tables = { version, operations, fields, prose };
  const report = describeChanges(before, after, own);
  await writeTables(folder, after);
  return [
    `${before.version} to ${after.version}`,
    ...report,
    ...group("look at spec/contract/prose.tsv", notes),
    `${operations.length} operations and ${fields.length} fields written to spec/contract/`,
  ];
}

/**
 * What spec/ models is kept with all its facts, what it names is kept by name, and so is what is new among
 * operations of the same tags, so that nobody overlooks it.
 */
function chooseFor(api: OpenApi, before: Tables, own: Contract): Choose {
  const modelled = new Set([...own.operations.keys()].map(wire));
  const named = new Set([...own.others].map(wire));
  const held = new Set(before.operations.map(({ operation }) => wire(operation)));
  const isKnown = (key: string) => modelled.has(key) || named.has(key) || held.has(key);
  const all = operationsOf(api).map(([name, raw]) => ({ key: wire(name), tags: tagsOf(raw) }));
  const tags = new Set(all.filter(({ key }) => isKnown(key)).flatMap((one) => one.tags));
  return (name, ownTags) => {
    const key = wire(name);
    if (modelled.has(key)) return "facts";
    if (named.has(key)) return "name";
    return held.has(key) || ownTags.some((tag) => tags.has(tag)) ? "facts" : "nothing";
  };
}

function describeChanges(before: Tables, after: Tables, own: Contract): readonly string[] {
  const contract = buildContract(after);
  const { differences } = compareContracts(buildContract(before), contract);
  const lines = (effect: string) =>
    differences
      .filter((difference) => effectOf(difference) === effect)
      .map((difference) => `${describe(difference)}; see ${locate(own, difference.at)}`);
  return [
    ...group("breaking", lines("breaking")),
    ...group("additive", lines("additive")),
    ...group("only words", changedTexts(before, after, contract, own)),
  ];
}

function describe({ kind, at, expected, found }: Difference): string {
  return `${at}: ${kind}: ${expected} before, ${found} now`;
}

/** Fields and operations whose description changed, together by schema. */
function changedTexts(
  before: Tables,
  after: Tables,
  contract: Contract,
  own: Contract,
): readonly string[] {
  const places = placesOf(contract);
  const hashes = new Map([
    ...before.operations.map((row) => [row.operation, row.textHash] as const),
    ...before.fields.map((row) => [rowKey(row), row.textHash] as const),
  ]);
  const isChanged = (key: string, hash: string) => ![undefined, "", hash].includes(hashes.get(key));
  const bySchema = new Map<string, string[]>();
  for (const row of after.fields.filter((one) => isChanged(rowKey(one), one.textHash))) {
    bySchema.set(row.schema, [...(bySchema.get(row.schema) ?? []), row.field]);
  }
  return [
    ...after.operations
      .filter(({ operation, textHash }) => isChanged(operation, textHash))
      .map(({ operation }) => `${operation}; see ${locate(own, operation)}`),
    ...[...bySchema].map(
      ([schema, names]) =>
        `${schema}: ${names.join(", ")}; see ${locate(own, places.get(schema) ?? schema)}`,
    ),
  ];
}

const group = (title: string, lines: readonly string[]): readonly string[] => [
  `${title}: ${lines.length === 0 ? "nothing" : lines.length}`,
  ...lines.map((line) => `  ${line}`),
];
