/** Reads the one file of an upload. */

import type { EmulatedRequest } from "../engine/exchange.js";
import { fieldRequired, invalidArgument } from "../engine/refusal.js";
import { readMultipart } from "./multipart.js";

/** Documented as 20 MB; read as binary megabytes, so that no valid file is refused. */
const maxFileBytes = 20 * 1024 * 1024;

const maxTextLength = 50;

export interface Upload {
  readonly filename: string;
  readonly notes: string | undefined;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** @throws Refusal if the file is missing, empty or over a limit. */
export function readUpload({ headers, body, query }: EmulatedRequest): Upload {
  const parts = readMultipart(headers["content-type"] ?? "", body);
  if (parts === undefined) {
    throw invalidArgument("file", "expected a complete body of type multipart/form-data");
  }
  const file = parts.find(({ name, filename }) => name === "file" && filename !== undefined);
  if (file?.filename === undefined) throw fieldRequired("file");
  const { filename, contentType, content } = file;
  const inForm = parts.find((part) => part.name === "notes" && part.filename === undefined);
  const notes = query.get("notes") ?? inForm?.content.toString("utf8");
  if (content.length > maxFileBytes) throw invalidArgument("file", "expected at most 20 MB");
  if (content.length === 0) throw invalidArgument("file", "expected a file that is not empty");
  checkLength("filename", filename);
  checkLength("notes", notes);
  return { filename, notes, contentType: contentType || "application/octet-stream", content };
}

function checkLength(name: string, text: string | undefined): void {
  if (text === undefined || text.length <= maxTextLength) return;
  throw invalidArgument(name, `expected at most ${maxTextLength} characters`);
}
