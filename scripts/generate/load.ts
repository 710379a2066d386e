/** Reads the description from its folder. */

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { readFields } from "./fields.js";
import { gatherProblems, Problem } from "./problem.js";
import { readOperation } from "./read-operation.js";
import { readSchema } from "./read-schema.js";
import { readScopes } from "./read-scopes.js";
import { type Files, lookUp, resolveReference, resolveSchema } from "./references.js";
import { methods, type Source, type SourceOperation, type SourceSchema } from "./source.js";

/** @throws {SpecError} naming every mistake that was found. */
export async function loadSource(folder: string): Promise<Source> {
  const files = await readFiles(folder);
  const schemas = new Map<string, SourceSchema>();
  const operations: SourceOperation[] = [];
  gatherProblems([
    ...schemaTasks(files, (schema) => schemas.set(schema.name, schema)),
    ...operationTasks(files, (operation) => operations.push(operation)),
    () => refuseRepeats(operations),
  ]);
  const commonErrors =
    readFields(files.get("openapi.yaml"), "openapi.yaml").texts("x-error-codes") ?? [];
  const scopes = readScopes(files.get("scopes.yaml") ?? {}, operations);
  return { files, schemas, operations, scopes, commonErrors };
}

/** The files beside the folders of paths and schemas. */
const described: readonly string[] = ["openapi.yaml", "scopes.yaml"];

async function readFiles(folder: string): Promise<Files> {
  const names = (await readdir(folder)).filter((name) => described.includes(name));
  for (const part of ["paths", "schemas"]) {
    const found = (await readdir(join(folder, part))).filter((name) => name.endsWith(".yaml"));
    names.push(...found.sort().map((name) => `${part}/${name}`));
  }
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const files = new Map<string, unknown>();
  gatherProblems(names.map((name, index) => () => files.set(name, parseYaml(name, texts[index]))));
  return files;
}

function parseYaml(name: string, text = ""): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Problem(name, error instanceof Error ? error.message : String(error));
  }
}

/** One task per schema, so that one mistake does not hide the next. */
function schemaTasks(files: Files, add: (schema: SourceSchema) => void): (() => void)[] {
  const seen = new Map<string, string>();
  return subjectFiles(files, "schemas").flatMap(({ file, subject, content }) =>
    Object.entries(content).map(([name, raw]) => () => {
      const where = `${file}: ${name}`;
      const first = seen.get(name);
      if (first !== undefined) throw new Problem(where, `the name is taken by ${first}`);
      seen.set(name, file);
      if (!/^[A-Z]\w*$/.test(name)) throw new Problem(where, "is not a name in PascalCase");
      add(
        readSchema(raw, { name, subject, where }, (text, from) =>
          resolveSchema(files, file, text, from),
        ),
      );
    }),
  );
}

/** In the order of `openapi.yaml`, which must list every path that is written in `paths/`. */
function operationTasks(files: Files, add: (operation: SourceOperation) => void): (() => void)[] {
  const document = readFields(files.get("openapi.yaml"), "openapi.yaml");
  const paths = document.requireChild("paths");
  const listed = paths.keys.map((path) => () => {
    const item = readFields(paths.any(path), `openapi.yaml: ${path}`);
    const target = resolveReference(files, "openapi.yaml", item.requireText("$ref"), item.where);
    item.end();
    readPathItem(files, target.file, path, lookUp(files, target), add);
  });
  const written = subjectFiles(files, "paths").flatMap(({ file, content }) =>
    Object.keys(content).map((path) => () => {
      if (!paths.has(path)) throw new Problem(`${file}: ${path}`, "is not listed in openapi.yaml");
    }),
  );
  return [...listed, ...written];
}

function readPathItem(
  files: Files,
  file: string,
  path: string,
  raw: unknown,
  add: (operation: SourceOperation) => void,
): void {
  const item = readFields(raw, `${file}: ${path}`);
  for (const method of methods) {
    const operation = item.any(method);
    if (operation === undefined) continue;
    const where = `${file}: ${method} ${path}`;
    add(readOperation(operation, { files, file, subject: subjectOf(file), method, path, where }));
  }
  item.end();
}

function subjectFiles(files: Files, part: string) {
  return [...files]
    .filter(([file]) => file.startsWith(`${part}/`))
    .map(([file, raw]) => ({
      file,
      subject: subjectOf(file),
      content: Object.fromEntries(Object.entries(raw ?? {})) as Record<string, unknown>,
    }));
}

const subjectOf = (file: string): string => basename(file, ".yaml");

function refuseRepeats(operations: readonly SourceOperation[]): void {
  const seen = new Map<string, string>();
  for (const { id, where } of operations) {
    const first = seen.get(id);
    if (first !== undefined) throw new Problem(where, `operationId ${id} is taken by ${first}`);
    seen.set(id, where);
  }
}
