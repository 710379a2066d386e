/** Undoes a compression that nobody asked for: some gateways add it all the same. */

import type { WireResponse } from "./wire.js";

/** More than any answer of this API; a compressed bomb ends here. */
const maxDecodedBytes = 256 * 1024 * 1024;

/** Never rejects: an answer came, and what cannot be read is said to be so. */
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
