/** Finds what two contracts say differently, one difference for each fact. */

import type { Contract, ContractOperation, Limits, Member, Shape } from "./contract.js";

export type Kind =
  | "operation"
  | "status"
  | "oauth"
  | "body"
  | "error code"
  | "missing"
  | "surplus"
  | "type"
  | "value"
  | "required"
  | "limit"
  | "readOnly";

export interface Difference {
  readonly kind: Kind;
  /** `POST /api/v1/accounts/create request metadata`. */
  readonly at: string;
  /** The same fact where the second contract states it: `Account.metadata`. */
  readonly member: string;
  /** What the first contract says. */
  readonly expected: string;
  /** What the second one says. */
  readonly found: string;
  /** The file of the second contract that states it. */
  readonly file: string;
}

export type Topic =
  | "operations"
  | "statuses"
  | "fields"
  | "enum values"
  | "query parameters"
  | "error codes";

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How many facts of the first contract were looked for. */
  readonly counts: Readonly<Record<Topic, number>>;
}

type Direction = "request" | "answer";

/** Where the walk is, on both sides. */
interface Place {
  readonly direction: Direction;
  /** The operation and its part. */
  readonly at: string;
  /** From the operation. */
  readonly path: string;
  /** From the nearest schema with a name, in the second contract. */
  readonly member: string;
  readonly file: string;
}

/** Error codes that any operation may answer with, in the second contract. */
export interface CompareOptions {
  readonly commonErrors?: readonly string[];
}

