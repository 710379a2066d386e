/** Documents for KYC: upload, and download by link. */

import type { Readable } from "node:stream";
import { type ApiPromise, type Call, callAfter, callOptions } from "../call/call.js";
import type { Download } from "../call/download.js";
import type { CallOptions } from "../call/settings.js";
import { closest } from "../checks/closest.js";
import { allOf } from "../checks/options.js";
import { entryOf } from "../checks/values.js";
import type { Issue } from "../errors/index.js";
import { ApiError, ValidationError } from "../errors/index.js";
import { filesDownloadLinks, filesUpload } from "../generated/endpoints.js";
import type { DownloadLink, DownloadLinks, UploadedFile } from "../generated/files.js";
import {
  type FileSource,
  inspectFile,
  type OpenableFile,
  ownSource,
} from "../transport/file-source.js";
import { multipart } from "../transport/multipart.js";

/** What `files.upload` takes beside the file. */
export interface FileUploadParams {
  /**
   * File name, at most 50 characters. Default: that of the path or File; required for bytes and
   * streams.
   */
  readonly name?: string | undefined;
  /** A note, at most 50 characters. */
  readonly notes?: string | undefined;
  /** Media type. Default: that of the Blob, or the one for the file extension. */
  readonly contentType?: string | undefined;
}

/** A download in progress. Read or cancel it, or its connection stays busy until the deadline. */
export interface FileDownload {
  readonly fileId: string;
  readonly name: string | undefined;
  readonly contentType: string | undefined;
  readonly sizeBytes: number | undefined;
  /** The bytes as they arrive; can be read once. */
  readonly stream: Readable;
  /** Reads all of it into memory. */
  bytes(): Promise<Buffer>;
  /** Writes it to a path; an existing file is replaced only once all of it has arrived. */
  saveTo(path: string): Promise<void>;
}

/** Files that accounts refer to by id. The sandbox deletes them after 90 days. */
export interface FilesResource {
  /**
   * Uploads a file of up to 20 MB (PDF, JPEG or PNG) and returns its `file_id`.
   *
   * A path, bytes or a Blob may be sent again after a failure. A stream is sent once, is never buffered
   * in memory, and is cut off if it exceeds the limit.
   *
   * See https://www.airwallex.com/docs/api/supporting_services/file_service
   *
   * @throws ValidationError, before anything is sent, when the file cannot be read, is empty or larger
   *   than 20 MB, its name is missing, or its name or notes are longer than 50 characters. A stream
   *   that fails, is empty or is too large is only noticed during the upload, which then stops; nothing
   *   is kept
   *
   * @example
   * const { file_id } = await client.files.upload("./passport.jpg", { notes: "front" });
   */
  upload(
    source: FileSource,
    params?: FileUploadParams,
    options?: CallOptions,
  ): ApiPromise<UploadedFile>;

  /**
   * Creates links that are valid for a day. Anyone with a link can read the file.
   *
   * See https://www.airwallex.com/docs/api/supporting_services/file_service
   */
  downloadLinks(fileIds: readonly string[], options?: CallOptions): ApiPromise<DownloadLinks>;

  /**
   * Downloads one file as a stream. `timeoutMs` covers the whole transfer.
   *
   * @throws ApiError `not_found` when there is no such file
   *
   * @example
   * const download = await client.files.download(fileId);
   * await download.saveTo("./passport.jpg");
   */
  download(fileId: string, options?: CallOptions): Promise<FileDownload>;
}

const uploadParams = allOf<keyof FileUploadParams>({ name: true, notes: true, contentType: true });

const limits = { bytes: 20 * 1024 * 1024, nameLength: 50, notesLength: 50 };

export function filesResource(call: Call, download: Download): FilesResource {
  const downloadLinks: FilesResource["downloadLinks"] = (file_ids, options) =>
    call(filesDownloadLinks, { body: { file_ids } }, options);

  return {
    downloadLinks,
    upload(source, params = {}, options = {}) {
      // Copied now: the caller may reuse the objects for another account.
      const [given, own] = [{ ...params }, { ...options }];
      const owned = ownSource(source);
      const send = (file: OpenableFile): ApiPromise<UploadedFile> => {
        refuseFile(file, given);
        const { name = file.name ?? "", notes } = given;
        const contentType = given.contentType ?? file.contentType ?? typeOf(name);
        const body = multipart(file, { name, contentType }, refuseLongStream);
        const payload = { ...body, describes: { filename: name } };
        const query = notes === undefined ? {} : { query: { notes } };
        return call(filesUpload, query, own, { payload });
      };
      return callAfter(owned.inspect(), send, owned.release);
    },
    async download(fileId, options = {}) {
      const start = performance.now();
      const links: Partial<DownloadLinks> = await downloadLinks([fileId], options);
      const link = links.files?.find(({ file_id }) => file_id === fileId);
      if (!link?.url) throw absent(fileId);
      const { timeoutMs } = options;
      const leftMs = timeoutMs && Math.max(1, timeoutMs - (performance.now() - start));
      const rest = { ...options, timeoutMs: leftMs, sizeBytes: link.size ?? undefined };
      return describeDownload(fileId, link, await download("files.download", link.url, rest));
    },
  };
}

