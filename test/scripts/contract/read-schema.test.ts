import { describe, expect, it } from "vitest";
import { DocumentError, type OpenApi } from "../../../scripts/contract/open-document.js";
import { type ReadShape, readSchema } from "../../../scripts/contract/read-schema.js";

const text = { type: "string" };
const targets: Readonly<Record<string, unknown>> = {
  "#/components/schemas/Name": text,
  "#/components/schemas/Person": { type: "object", properties: { name: text }, required: ["name"] },
  "#/components/schemas/Loop": { allOf: [{ $ref: "#/components/schemas/Loop" }] },
  "#/paths/~1x/schema": { type: "integer" },
};
const api: OpenApi = {
  version: "2026-08-21",
  paths: {},
  resolve(reference) {
    if (reference in targets) return targets[reference];
    throw new DocumentError(`the reference ${reference} leads nowhere`);
  },
};
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe("readSchema()", () => {
  it.each<[what: string, raw: unknown, read: string]>([
    ["a date", { type: "string", format: "date" }, "string(date)"],
    ["a format that is not checked", { type: "string", format: "uuid" }, "string"],
    ["a type that may be null", { type: ["string", "null"] }, "string"],
    ["several types", { type: ["string", "number"] }, "any"],
    ["nothing", {}, "any"],
    ["a list of values without a type", { enum: ["A", "B", null] }, "string A B"],
    ["one value", { const: "A" }, "string A"],
    ["items without a type", { items: text }, "array<string>"],
    [
      "lists of lists",
      { type: "array", items: { type: "array", items: text } },
      "array<array<string>>",
    ],
    ["a map", { type: "object", additionalProperties: text }, "map<string>"],
    ["a map of anything", { type: "object", additionalProperties: true }, "map<any>"],
    ["a free-form object", { type: "object" }, "object"],
    [
      "an object that takes more",
      { properties: { a: text }, additionalProperties: true },
      "object { a: string }",
    ],
    [
      "a component with a description beside it",
      { ...ref("Name"), description: "Own." },
      "ref:Name",
    ],
    ["another reference", { $ref: "#/paths/~1x/schema" }, "integer"],
    ["allOf of one", { allOf: [ref("Person")], description: "Who." }, "ref:Person"],
    [
      "allOf of several",
      { allOf: [ref("Person"), { type: "object", properties: { age: { type: "integer" } } }] },
      "object { name!: string, age: integer }",
    ],
    [
      "allOf beside members",
      { allOf: [ref("Person")], properties: { age: { type: "integer" } } },
      "object { name!: string, age: integer }",
    ],
    [
      "allOf that requires what another part has",
      {
        allOf: [{ properties: { a: text } }, { properties: { b: text }, required: ["a"] }],
        required: ["b"],
      },
      "object { a!: string, b!: string }",
    ],
    [
      "members beside one of several lists of what is required",
      { properties: { a: text, b: text }, oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      "object { a: string, b: string }",
    ],
    ["one of one", { oneOf: [ref("Person")] }, "ref:Person"],
    ["one or null", { anyOf: [ref("Person"), { type: "null" }] }, "ref:Person"],
    [
      "one of several objects",
      {
        oneOf: [
          ref("Person"),
          { type: "object", required: ["name", "vat"], properties: { name: text, vat: text } },
        ],
      },
      "object { name!: string, vat: string }",
    ],
    [
      "one of several lists of values",
      { oneOf: [{ enum: ["A"] }, { enum: ["B", "A"] }] },
      "string A B",
    ],
    ["one of several types", { oneOf: [text, { type: "object" }] }, "any"],
    [
      "limits inside and outside",
      { type: "array", minItems: 1, items: { type: "string", minLength: 0, maxLength: 9 } },
      "array<string> minItems=1 maxLength=9",
    ],
    [
      "members that are only read",
      { type: "object", properties: { id: { type: "string", readOnly: true } } },
      "object { id: string readOnly }",
    ],
  ])("reads %s", (_, raw, read) => {
    expect(print(readSchema(raw, api))).toBe(read);
  });

  it("refuses a circle that it would have to expand", () => {
    expect(() => readSchema({ allOf: [ref("Loop"), {}] }, api)).toThrow("refers to itself");
  });
});

function print({ type, members, limits, values, readOnly }: ReadShape): string {
  const inside = [...members].map(
    ([name, member]) => `${name}${member.required ? "!" : ""}: ${print(member.shape)}`,
  );
  const parts = [
    type,
    ...values,
    ...Object.entries(limits).map(([name, value]) => `${name}=${value}`),
    ...(inside.length > 0 ? [`{ ${inside.join(", ")} }`] : []),
    ...(readOnly ? ["readOnly"] : []),
  ];
  return parts.join(" ");
}
