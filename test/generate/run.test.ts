import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, generate } from "../../scripts/generate/run.js";
import { makeProject } from "./fixture.js";

const endpoints = "src/generated/endpoints.ts";

describe("generate()", () => {
  it("writes every file once, and the same ones again", async () => {
    const root = await makeProject();
    expect(await generate(root)).toBe("14 files: 14 written, 0 removed");
    expect(await generate(root)).toBe("14 files: 0 written, 0 removed");
  });

  it("removes files that no longer have a source", async () => {
    const root = await makeProject();
    await generate(root);
    await writeFile(join(root, "src/generated/gone.ts"), "");
    expect(await generate(root)).toBe("14 files: 0 written, 1 removed");
  });
});

describe("check()", () => {
  it("finds nothing to report after a run", async () => {
    const root = await makeProject();
    await generate(root);
    expect(await check(root)).toEqual([]);
  });

  it("names files that are stale, missing or superfluous, and does not touch them", async () => {
    const root = await makeProject();
    await generate(root);
    await writeFile(join(root, endpoints), "// Changed by hand.\n");
    await writeFile(join(root, "src/generated/gone.ts"), "");
    await rm(join(root, "spec/openapi.generated.json"));
    expect(await check(root)).toEqual([
      'spec/openapi.generated.json is not what spec/ says; run "npm run generate"',
      `${endpoints} is not what spec/ says; run "npm run generate"`,
      'src/generated/gone.ts stands for nothing in spec/; run "npm run generate"',
    ]);
    expect(await readFile(join(root, endpoints), "utf8")).toBe("// Changed by hand.\n");
  });

  it("reports what the linter finds", async () => {
    const root = await makeProject(["openapi.yaml", "https://orders.test", "https://orders.test/"]);
    await generate(root);
    expect(await check(root)).toEqual([
      "spec/openapi.yaml#/servers/0/url: Server `url` should not have a trailing slash. (no-server-trailing-slash)",
      "spec/openapi.generated.json#/servers/0/url: Server `url` should not have a trailing slash. (no-server-trailing-slash)",
    ]);
  });
});
