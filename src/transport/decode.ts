/** Decompresses a response. We never ask for compression, but some gateways add it anyway. */

import type { WireResponse } from "./wire.js";

/** More than any response of this API; stops a decompression bomb. */
const maxDecodedBytes = 256 * 1024 * 1024;

/** Never rejects: a response did arrive, and `undecoded` marks one that cannot be decompressed. */
export async function decode(response: WireResponse): Promise<WireResponse> {
  const encoding = String(response.headers["content-encoding"]).trim().toLowerCase();
  try {
    return { ...response, body: await undo(encoding, response.body) };
  } catch {
    return { ...response, undecoded: encoding };
  }
}

async function undo(encoding: string, body: Buffer): Promise<Buffer> {
  const zlib = await import("node:zlib");
  const { promisify } = await import("node:util");
  const options = { maxOutputLength: maxDecodedBytes };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
    case "deflate":
      return promisify(zlib.unzip)(body, options);
    case "br":
      return promisify(zlib.brotliDecompress)(body, options);
    case "identity":
      return body;
    default:
      throw new RangeError(`content-encoding "${encoding}" is not known`);
  }
}
