/** A file as the only part of a multipart body; a stream is not buffered in memory. */

import type { Stats } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { kindOf } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";
import type { StreamedBody } from "./wire.js";

/**
 * What can be uploaded: a path or file URL, bytes, a Blob or File, or a stream of bytes. A stream can
 * be read once, so an upload from a stream is never sent twice.
 */
export type FileSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** A source that has been inspected but not yet read. */
export interface OpenableFile {
  readonly name: string | undefined;
  readonly contentType: string | undefined;
  /** Undefined for a stream. */
  readonly sizeBytes: number | undefined;
  readonly replayable: boolean;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Inspects a source; rejects with ValidationError if it cannot be read. */
export async function inspectFile(source: FileSource): Promise<OpenableFile> {
  if (typeof source === "string" || source instanceof URL) return inspectPath(source);
  if (source instanceof Uint8Array) return bytes(source);
  if (source instanceof ArrayBuffer) return bytes(new Uint8Array(source));
  if (source instanceof Blob) {
    return {
      name: "name" in source && typeof source.name === "string" ? source.name : undefined,
      contentType: source.type || undefined,
      sizeBytes: source.size,
      replayable: true,
      open: () => source.stream() as unknown as AsyncIterable<Uint8Array>,
    };
  }
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) {
    const open = (): AsyncIterable<Uint8Array> => source as AsyncIterable<Uint8Array>;
    return {
      name: undefined,
      contentType: undefined,
      sizeBytes: undefined,
      replayable: false,
      open,
    };
  }
  throw refuse(`is ${kindOf(source)}, expected a path, bytes, a Blob or a stream`);
}

async function inspectPath(source: string | URL): Promise<OpenableFile> {
  const [{ stat }, { createReadStream }] = await Promise.all([
    import("node:fs/promises"),
    import("node:fs"),
  ]);
  if (source instanceof URL && source.protocol !== "file:") {
    throw refuse("is a URL of another kind, expected one that begins with file:");
  }
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const stats: Stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`;
    throw refuse(`${reason}, expected the path of a file`, error);
  });
  if (!stats.isFile()) throw refuse("is a directory or device, expected the path of a file");
  return {
    name: basename(path),
    contentType: undefined,
    sizeBytes: stats.size,
    replayable: true,
    open: () => createReadStream(path),
  };
}

function bytes(source: Uint8Array): OpenableFile {
  return {
    name: undefined,
    contentType: undefined,
    sizeBytes: source.byteLength,
    replayable: true,
    async *open() {
      yield source;
    },
  };
}

/** A multipart body with one file part. */
export function multipart(
  file: OpenableFile,
  part: { readonly name: string; readonly contentType: string },
  onChunk: (totalBytes: number) => void,
): { readonly body: StreamedBody; readonly headers: Readonly<Record<string, string>> } {
  const boundary = `airwallex-connect-${crypto.randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${quote(part.name)}"\r\n` +
      `content-type: ${part.contentType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* open(): AsyncGenerator<Uint8Array> {
    yield head;
    let total = 0;
    for await (const chunk of whole(file.open())) {
      if (!(chunk instanceof Uint8Array)) throw noBytes();
      total += chunk.byteLength;
      onChunk(total);
      yield chunk;
    }
    // A stream that was already read ends at once.
    if (total === 0) throw isEmpty();
    yield tail;
  }

  const { sizeBytes, replayable } = file;
  return {
    body: { open, replayable },
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      // Without a length the body is sent chunked, the only way to send a stream.
      ...(sizeBytes === undefined
        ? {}
        : { "content-length": String(head.length + sizeBytes + tail.length) }),
    },
  };
}

/** A failing source is not a lost connection: the upload was never completed. */
async function* whole(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw refuse("failed while it was read, expected one that gives all its bytes", error);
  }
}

function noBytes(): ValidationError {
  return refuse("gives something other than bytes, expected chunks of Uint8Array");
}

function isEmpty(): ValidationError {
  return refuse("gives no bytes, expected a stream that nobody has read");
}

function refuse(message: string, cause?: unknown): ValidationError {
  return new ValidationError("files.upload", [{ path: ["file"], message }], cause);
}

/** Quotes a file name as browsers do in a form (https://html.spec.whatwg.org/#multipart-form-data). */
function quote(name: string): string {
  return name.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");
}
