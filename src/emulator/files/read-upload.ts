/** Reads the one file of an upload. */

import type { EmulatedRequest } from "../engine/exchange.js";
import { fieldRequired, invalidArgument } from "../engine/refusal.js";

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
export async function readUpload(request: EmulatedRequest): Promise<Upload> {
  const form = await readForm(request);
  const file = form.get("file");
  if (file === null || typeof file === "string") throw fieldRequired("file");
  const inForm = form.get("notes");
  const notes = request.query.get("notes") ?? (typeof inForm === "string" ? inForm : undefined);
  if (file.size > maxFileBytes) throw invalidArgument("file", "expected at most 20 MB");
  if (file.size === 0) throw invalidArgument("file", "expected a file that is not empty");
  checkLength("filename", file.name);
  checkLength("notes", notes);
  return {
    filename: file.name,
    notes,
    contentType: file.type || "application/octet-stream",
    content: new Uint8Array(await file.arrayBuffer()),
  };
}

async function readForm({ headers, body }: EmulatedRequest): Promise<FormData> {
  const type = headers["content-type"] ?? "";
  try {
    return await new Response(new Uint8Array(body), {
      headers: { "content-type": type },
    }).formData();
  } catch {
    throw invalidArgument("file", "expected a body of type multipart/form-data");
  }
}

function checkLength(name: string, text: string | undefined): void {
  if (text === undefined || text.length <= maxTextLength) return;
  throw invalidArgument(name, `expected at most ${maxTextLength} characters`);
}