export function compareContracts(
  first: Contract,
  second: Contract,
  { commonErrors = [] }: CompareOptions = {},
): Comparison {
  const found = new Map<string, Difference>();
  const seen = new Set<string>();
  const counts = {
    operations: 0,
    statuses: 0,
    fields: 0,
    "enum values": 0,
    "query parameters": 0,
    "error codes": 0,
  };

  const secondOf = new Map(
    [...second.operations].map(([name, one]) => [wire(name), { name, one }]),
  );
  const left = new Set(secondOf.keys());
  for (const [name, operation] of first.operations) {
    counts.operations += 1;
    const match = secondOf.get(wire(name));
    left.delete(wire(name));
    if (match !== undefined) compareOperation(match.name, operation, match.one);
    else if (!hasOther(second, name)) report("operation", name, "described", "absent");
  }
  for (const name of first.others) {
    counts.operations += 1;
    if (!hasOther(second, name) && !left.delete(wire(name))) {
      report("operation", name, "named", "absent");
    }
  }
  for (const key of left) {
    const { name, one } = secondOf.get(key) ?? {};
    if (name !== undefined) report("operation", name, "absent", "described", one?.file);
  }
  for (const name of second.others) {
    const known = [...first.others, ...first.operations.keys()].some(
      (one) => wire(one) === wire(name),
    );
    if (!known) report("operation", name, "absent", "named");
  }
  return { differences: [...found.values()], counts };

  function report(
    kind: Kind,
    at: string,
    expected: string,
    is: string,
    file = "spec/openapi.yaml",
  ) {
    add({ kind, at, member: at, expected, found: is, file });
  }

  function differ(kind: Kind, place: Place, expected: string, is: string) {
    const at = place.path === "" ? place.at : `${place.at} ${place.path}`;
    add({ kind, at, member: place.member, expected, found: is, file: place.file });
  }

  /** The same fact of the same schema is one difference, however many operations lead there. */
  function add(difference: Difference) {
    const { kind, member, expected, found: is } = difference;
    const key = [kind, member, expected, is].join("\n");
    if (!found.has(key)) found.set(key, difference);
  }

  function compareOperation(name: string, one: ContractOperation, other: ContractOperation) {
    const place = (part: string, direction: Direction): Place => {
      const at = `${name} ${part}`;
      return { direction, at, path: "", member: at, file: other.file ?? "" };
    };
    const say = (kind: Kind, expected: string, is: string) =>
      report(kind, name, expected, is, other.file);
    counts.statuses += 1;
    if (one.status !== other.status) say("status", String(one.status), String(other.status));
    if (one.oauth !== other.oauth) say("oauth", String(one.oauth), String(other.oauth));
    compareErrors(one, other, say);
    compare(one.query, other.query, place("query", "request"));
    compare(one.headers, other.headers, place("header", "request"));
    const bodies = [bodyKind(one), bodyKind(other)] as const;
    if (bodies[0] !== bodies[1]) say("body", ...bodies);
    if (one.body && other.body)
      compare(one.body.shape, other.body.shape, place("request", "request"));
    if (one.answer === undefined && other.answer === undefined) return;
    if (one.answer && other.answer) compare(one.answer, other.answer, place("answer", "answer"));
    else differ("type", place("answer", "answer"), typeName(one.answer), typeName(other.answer));
  }

  function compareErrors(
    one: ContractOperation,
    other: ContractOperation,
    say: (kind: Kind, expected: string, is: string) => void,
  ) {
    const wanted = new Set([...one.errors.values()].flat());
    const has = new Set([...other.errors.values()].flat());
    counts["error codes"] += wanted.size;
    for (const code of wanted) {
      if (!has.has(code) && !commonErrors.includes(code)) say("error code", code, "absent");
    }
    for (const code of has) if (!wanted.has(code)) say("error code", "absent", code);
  }

  function compare(oneRaw: Shape, otherRaw: Shape, from: Place): void {
    const one = resolve(first, oneRaw);
    const other = resolve(second, otherRaw);
    const place = enter(otherRaw, other, from);
    if (oneRaw.ref !== undefined && otherRaw.ref !== undefined) {
      const pair = `${oneRaw.ref} ${otherRaw.ref} ${place.direction}`;
      if (seen.has(pair)) return;
      seen.add(pair);
    }
    if (one.type !== other.type) {
      differ("type", place, typeName(one), typeName(other));
      return;
    }
    if (place.direction === "request") compareLimits(one.limits, other.limits, place);
    compareValues(one, other, place);
    if (one.members !== undefined && other.members !== undefined) {
      compareMembers(one.members, other.members, place);
    }
    if (one.of !== undefined && other.of !== undefined) {
      const mark = one.type === "array" ? "[]" : "{}";
      compare(one.of, other.of, {
        ...place,
        path: `${place.path}${mark}`,
        member: `${place.member}${mark}`,
      });
    }
  }

  function compareMembers(
    one: ReadonlyMap<string, Member>,
    other: ReadonlyMap<string, Member>,
    place: Place,
  ) {
    const isHidden = ({ access }: Member) =>
      access === (place.direction === "request" ? "read" : "write");
    for (const [name, member] of one) {
      const inner = step(place, name);
      const match = other.get(name);
      if (isHidden(member)) {
        if (match && !isHidden(match)) differ("readOnly", inner, "not here", "here");
        continue;
      }
      counts[place.at.endsWith(" query") ? "query parameters" : "fields"] += 1;
      if (match === undefined) differ("missing", inner, typeName(member.shape), "absent");
      else if (isHidden(match)) differ("readOnly", inner, "here", "not here");
      else compareMember(member, match, inner);
    }
    for (const [name, member] of other) {
      if (one.has(name) || isHidden(member)) continue;
      if (place.direction === "answer" && member.sourced === true) continue;
      const required = member.required ? ", required" : "";
      differ("surplus", step(place, name), "absent", `${typeName(member.shape)}${required}`);
    }
  }

  function compareMember(one: Member, other: Member, place: Place) {
    if (one.required !== other.required) {
      const name = (required: boolean) => (required ? "required" : "optional");
      differ("required", place, name(one.required), name(other.required));
    }
    compare(one.shape, other.shape, place);
  }

  function compareLimits(one: Limits, other: Limits, place: Place) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const say = (limits: Limits) => (name in limits ? `${name} ${limits[name]}` : `no ${name}`);
      if (one[name] !== other[name]) differ("limit", place, say(one), say(other));
    }
  }

  function compareValues(one: Shape, other: Shape, place: Place) {
    const wanted = one.values ?? [];
    const has = other.values ?? [];
    counts["enum values"] += wanted.length;
    if (wanted.length > 0 && other.values === undefined) {
      differ("value", place, wanted.join(" "), "any string");
      return;
    }
    if (has.length > 0 && one.values === undefined) {
      differ("value", place, "any string", has.join(" "));
      return;
    }
    for (const value of wanted) if (!has.includes(value)) differ("value", place, value, "absent");
    for (const value of has) if (!wanted.includes(value)) differ("value", place, "absent", value);
  }
}

/** Placeholders have no name on the wire. */
export const wire = (operation: string): string => operation.replace(/\{\w+\}/g, "{}");

const hasOther = ({ others }: Contract, name: string): boolean =>
  [...others].some((other) => wire(other) === wire(name));

const bodyKind = ({ body }: ContractOperation): string =>
  body === undefined ? "none" : `${body.required ? "required" : "optional"}`;

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

function typeName(shape: Shape | undefined): string {
  if (shape === undefined) return "nothing";
  if (shape.of !== undefined) return `${shape.type} of ${typeName(shape.of)}`;
  return shape.ref ?? shape.type;
}
