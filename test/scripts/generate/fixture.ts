/** The fixture description, changed as a test needs, and the code that is generated from it. */

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, onTestFinished } from "vitest";
import type { ZodType } from "zod";
import { expand } from "../../../scripts/generate/expand.js";
import { loadSource } from "../../../scripts/generate/load.js";
import type { Model } from "../../../scripts/generate/model.js";
import { makeOutputs, type Outputs } from "../../../scripts/generate/outputs.js";

const fixture = fileURLToPath(new URL("./fixture-spec", import.meta.url));

/** Replaces the first string with the second in one file of the fixture. */
export type Change = readonly [file: string, from: string, to: string];

/** A project whose spec/ is a changed copy of the fixture. */
export async function makeProject(...changes: readonly Change[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "generate-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await cp(fixture, join(root, "spec"), { recursive: true });
  for (const [file, from, to] of changes) {
    const path = join(root, "spec", file);
    const text = await readFile(path, "utf8");
    if (!text.includes(from)) throw new Error(`The fixture has no ${from} in ${file}`);
    await writeFile(path, text.replace(from, to));
  }
  return root;
}

/** Runs the whole pipeline on a changed fixture. */
export async function expandFixture(...changes: readonly Change[]): Promise<Model> {
  const root = await makeProject(...changes);
  return expand(await loadSource(join(root, "spec")));
}

export async function generateFixture(...changes: readonly Change[]): Promise<Outputs> {
  const folder = changes.length === 0 ? fixture : join(await makeProject(...changes), "spec");
  const source = await loadSource(folder);
  return makeOutputs(source, expand(source));
}

/** The exports of a generated module, by name. */
type Module = Readonly<Record<string, unknown>>;

/** Generated modules as JavaScript, in a directory from which zod can be imported. */
export async function compileFixture(): Promise<(file: string) => Promise<Module>> {
  const cache = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "generate-"));
  afterAll(() => rm(folder, { recursive: true }));
  const texts = new Map(await generateFixture());
  const byHand = new URL("../../../src/schemas/", import.meta.url);
  for (const file of await readdir(byHand)) {
    texts.set(`src/schemas/${file}`, await readFile(new URL(file, byHand), "utf8"));
  }
  for (const [path, text] of texts) {
    if (!path.endsWith(".ts")) continue;
    const target = join(folder, path.replace(/\.ts$/, ".js"));
    await mkdir(dirname(target), { recursive: true });
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    await writeFile(target, outputText);
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  return (file) => import(pathToFileURL(join(folder, "src/generated", file)).href);
}

/** Asks both the predicate and the zod schema of a name, which have to agree. */
export async function loadVerdict(
  subject: string,
): Promise<(name: string, value: unknown) => boolean> {
  const load = await compileFixture();
  const schemas = await load(`${subject}.js`);
  const guards = await load(`${subject}.guards.js`);
  return (name, value) => {
    const schema = schemas[name] as ZodType;
    const guard = guards[`is${name}`] as (value: unknown) => boolean;
    const verdict = guard(value);
    if (verdict !== schema.safeParse(value).success) throw new Error(`${name} is of two minds`);
    return verdict;
  };
}
