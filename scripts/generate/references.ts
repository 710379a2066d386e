/** The files of the description and the references between them. */

import { posix } from "node:path";
import { Problem } from "./problem.js";

/** Parsed files by their path within the description's folder, such as `schemas/files.yaml`. */
export type Files = ReadonlyMap<string, unknown>;

/** Where a reference points: a file and the keys that lead to the place in it. */
export interface Target {
  readonly file: string;
  readonly keys: readonly string[];
}

/** @throws {Problem} when nothing is there. */
export function resolveReference(files: Files, from: string, text: string, where: string): Target {
  const [path = "", pointer = ""] = text.split("#");
  const target = {
    file: path === "" ? from : posix.join(posix.dirname(from), path),
    keys: pointer.split("/").slice(1).map(unescapeKey),
  };
  if (target.keys.length === 0 || lookUp(files, target) === undefined) {
    throw new Problem(where, `the reference ${text} leads nowhere`);
  }
  return target;
}

/** The value at a place, or undefined. */
export function lookUp(files: Files, { file, keys }: Target): unknown {
  let value = files.get(file);
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

/** The name of the schema that a reference points at. */
export function resolveSchema(files: Files, from: string, text: string, where: string): string {
  const { file, keys } = resolveReference(files, from, text, where);
  const [name] = keys;
  if (name === undefined || keys.length !== 1 || !file.startsWith("schemas/")) {
    throw new Problem(where, `the reference ${text} is not to a schema`);
  }
  return name;
}

/**
 * Every reference to a schema within a value, including those through the components of `openapi.yaml`.
 */
export function findSchemas(files: Files, from: string, raw: unknown, where: string): string[] {
  if (typeof raw !== "object" || raw === null) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    if (key !== "$ref" || typeof value !== "string") return findSchemas(files, from, value, where);
    const target = resolveReference(files, from, value, where);
    return target.file.startsWith("schemas/")
      ? [resolveSchema(files, from, value, where)]
      : findSchemas(files, target.file, lookUp(files, target), where);
  });
}

const unescapeKey = (key: string): string =>
  decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
