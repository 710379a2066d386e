/** Reads `x-not-modelled`: the endpoints that the description names, and does not describe. */

import { readFields } from "./fields.js";
import { Problem } from "./problem.js";
import type { Source } from "./source.js";

export interface NotModelled {
  readonly where: string;
  /** The subject it belongs to, if that is one of ours. */
  readonly tag?: string;
  /** Method and path. */
  readonly endpoints: readonly string[];
  readonly reason: string;
}

/** @throws {Problem} when an endpoint is modelled all the same. */
export function readNotModelled({ files, operations }: Source): readonly NotModelled[] {
  const document = readFields(files.get("openapi.yaml"), "openapi.yaml");
  const written = document.any("x-not-modelled") ?? [];
  if (!Array.isArray(written)) throw new Problem("openapi.yaml", "x-not-modelled is not a list");
  const modelled = new Set(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
  return written.map((raw: unknown, index) => {
    const where = `openapi.yaml: x-not-modelled[${index}]`;
    const fields = readFields(raw, where);
    const tag = fields.text("tag");
    const group = {
      ...(tag === undefined ? {} : { tag }),
      endpoints: fields.texts("endpoints") ?? [],
      reason: fields.requireText("reason"),
    };
    fields.end();
    const both = group.endpoints.find((endpoint) => modelled.has(endpoint));
    if (both !== undefined) throw new Problem(where, `${both} is modelled`);
    return { ...group, where };
  });
}
