import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import { closedServer, formOf, json, key, refuse, startServer } from "../scripted-server.js";

const mebibyte = 1024 * 1024;
const uploaded = json(201, { file_id: "file_1", filename: "x.png", size: 3 });

/** A temporary folder for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function* lines(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(bytes).fill(65 + (i % 26));
}

describe("files.upload() of a stream", () => {
  it("stops a stream that exceeds 20 MB, and ends its source", async () => {
    let ended = false;
    let yielded = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yielded += mebibyte;
          yield new Uint8Array(mebibyte);
        }
      } finally {
        ended = true;
      }
    }
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.upload(endless(), { name: "x.pdf" })).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ path: ["file"], message: expect.stringContaining("20 MB") }],
    });
    await expect.poll(() => ended, { interval: 2 }).toBe(true);
    expect(yielded).toBeLessThanOrEqual(21 * mebibyte);
    expect(server.requests.length).toBe(1);
  });

  it("keeps no more of a stream in memory than its reader does", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(lines(15, mebibyte), { name: "x.pdf" });
    expect(server.requests[0]?.body.length).toBeGreaterThan(15 * mebibyte);
  });

  it("says what a stream of strings should be", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(Readable.from(["a", "b"]) as never, { name: "x.pdf" });
    const error = await upload.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/bytes/);
    expect(String(error)).not.toMatch(/20 MB/);
  });

  it.each(["undici", "fetch"])("refuses a stream without bytes, over %s", async (over) => {
    const server = await startServer({ otherwise: uploaded });
    const fetch = over === "fetch" ? globalThis.fetch : undefined;
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    const read = Readable.from([new Uint8Array(3)]);
    await client.files.upload(read, { name: "x.pdf" });
    for (const stream of [Readable.from([]), read]) {
      const upload = client.files.upload(stream, { name: "x.pdf" });
      await expect(upload).rejects.toMatchObject({
        code: "invalid_input",
        issues: [{ path: ["file"] }],
      });
    }
  });

  it.each(["undici", "fetch"])("reports that the source failed, and how, over %s", async (over) => {
    const reason = new Error("The disk is gone");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw reason;
    }
    const server = await startServer({ otherwise: uploaded });
    const fetch = over === "fetch" ? globalThis.fetch : undefined;
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    const error = await client.files
      .upload(failing(), { name: "x.pdf" })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "invalid_input",
      outcome: "not_done",
      message:
        "Cannot call files.upload: file: failed while it was read, expected one that gives all its bytes",
      cause: reason,
    });
    expect((error as Error).stack).toContain("upload-stream.test.ts");
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it("ends its source when the call is aborted", async () => {
    let ended = false;
    async function* slow(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield new Uint8Array(10);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        ended = true;
      }
    }
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const controller = new AbortController();
    const upload = client.files.upload(slow(), { name: "x.pdf" }, { signal: controller.signal });
    upload.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    controller.abort("enough");
    await expect(upload).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    await expect.poll(() => ended, { interval: 2 }).toBe(true);
  });

  it("still sends a stream when the connection was refused at first", async () => {
    const server = await startServer({ otherwise: uploaded });
    const origins = [server.url, await closedServer(), await closedServer()];
    const agent = new Agent();
    onTestFinished(() => agent.close());
    const dispatcher: Pick<Agent, "dispatch"> = {
      dispatch: (options, handler) =>
        agent.dispatch({ ...options, origin: origins.shift() ?? server.url }, handler),
    };
    vi.spyOn(Math, "random").mockReturnValue(0);
    const client = createClient({ ...key, baseUrl: server.url, dispatcher });
    vi.restoreAllMocks();
    await client.files.upload(lines(3, 5), { name: "x.pdf" });
    expect(origins).toEqual([]);
    const { file } = await formOf(server.requests[0]);
    expect(await file.text()).toBe("AAAAABBBBBCCCCC");
  });
});

describe("a Node stream from a file", () => {
  it("is closed after the upload", async () => {
    const path = join(await folder(), "a.pdf");
    await writeFile(path, "x".repeat(1000));
    const server = await startServer({ answers: [uploaded, refuse(400)] });
    const client = createClient({ ...key, baseUrl: server.url });
    for (const ends of ["resolves", "rejects"]) {
      const stream = createReadStream(path);
      const upload = client.files.upload(stream, { name: "a.pdf" });
      await (ends === "resolves" ? upload : upload.catch(() => undefined));
      await expect.poll(() => stream.closed, { interval: 2 }).toBe(true);
    }
  });
});
