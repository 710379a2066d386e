/** Content codings that fetch and curl undo are undone, in answers and in downloads. */
// right: undici: 8 of 8 read, download is the file: true
// right: fetch: 8 of 8 read, download is the file: true
import zlib from "node:zlib";
import { createClient } from "airwallex-connect";
import { serve } from "./lib.mjs";

const json = Buffer.from(JSON.stringify({ items: [], has_more: false }));
const file = Buffer.from("%PDF-1.7 a document ".repeat(50));
const kinds = [
  ["gzip", zlib.gzipSync(json)],
  ["deflate", zlib.deflateRawSync(json)],
  ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(json))],
  ["br, gzip", zlib.gzipSync(zlib.brotliCompressSync(json))],
  ["gzip", zlib.gzipSync(json).subarray(0, -8)],
  ["", json],
  ["utf-8", json],
  ["none", json],
];
let kind = kinds[0];
const { url, close } = await serve((request, response) => {
  if (request.url.startsWith("/file")) {
    const headers = { "content-type": "application/pdf", "content-encoding": "gzip" };
    return response.writeHead(200, headers).end(zlib.gzipSync(file));
  }
  response.setHeader("content-type", "application/json");
  if (request.url.includes("login")) return response.end('{"token":"t"}');
  if (request.url.includes("download_links")) {
    const link = { file_id: "f", filename: "a.pdf", url: `${url}/file`, size: file.length };
    const files = [{ ...link, content_type: "application/pdf" }];
    return response.end(JSON.stringify({ files, absent_files: [] }));
  }
  response.setHeader("content-encoding", kind[0]);
  response.end(kind[1]);
});
const options = { environment: "sandbox", clientId: "a", apiKey: "b", baseUrl: url };
for (const [name, own] of [
  ["undici", {}],
  ["fetch", { fetch: globalThis.fetch }],
]) {
  const client = createClient({ ...options, ...own });
  let read = 0;
  for (kind of kinds)
    read += await client.accounts.list().then(
      () => 1,
      () => 0,
    );
  const bytes = await (await client.files.download("f")).bytes();
  console.log(
    `${name}: ${read} of ${kinds.length} read, download is the file: ${bytes.equals(file)}`,
  );
  await client.close();
}
close();
