/** Values that fit a schema of the account model, generated from the description rather than from zod. */

import fc from "fast-check";
import type { Node, ObjectNode, Schema } from "../../scripts/generate/model.js";

export interface Making {
  readonly schemas: ReadonlyMap<string, Schema>;
  /** Whether every optional member is present, and every list has an item. */
  readonly complete: boolean;
  /** The schemas around the value: a list of one of them is empty, or it would never end. */
  readonly within?: readonly string[];
}

export function fitting(node: Node, making: Making): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case "ref": {
      const schema = making.schemas.get(node.name);
      if (schema === undefined) throw new Error(`No schema is called ${node.name}`);
      return fitting(schema.node, { ...making, within: [...(making.within ?? []), node.name] });
    }
    case "object":
      return objects(node, making);
    case "map": {
      const { maxKeyLength = 30, maxProperties = 4 } = node.limits;
      const key = fc.string({ unit: codePoint, maxLength: maxKeyLength });
      const keys = { minKeys: making.complete ? 1 : 0, maxKeys: maxProperties };
      return fc.dictionary(key, fitting(node.values, making), keys);
    }
    case "array": {
      if (node.items.kind === "ref" && making.within?.includes(node.items.name)) {
        return fc.constant([]);
      }
      const { minItems = making.complete ? 1 : 0, maxItems = minItems + 2 } = node.limits;
      const lengths = { minLength: minItems, maxLength: Math.min(maxItems, minItems + 2) };
      return fc.array(fitting(node.items, making), lengths);
    }
    case "string":
      return texts(node.limits);
    case "number": {
      const { minimum = -1e9, maximum = 1e9 } = node.limits;
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    }
    case "integer": {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 - 1 } = node.limits;
      return fc.integer({ min: minimum, max: maximum });
    }
    case "decimal":
      if (!node.checked)
        return fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
      return fc.oneof(
        fc.stringMatching(/^\d+(\.\d+)?$/),
        fc.nat().map((cents) => cents / 100),
      );
    case "boolean":
      return fc.boolean();
    case "enum": {
      const known = fc.constantFrom(...node.values);
      return node.open ? fc.oneof(known, fc.string()) : known;
    }
    case "unknown":
      return fc.anything();
  }
}

function objects({ members, strict }: ObjectNode, making: Making): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(
    members.map(({ name, node, optional, nullable }) => {
      const value = fitting(node, making);
      if (!optional || making.complete) return [name, value];
      const absent = fc.constant(nullable ? null : undefined);
      return [name, fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: absent })];
    }),
  );
  const required = members.filter(({ optional }) => !optional).map(({ name }) => name);
  const known = making.complete ? fc.record(model) : fc.record(model, { requiredKeys: required });
  if (strict) return known;
  const others = fc.string().filter((key) => !members.some(({ name }) => name === key));
  const unknown = fc.dictionary(others, fc.anything(), { maxKeys: 1 });
  return fc.tuple(unknown, known).map(([more, value]) => ({ ...more, ...value }));
}

function texts(limits: Extract<Node, { kind: "string" }>["limits"]): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = minLength + 20, pattern, format } = limits;
  if (format === "date") return days;
  if (format === "date-time") {
    return fc.tuple(days, offsets).map(([day, offset]) => `${day}T08:30:00${offset}`);
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"));
  return fc.string({ unit: codePoint, minLength, maxLength });
}

/** Any code point. Made once: fast-check makes a table of all of Unicode for each, which took half of the time. */
const codePoint = fc.string({ unit: "binary", minLength: 1, maxLength: 1 });

const days = fc
  .date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const offsets = fc.constantFrom("Z", "+00:00", "+0000", "-05:30");
