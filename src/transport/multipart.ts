/** A file as the only part of a multipart body; a stream is not buffered in memory. */

import type { ValidationError } from "../errors/index.js";
import { fileError, type OpenableFile } from "./file-source.js";
import type { StreamedBody } from "./wire.js";

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

  const { sizeBytes, replayable } = file;
  async function* open(): AsyncGenerator<Uint8Array> {
    yield head;
    let total = 0;
    for await (const chunk of whole(file.open())) {
      if (!(chunk instanceof Uint8Array)) throw noBytes();
      total += chunk.byteLength;
      if (sizeBytes !== undefined && total > sizeBytes) throw hasChanged();
      onChunk(total);
      yield chunk;
    }
    // A stream that was already read ends at once.
    if (total === 0) throw isEmpty();
    if (sizeBytes !== undefined && total < sizeBytes) throw hasChanged();
    yield tail;
  }

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
    throw fileError("failed while it was read, expected one that gives all its bytes", error);
  }
}

function noBytes(): ValidationError {
  return fileError("gives something other than bytes, expected chunks of Uint8Array");
}

function isEmpty(): ValidationError {
  return fileError("gives no bytes, expected a stream that nobody has read");
}

function hasChanged(): ValidationError {
  return fileError("changed while it was read, expected a file that nobody writes to");
}

/** Quotes a file name as browsers do in a form (https://html.spec.whatwg.org/#multipart-form-data). */
function quote(name: string): string {
  return name.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");
}
