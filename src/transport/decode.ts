/**
 * Undoes content codings. We never ask for compression, but some gateways add it anyway. Like fetch and
 * curl: several codings on top of each other, deflate without its header, a missing trailer. If one of the
 * names is no coding that is known here, such as `utf-8`, the body is taken as it is.
 */

import type { Transform } from "node:stream";
import type { ZlibOptions } from "node:zlib";
import { stream, zlib } from "./builtin.js";
import { header, tooLarge, type WireHeaders, type WireResponse } from "./wire.js";

type Coding = "gzip" | "deflate" | "br";

const codings: Readonly<Record<string, Coding | undefined>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "br",
};

/** More would only be a way to make us work. */
const mostCodings = 5;

/** A whole body. Never rejects: a response did arrive. */
export async function decode(response: WireResponse, maxBytes: number): Promise<WireResponse> {
  const applied = codingsOf(response.headers);
  if (applied === undefined) return { ...response, problem: notUndone(response.headers) };
  let { body } = response;
  for (const coding of applied) {
    try {
      body = await undo(coding, body, maxBytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        return { ...response, ...tooLarge(maxBytes) };
      }
      return { ...response, problem: notUndone(response.headers) };
    }
  }
  // Too little of it to be anything.
  if (body.length === 0) return { ...response, problem: notUndone(response.headers) };
  return { ...response, body };
}

/** Streams to pass a body through, in this order. */
export function decoders(headers: WireHeaders): readonly Transform[] {
  return (codingsOf(headers) ?? []).map((coding) => {
    if (coding === "br") return zlib().createBrotliDecompress(brotliOptions());
    return coding === "gzip" ? zlib().createGunzip(zlibOptions()) : inflater();
  });
}

/** What to undo, the last one applied first; undefined if something is not known. */
function codingsOf(headers: WireHeaders): readonly Coding[] | undefined {
  const names = (header(headers, "content-encoding") ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  const known = names.flatMap((name) => (Object.hasOwn(codings, name) && codings[name]) || []);
  return known.length === names.length && known.length <= mostCodings ? known.reverse() : undefined;
}

async function undo(coding: Coding, body: Buffer, maxBytes: number): Promise<Buffer> {
  const { brotliDecompress, gunzip, inflate, inflateRaw } = zlib();
  const limit = { maxOutputLength: maxBytes };
  return await new Promise((resolve, reject) => {
    const done = (error: Error | null, decoded: Buffer): void =>
      error ? reject(error) : resolve(decoded);
    if (coding === "br") brotliDecompress(body, { ...brotliOptions(), ...limit }, done);
    else if (coding === "gzip") gunzip(body, { ...zlibOptions(), ...limit }, done);
    else if (hasZlibHeader(body)) inflate(body, { ...zlibOptions(), ...limit }, done);
    else inflateRaw(body, { ...zlibOptions(), ...limit }, done);
  });
}

/** Looks at the first byte before it chooses. */
function inflater(): Transform {
  let inner: Transform | undefined;
  const outer = new (stream().Transform)({
    transform(chunk: Buffer, _encoding, done) {
      if (!inner) {
        const { createInflate, createInflateRaw } = zlib();
        inner = (hasZlibHeader(chunk) ? createInflate : createInflateRaw)(zlibOptions());
        inner.on("data", (piece) => outer.push(piece));
        inner.on("error", (error) => outer.destroy(error));
      }
      inner.write(chunk, () => done());
    },
    flush(done) {
      if (!inner) return done();
      inner.once("end", () => done());
      inner.end();
    },
  });
  return outer;
}

/** Servers disagree on whether deflate has a header (RFC 9110, section 8.4.1.2). */
function hasZlibHeader([first = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8;
}

/** Takes what is there, even if its end is missing. */
function zlibOptions(): ZlibOptions {
  const { Z_SYNC_FLUSH } = zlib().constants;
  return { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
}

function brotliOptions(): { readonly flush: number; readonly finishFlush: number } {
  const { BROTLI_OPERATION_FLUSH } = zlib().constants;
  return { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };
}

function notUndone(headers: WireHeaders): string {
  return `its content-encoding "${header(headers, "content-encoding")}" cannot be undone`;
}
