import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { createClient } from "../../src/index.js";
import { account, key, startServer, text } from "../scripted-server.js";

const bytes = Buffer.from(JSON.stringify(account({ nickname: "Zoë 日本" })));

describe("a compressed answer", () => {
  it.each([
    ["gzip", gzipSync(bytes)],
    ["x-gzip", gzipSync(bytes)],
    ["GZIP", gzipSync(bytes)],
    ["deflate", deflateSync(bytes)],
    ["br", brotliCompressSync(bytes)],
    ["identity", bytes],
    ["deflate", deflateRawSync(bytes)],
    ["gzip, gzip", gzipSync(gzipSync(bytes))],
    ["br, gzip", gzipSync(brotliCompressSync(bytes))],
    ["deflate, identity, X-GZIP", gzipSync(deflateRawSync(bytes))],
    ["gzip", gzipSync(bytes).subarray(0, -8)],
    ["gzip", gzipSync(bytes).subarray(0, -3)],
    ["", bytes],
    [",", bytes],
    ["utf-8", bytes],
    ["none", bytes],
    ["constructor", bytes],
    ["gzip, utf-8", bytes],
  ])("in %j is read, even though nobody asked for it", async (encoding, body) => {
    const server = await startServer({
      answers: [text(200, body, { "content-encoding": encoding })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({
      nickname: "Zoë 日本",
    });
    expect(server.requests[0]?.headers).not.toHaveProperty("accept-encoding");
  });

  it("is read with the fetch option as well", async () => {
    const answer = text(200, brotliCompressSync(bytes), { "content-encoding": "br" });
    const server = await startServer({ answers: [answer] });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({
      nickname: "Zoë 日本",
    });
  });

  it("may be empty", async () => {
    const server = await startServer({ answers: [text(200, "", { "content-encoding": "gzip" })] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      code: "unreadable_response",
    });
  });

  it("may be a refusal like any other", async () => {
    const body = gzipSync(JSON.stringify({ code: "field_required", message: "No" }));
    const server = await startServer({
      answers: [text(400, body, { "content-encoding": "gzip" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject({
      name: "ApiError",
      status: 400,
      apiCode: "field_required",
    });
  });

  it.each([
    ["zstd", Buffer.from("28b52ffd04000100007b", "hex")],
    ["gzip, br", gzipSync(brotliCompressSync(bytes))],
    ["br", gzipSync(bytes)],
    ["gzip", gzipSync(bytes).subarray(0, 40)],
    ["gzip", gzipSync(bytes).fill(1, 20, 30)],
    ["gzip, gzip, gzip, gzip, gzip, gzip", gzipSync(bytes)],
  ])(
    "in %s that cannot be read is reported as such, with the outcome unknown",
    async (encoding, body) => {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const server = await startServer({
        otherwise: text(200, body, { "content-encoding": encoding }),
      });
      const client = createClient({ ...key, baseUrl: server.url });
      const error = await client.accounts.update("acct_1", {}).catch((reason: unknown) => reason);
      vi.restoreAllMocks();
      expect(server.requests.length).toBe(1);
      expect(error).toMatchObject({
        name: "ShapeError",
        code: "unreadable_response",
        outcome: "unknown",
      });
      expect(String(error)).toContain(encoding);
    },
  );

  it("keeps its status when it is a refusal that cannot be read", async () => {
    const server = await startServer({
      answers: [text(403, bytes, { "content-encoding": "zstd" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject({
      name: "ApiError",
      code: "forbidden",
      status: 403,
      outcome: "not_done",
    });
  });

  it("is cut off before it fills the memory", async () => {
    const part = gzipSync(Buffer.alloc(1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 300 }, () => part));
    const server = await startServer({
      otherwise: text(200, bomb, { "content-encoding": "gzip" }),
    });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      name: "ShapeError",
      code: "unreadable_response",
      message: expect.stringContaining("larger than 67108864 bytes, the limit of maxResponseBytes"),
    });
  });
});