/**
 * Checks a file as an upload does, without reading it.
 *
 * @throws what `files.upload` throws before anything is sent
 */
export async function checkUpload(source: FileSource, params: FileUploadParams): Promise<void> {
  refuseFile(await inspectFile(source), params);
}

const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*$/;

function refuseFile(file: OpenableFile, params: FileUploadParams): void {
  const { name = file.name ?? "", notes, contentType = "text/plain" } = params;
  const issues: Issue[] = Object.keys(params)
    .filter((key) => !uploadParams.has(key))
    .map(unknownParam);
  const refuse = (field: string, message: string): void => {
    issues.push({ path: [field], message });
  };
  if (typeof name !== "string") refuse("name", "is not a string, expected a file name");
  else if (name === "") refuse("name", "is missing, expected a file name for bytes and streams");
  else if (name.length > limits.nameLength) refuse("name", tooLong(name, limits.nameLength));
  if (typeof notes === "string" && notes.length > limits.notesLength) {
    refuse("notes", tooLong(notes, limits.notesLength));
  }
  if (typeof contentType !== "string" || !mediaType.test(contentType)) {
    refuse("contentType", "is not a media type, expected one such as image/png");
  }
  if (file.sizeBytes === 0) refuse("file", "is empty, expected at least one byte");
  if ((file.sizeBytes ?? 0) > limits.bytes) refuse("file", tooLarge(`${file.sizeBytes} bytes`));
  if (issues.length > 0) throw new ValidationError("files.upload", issues);
}

function unknownParam(key: string): Issue {
  if (callOptions.has(key)) {
    return { path: [key], message: "is an option, expected in the third argument" };
  }
  const suggestion = closest(key, [...uploadParams]);
  return { path: [key], message: "is not a known field", ...(suggestion && { suggestion }) };
}

function refuseLongStream(totalBytes: number): void {
  if (totalBytes <= limits.bytes) return;
  const message = tooLarge("a stream of more than that");
  throw new ValidationError("files.upload", [{ path: ["file"], message }]);
}

function tooLong(text: string, most: number): string {
  return `is ${text.length} characters long, expected at most ${most}`;
}

function tooLarge(what: string): string {
  return `is ${what}, expected at most ${limits.bytes} bytes (20 MB)`;
}

const types: Readonly<Record<string, string | undefined>> = {
  bmp: "image/bmp",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  pdf: "application/pdf",
  png: "image/png",
};

function typeOf(name: string): string {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  // Names come from customers: the extension `constructor` must not find an inherited member.
  return entryOf(types, ending) ?? "application/octet-stream";
}

function describeDownload(fileId: string, link: DownloadLink, stream: Readable): FileDownload {
  return {
    fileId,
    name: link.filename ?? undefined,
    contentType: link.content_type ?? undefined,
    sizeBytes: link.size ?? undefined,
    stream,
    bytes: () => readAll(stream),
    saveTo: (path) => writeAll(stream, path),
  };
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

async function writeAll(stream: Readable, path: string): Promise<void> {
  const [{ pipeline }, { createWriteStream }, { realpath, rename, rm, stat }] = await Promise.all([
    import("node:stream/promises"),
    import("node:fs"),
    import("node:fs/promises"),
  ]);
  const there = await stat(path).catch(() => undefined);
  // A pipe or /dev/stdout cannot be replaced.
  if (there && !there.isFile()) return pipeline(stream, createWriteStream(path));
  const whole = there ? await realpath(path) : path;
  const part = `${whole}.${crypto.randomUUID()}.part`;
  try {
    await pipeline(stream, createWriteStream(part, { mode: there?.mode }));
    await rename(part, whole);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** The API answers 200 and lists the id as absent, which amounts to a 404. */
function absent(fileId: string): ApiError {
  const remote = {
    status: 404,
    apiCode: undefined,
    remoteMessage: `no file ${fileId.slice(0, 12)}…`,
    source: undefined,
    details: undefined,
    fieldErrors: [],
    traceId: undefined,
    retryAfterMs: undefined,
  };
  const path = filesDownloadLinks.path;
  const facts = {
    operation: "files.download",
    method: "POST",
    path,
    outcome: "not_done",
    attempts: 1,
  } as const;
  return new ApiError("not_found", remote, facts, { body: undefined });
}
