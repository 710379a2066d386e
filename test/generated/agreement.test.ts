/**
 * Each predicate agrees with its zod schema. `AGREEMENT_RUNS=10000` tries more values. A failure is printed
 * with its seed.
 */

import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ZodType } from "zod";
import { expand } from "../../scripts/generate/expand.js";
import { loadSource } from "../../scripts/generate/load.js";
import { fitting } from "./arbitraries.js";
import { change, changes } from "./changes.js";

/** Values for each shape. */
const numRuns = Number(process.env["AGREEMENT_RUNS"] ?? 20);

const spec = fileURLToPath(new URL("../../spec", import.meta.url));
const model = expand(await loadSource(spec));
const schemas = new Map(model.schemas.map((schema) => [schema.name, schema]));

const shapes = await Promise.all(
  model.schemas.map(async ({ name, subject, node }) => {
    const subjects = await import(`../../src/generated/${subject}.ts`);
    const guards = await import(`../../src/generated/${subject}.guards.ts`);
    const schema = subjects[name] as ZodType;
    const is = guards[`is${name}`] as (value: unknown) => boolean;
    return { name, node, is, accepts: (value: unknown) => schema.safeParse(value).success };
  }),
);

describe.each(shapes)("is$name()", ({ node, is, accepts }) => {
  it("agrees with zod on values that fit and on values that differ from them", () => {
    const values = fitting(node, { schemas, complete: false });
    fc.assert(
      fc.property(values, fc.nat(), (value, choice) => {
        if (!is(value) || !accepts(value)) expect(value).toBe("accepted by both");
        const changed = change(value, choice);
        if (is(changed) !== accepts(changed)) expect(changed).toBe("judged alike");
      }),
      { numRuns },
    );
  });

  it("agrees with zod on every change in a single place", () => {
    const [value] = fc.sample(fitting(node, { schemas, complete: true }), 1);
    for (const changed of changes(value)) {
      if (is(changed) !== accepts(changed)) expect(changed).toBe("judged alike");
    }
  });
});

describe("every predicate", () => {
  it("agrees with zod on anything", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const split = shapes.filter(({ is, accepts }) => is(value) !== accepts(value));
        expect(split.map(({ name }) => name)).toEqual([]);
      }),
      { numRuns: 3 * numRuns },
    );
  });
});
