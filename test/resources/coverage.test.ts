/** Every publicly known endpoint for connected accounts has a method, and docs/api.md says which. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

const documented = read("./documented-endpoints.txt")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** The names of path parameters are ours alone, so they do not count. */
const anonymous = (endpoint: string): string => endpoint.replace(/\{\w+\}/g, "{}");

/** The methods in docs/api.md by their endpoints. */
const rows = [...read("../../docs/api.md").matchAll(/^\| \[`([A-Z]+ \S+)`\]\(\S+\) \| (.*?) \|/gm)];
const methods = new Map(
  rows.map(([, endpoint = "", method = ""]) => [anonymous(endpoint), method]),
);

describe("docs/api.md", () => {
  it.each(documented)("lists %s with the method that calls it", (endpoint) => {
    expect(methods.get(anonymous(endpoint))).toMatch(/^`client(\.\w+){2,3}`$/);
  });

  it("omits nothing but authentication", () => {
    const text = read("../../docs/api.md");
    const others = [...text.matchAll(/^- `([A-Z]+ \S+)`: /gm)].map(([, endpoint]) => endpoint);
    expect(others).toEqual([
      "GET /api/v1/developer/key",
      "POST /partner-api/v1/authentication/login",
    ]);
  });
});
