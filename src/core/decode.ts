/** Undoes a compression that nobody asked for: some gateways add it all the same. */

import type { WireResponse } from "./wire.js";

/** More than any answer of this API; a compressed bomb ends here. */
const maxDecodedBytes = 256 * 1024 * 1024;

export async function decode(response: WireResponse): Promise<WireResponse> {
  const encoding = String(response.headers["content-encoding"]).trim().toLowerCase();
  const zlib = await import("node:zlib");
  const { promisify } = await import("node:util");
  const options = { maxOutputLength: maxDecodedBytes };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
    case "deflate":
      return { ...response, body: await promisify(zlib.unzip)(response.body, options) };
    case "br":
      return { ...response, body: await promisify(zlib.brotliDecompress)(response.body, options) };
    case "identity":
      return response;
    default:
      throw new Error(`Cannot read the answer: content-encoding "${encoding}" is not known`);
  }
}
