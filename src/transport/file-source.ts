/** Where the bytes of an upload come from. */

import type { Stats } from "node:fs";
import { kindOf } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";

/**
 * What can be uploaded: a path or file URL, bytes, a Blob or File, or a stream of bytes. A stream can
 * be read once, so an upload from a stream is never sent twice. It belongs to the upload from then on, and
 * is closed when the upload ends, however it ends.
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

/** A source that is ours: its failures are ours to report, and it is ours to close. */
export interface OwnedSource {
  /** Inspects it; rejects with ValidationError if it cannot be read. */
  inspect(): Promise<OpenableFile>;
  /** Closes it, read or not. */
  release(): void;
}

/** Takes a source over, at once: a stream may fail before anybody reads it, and would end the process. */
export function ownSource(source: FileSource): OwnedSource {
  if (isNodeStream(source)) return ownNodeStream(source);
  if (isWebStream(source)) return ownIterator(() => readerOf(source));
  if (isIterable(source) && !(source instanceof Blob)) {
    return ownIterator(() => source[Symbol.asyncIterator]());
  }
  return { inspect: () => inspectFile(source), release: () => undefined };
}

/** Inspects a source that is not a stream, or that somebody else owns. */
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
  if (isIterable(source)) return onceOnly(() => source);
  throw fileError(`is ${kindOf(source)}, expected a path, bytes, a Blob or a stream`);
}

/** The error for a file that cannot be uploaded. */
export function fileError(message: string, cause?: unknown): ValidationError {
  return new ValidationError("files.upload", [{ path: ["file"], message }], cause);
}

interface NodeStream extends AsyncIterable<Uint8Array> {
  on(event: "error", listener: () => void): unknown;
  destroy(): unknown;
}

function ownNodeStream(source: NodeStream): OwnedSource {
  // Whoever reads it sees its error as well.
  source.on("error", () => undefined);
  return {
    inspect: async () => onceOnly(() => source),
    release: () => void source.destroy(),
  };
}

function ownIterator(start: () => AsyncIterator<Uint8Array>): OwnedSource {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  const open = (): AsyncIterable<Uint8Array> => {
    const opened = start();
    iterator = opened;
    return { [Symbol.asyncIterator]: () => opened };
  };
  return {
    inspect: async () => onceOnly(open),
    release() {
      // One that has never begun is closed by ending it before its first step.
      void closeIterator(() => iterator ?? start());
    },
  };
}

async function closeIterator(get: () => AsyncIterator<unknown>): Promise<void> {
  try {
    await get().return?.();
  } catch {
    // The upload is over.
  }
}

/** Unlike its own iterator, a reader can cancel a stream while it waits for it. */
function readerOf(source: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> {
  if (source.locked)
    throw fileError("is being read by somebody else, expected a stream of its own");
  const reader = source.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function onceOnly(open: () => AsyncIterable<Uint8Array>): OpenableFile {
  return {
    name: undefined,
    contentType: undefined,
    sizeBytes: undefined,
    replayable: false,
    open,
  };
}

function isNodeStream(source: unknown): source is NodeStream {
  const { on, destroy } = (source ?? {}) as Partial<NodeStream>;
  return isIterable(source) && typeof on === "function" && typeof destroy === "function";
}

function isWebStream(source: unknown): source is ReadableStream<Uint8Array> {
  const { getReader } = (source ?? {}) as Partial<ReadableStream>;
  return typeof source === "object" && typeof getReader === "function";
}

function isIterable(source: unknown): source is AsyncIterable<Uint8Array> {
  return typeof source === "object" && source !== null && Symbol.asyncIterator in source;
}

async function inspectPath(source: string | URL): Promise<OpenableFile> {
  const [{ stat }, { createReadStream }, { basename }, { fileURLToPath }] = await Promise.all([
    import("node:fs/promises"),
    import("node:fs"),
    import("node:path"),
    import("node:url"),
  ]);
  if (source instanceof URL && source.protocol !== "file:") {
    throw fileError("is a URL of another kind, expected one that begins with file:");
  }
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const stats: Stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`;
    throw fileError(`${reason}, expected the path of a file`, error);
  });
  if (!stats.isFile()) throw fileError("is a directory or device, expected the path of a file");
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
