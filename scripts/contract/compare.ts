/** Finds what two contracts say differently, one difference for each fact. */

import { compareShapes, type Pair, type Place, report, typeName } from "./compare-shapes.js";
import type { Contract, ContractOperation } from "./contract.js";
import { createFindings, type Findings, type Kind } from "./difference.js";

export interface CompareOptions {
  /** Error codes that the second contract does not list with each operation. */
  readonly commonErrors?: readonly string[];
}

export function compareContracts(
  first: Contract,
  second: Contract,
  { commonErrors = [] }: CompareOptions = {},
): Pick<Findings, "differences" | "counts"> {
  const findings = createFindings();
  const pair: Pair = { first, second, findings, seen: new Set() };
  compareNames(pair);
  const matches = byWire(second);
  for (const [name, one] of first.operations) {
    const [matched, other] = matches.get(wire(name)) ?? [];
    if (matched === undefined || other === undefined) continue;
    compareFacts(pair, matched, one, other);
    compareErrors(pair, matched, one, other, commonErrors);
    compareParts(pair, matched, one, other);
  }
  return findings;
}

/** Placeholders have no name on the wire. */
export const wire = (operation: string): string => operation.replace(/\{\w+\}/g, "{}");

/** Which operations there are. */
function compareNames({ first, second, findings }: Pair): void {
  const differ = (at: string, expected: string, found: string, file = "spec/openapi.yaml") =>
    findings.add({ kind: "operation", at, member: at, expected, found, file });
  const known = namesOf(first);
  const present = namesOf(second);
  findings.count("operations", known.size);
  for (const [key, [name, how]] of known) if (!present.has(key)) differ(name, how, "absent");
  for (const [key, [name, how]] of present) {
    if (!known.has(key)) differ(name, "absent", how, second.operations.get(name)?.file);
  }
}

type Named = readonly [name: string, how: "described" | "named"];

const namesOf = ({ operations, others }: Contract): ReadonlyMap<string, Named> =>
  new Map<string, Named>([
    ...[...others].map((name) => [wire(name), [name, "named"]] as const),
    ...[...operations.keys()].map((name) => [wire(name), [name, "described"]] as const),
  ]);

const byWire = ({ operations }: Contract) =>
  new Map([...operations].map((entry) => [wire(entry[0]), entry]));

function compareFacts(
  pair: Pair,
  name: string,
  one: ContractOperation,
  other: ContractOperation,
): void {
  const differ = (kind: Kind, expected: string, found: string) => {
    if (expected !== found) report(pair, kind, operationPlace(name, other), expected, found);
  };
  pair.findings.count("statuses");
  differ("status", String(one.status), String(other.status));
  differ("oauth", String(one.oauth), String(other.oauth));
  differ("body", bodyWord(one), bodyWord(other));
}

function compareErrors(
  pair: Pair,
  name: string,
  one: ContractOperation,
  other: ContractOperation,
  common: readonly string[],
): void {
  const wanted = new Set([...one.errors.values()].flat());
  const has = new Set([...other.errors.values()].flat());
  const place = operationPlace(name, other);
  pair.findings.count("error codes", wanted.size);
  for (const code of wanted) {
    if (has.has(code) || common.includes(code)) continue;
    report(pair, "error code", place, code, "absent");
  }
  for (const code of has) if (!wanted.has(code)) report(pair, "error code", place, "absent", code);
}

function compareParts(
  pair: Pair,
  name: string,
  one: ContractOperation,
  other: ContractOperation,
): void {
  const part = (label: string, direction: Place["direction"]): Place => {
    const at = `${name} ${label}`;
    return { direction, at, path: "", member: at, file: other.file ?? "" };
  };
  compareShapes(pair, one.query, other.query, part("query", "request"));
  compareShapes(pair, one.headers, other.headers, part("header", "request"));
  if (one.body && other.body) {
    compareShapes(pair, one.body.shape, other.body.shape, part("request", "request"));
  }
  if (one.answer && other.answer) {
    compareShapes(pair, one.answer, other.answer, part("answer", "answer"));
  } else if (one.answer !== other.answer) {
    report(pair, "type", part("answer", "answer"), typeName(one.answer), typeName(other.answer));
  }
}

const operationPlace = (name: string, { file = "" }: ContractOperation): Place => ({
  ...{ direction: "request", at: name, path: "", member: name, file },
});

const bodyWord = ({ body }: ContractOperation): string =>
  body === undefined ? "none" : body.required ? "required" : "optional";
