/** Opens an OpenAPI document that a maintainer has downloaded. */

import { readFile } from "node:fs/promises";
import { parse } from "yaml";

export type Raw = Readonly<Record<string, unknown>>;

export interface OpenApi {
  /** The version of the API, such as `2026-08-21`. */
  readonly version: string;
  readonly paths: Raw;
  /** The value that a local reference leads to. @throws {DocumentError} when it leads nowhere. */
  resolve(reference: string): unknown;
}

/** Why a document cannot be used, in one line. */
export class DocumentError extends Error {}

/** @throws {DocumentError} when it is not an OpenAPI 3 document of the vendor's form. */
export async function openDocument(path: string): Promise<OpenApi> {
  const document = await parseFile(path);
  if (!isRaw(document) || typeof document["openapi"] !== "string") {
    throw new DocumentError("it is not an OpenAPI document: it has no member openapi");
  }
  if (!/^3\.[01]\./.test(document["openapi"])) {
    throw new DocumentError(`its OpenAPI version is ${document["openapi"]}, expected 3.0 or 3.1`);
  }
  const { info, paths } = document;
  const version = isRaw(info) ? String(info["version"]) : "";
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) {
    throw new DocumentError(`info.version is ${version || "missing"}, expected a date`);
  }
  if (!isRaw(paths)) throw new DocumentError("it has no paths");
  const resolve = (reference: string) => follow(document, reference);
  checkReferences(document, resolve);
  return { version, paths, resolve };
}

async function parseFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new DocumentError(`it cannot be read (${firstLine(error)})`);
  }
  try {
    // Examples are anchors and aliases by the hundred; the default limit is made for strangers' files.
    return text.trimStart().startsWith("{")
      ? JSON.parse(text)
      : parse(text, { maxAliasCount: -1, merge: true });
  } catch (error) {
    throw new DocumentError(`it is neither YAML nor JSON as a whole: ${firstLine(error)}`);
  }
}

/** A file that was cut off in the middle often still parses; what it refers to is then missing. */
function checkReferences(document: Raw, resolve: OpenApi["resolve"]): void {
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      if (key === "$ref" && typeof inner === "string") resolve(inner);
      else if (!/^(x-|examples?$|default$)/.test(key)) visit(inner);
    }
  };
  visit(document);
}

function follow(document: Raw, reference: string): unknown {
  const [file, pointer = ""] = reference.split("#");
  let value: unknown = document;
  for (const key of pointer.split("/").slice(1)) {
    const name = decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
    value = isRaw(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  if (file !== "" || pointer === "" || value === undefined) {
    throw new DocumentError(`the reference ${reference} leads nowhere`);
  }
  return value;
}

export const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
