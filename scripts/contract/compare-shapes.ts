/** Compares the shapes of two contracts, field by field. */

import type { Contract, Limits, Member, Shape } from "./contract.js";
import type { Findings, Kind } from "./difference.js";

/** Two contracts under comparison. */
export interface Pair {
  readonly first: Contract;
  readonly second: Contract;
  readonly findings: Findings;
  /** Pairs of named schemas that were compared. */
  readonly seen: Set<string>;
}

/** Where the comparison is, on both sides. */
export interface Place {
  readonly direction: "request" | "answer";
  /** The operation and its part. */
  readonly at: string;
  /** The path of the field from there. */
  readonly path: string;
  /** The same place from the nearest schema with a name, in the second contract. */
  readonly member: string;
  readonly file: string;
}

type Members = ReadonlyMap<string, Member>;

export function compareShapes(pair: Pair, oneRaw: Shape, otherRaw: Shape, from: Place): void {
  const one = resolve(pair.first, oneRaw);
  const other = resolve(pair.second, otherRaw);
  const place = enter(otherRaw, other, from);
  if (oneRaw.ref !== undefined && otherRaw.ref !== undefined) {
    const names = `${oneRaw.ref} ${otherRaw.ref} ${place.direction}`;
    if (pair.seen.has(names)) return;
    pair.seen.add(names);
  }
  if (one.type !== other.type) {
    report(pair, "type", place, typeName(one), typeName(other));
    return;
  }
  if (place.direction === "request") compareLimits(pair, one.limits, other.limits, place);
  compareValues(pair, one, other, place);
  if (one.members && other.members) compareMembers(pair, one.members, other.members, place);
  if (one.of && other.of) compareShapes(pair, one.of, other.of, inside(place, one.type));
}

export function report(
  { findings }: Pair,
  kind: Kind,
  { at, path, member, file }: Place,
  expected: string,
  found: string,
): void {
  findings.add({ kind, at: path === "" ? at : `${at} ${path}`, member, expected, found, file });
}

/** A type in words: `array of Account`. */
export function typeName(shape: Shape | undefined): string {
  if (shape === undefined) return "nothing";
  if (shape.of !== undefined) return `${shape.type} of ${typeName(shape.of)}`;
  return shape.ref ?? shape.type;
}

function compareMembers(pair: Pair, one: Members, other: Members, place: Place): void {
  for (const [name, member] of one) {
    compareMember(pair, member, other.get(name), step(place, name));
  }
  for (const [name, member] of other) {
    if (one.has(name) || isHidden(member, place)) continue;
    if (place.direction === "answer" && member.sourced === true) continue;
    const type = `${typeName(member.shape)}${member.required ? ", required" : ""}`;
    report(pair, "surplus", step(place, name), "absent", type);
  }
}

function compareMember(pair: Pair, one: Member, other: Member | undefined, place: Place): void {
  if (isHidden(one, place)) {
    if (other && !isHidden(other, place)) report(pair, "readOnly", place, "not here", "here");
    return;
  }
  pair.findings.count(place.at.endsWith(" query") ? "query parameters" : "fields");
  if (other === undefined) {
    report(pair, "missing", place, typeName(one.shape), "absent");
  } else if (isHidden(other, place)) {
    report(pair, "readOnly", place, "here", "not here");
  } else {
    const words = [one, other].map(({ required }) => (required ? "required" : "optional"));
    const [expected = "", found = ""] = words;
    if (expected !== found) report(pair, "required", place, expected, found);
    compareShapes(pair, one.shape, other.shape, place);
  }
}

const isHidden = ({ access }: Member, { direction }: Place): boolean =>
  access === (direction === "request" ? "read" : "write");

function compareLimits(pair: Pair, one: Limits, other: Limits, place: Place): void {
  const say = (limits: Limits, name: string) =>
    name in limits ? `${name} ${limits[name]}` : `no ${name}`;
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (one[name] !== other[name]) report(pair, "limit", place, say(one, name), say(other, name));
  }
}

function compareValues(pair: Pair, one: Shape, other: Shape, place: Place): void {
  const { values: wanted = [] } = one;
  const { values: has = [] } = other;
  const say = (expected: string, found: string) => report(pair, "value", place, expected, found);
  pair.findings.count("enum values", wanted.length);
  if (one.values !== undefined && other.values === undefined) say(wanted.join(" "), "any string");
  else if (one.values === undefined && other.values !== undefined) say("any string", has.join(" "));
  else {
    for (const value of wanted) if (!has.includes(value)) say(value, "absent");
    for (const value of has) if (!wanted.includes(value)) say("absent", value);
  }
}

function resolve(contract: Contract, shape: Shape): Shape {
  if (shape.ref === undefined) return shape;
  const target = contract.schemas.get(shape.ref);
  if (target === undefined) throw new Error(`there is no schema ${shape.ref}`);
  return resolve(contract, target);
}

/** A named schema is where its facts are stated from there on. */
function enter(raw: Shape, resolved: Shape, place: Place): Place {
  if (raw.ref === undefined) return place;
  return { ...place, member: raw.ref, file: resolved.file ?? place.file };
}

const step = (place: Place, name: string): Place => ({
  ...place,
  path: place.path === "" ? name : `${place.path}.${name}`,
  member: `${place.member}.${name}`,
});

function inside(place: Place, type: Shape["type"]): Place {
  const mark = type === "array" ? "[]" : "{}";
  return { ...place, path: `${place.path}${mark}`, member: `${place.member}${mark}` };
}
