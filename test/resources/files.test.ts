import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import {
  type Answer,
  closedServer,
  cut,
  json,
  key,
  refuse,
  type ScriptedServer,
  type SeenRequest,
  stall,
  startServer,
  text,
} from "../scripted-server.js";

const mebibyte = 1024 * 1024;
const uploaded = json(201, { file_id: "file_1", filename: "x.png", size: 3 });

/** A folder of its own for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function* lines(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(bytes).fill(65 + (i % 26));
}

describe("files.upload()", () => {
  it("sends notes and options with the call", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(Buffer.from("x"), {
      name: "x.png",
      notes: "front & back",
      onBehalfOf: "acct_9",
      headers: { "x-trace": "7" },
    });
    expect(server.requests).toMatchObject([
      {
        target: "/api/v1/files/upload?notes=front+%26+back",
        headers: { "x-on-behalf-of": "acct_9", "x-trace": "7" },
      },
    ]);
  });

  it("sends one content-type, whatever the options", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files
      .upload(Buffer.from("x"), { name: "x.png", extraBody: { more: 1 } })
      .catch(() => undefined);
    for (const { rawHeaders } of server.requests) {
      const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
      expect(names.filter((name) => name === "content-type").length).toBe(1);
    }
  });

  it("refuses what cannot be uploaded, all of it at once, before anything is sent", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(Buffer.alloc(0), {
      name: "n".repeat(51),
      notes: "o".repeat(51),
    });
    await expect(upload).rejects.toMatchObject({
      name: "ValidationError",
      operation: "files.upload",
      issues: [
        { path: ["name"], message: "is 51 characters long, expected at most 50" },
        { path: ["notes"], message: "is 51 characters long, expected at most 50" },
        { path: ["file"], message: "is empty, expected at least one byte" },
      ],
    });
    expect(server.connections).toBe(0);
  });

  it.each([
    ["bytes without a name", Buffer.from("x"), {}, "name"],
    ["a stream without a name", new Blob(["x"]).stream(), {}, "name"],
    ["more than 20 MB", Buffer.alloc(20 * mebibyte + 1), { name: "x" }, "file"],
    [
      "a Blob of more than 20 MB",
      new Blob([Buffer.alloc(20 * mebibyte + 1)]),
      { name: "x" },
      "file",
    ],
    ["a name that is none", Buffer.from("x"), { name: 7 }, "name"],
    ["notes that are none", Buffer.from("x"), { name: "x", notes: 7 }, "notes"],
  ])("refuses %s before anything is sent", async (_, source, options, field) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(source, options as { readonly name: string });
    await expect(upload).rejects.toMatchObject({
      name: "ValidationError",
      issues: [{ path: [field] }],
    });
    expect(server.connections).toBe(0);
  });

  it.each([undefined, null, 5, {}, ["x"], () => "x"])(
    "refuses %s as a file before anything is sent",
    async (source) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      const upload = client.files.upload(source as never, { name: "x" });
      await expect(upload).rejects.toThrow(TypeError);
      await expect(upload).rejects.toThrow(/^Cannot upload: /);
      expect(server.connections).toBe(0);
    },
  );

  it("takes 20 MB and names of 50 characters", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const options = { name: "n".repeat(50), notes: "😀".repeat(25) };
    await client.files.upload(Buffer.alloc(20 * mebibyte), options);
    expect(server.requests[0]?.body.length).toBeGreaterThan(20 * mebibyte);
  });

  it("keeps the file system's own error for a path that cannot be read", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const missing = join(await folder(), "missing.png");
    await expect(client.files.upload(missing)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(client.files.upload(await folder())).rejects.toThrow("the path is not a file");
    expect(server.connections).toBe(0);
  });

  it("stops a stream that grows beyond 20 MB, and ends its source", async () => {
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

  it("holds a stream in memory no more than its reader does", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(lines(15, mebibyte), { name: "x.pdf" });
    expect(server.requests[0]?.body.length).toBeGreaterThan(15 * mebibyte);
  });

  it("says what a stream of texts should be", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(Readable.from(["a", "b"]) as never, { name: "x.pdf" });
    const error = await upload.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/bytes/);
    expect(String(error)).not.toMatch(/20 MB/);
  });

  it("fails with the cause when the source fails", async () => {
    const reason = new Error("The disk is gone");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw reason;
    }
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await client.files
      .upload(failing(), { name: "x.pdf" })
      .catch((caught: unknown) => caught);
    const causes: unknown[] = [];
    for (let e: unknown = error; e instanceof Error; e = e.cause) causes.push(e.message);
    expect(causes.join()).toContain("The disk is gone");
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
    const upload = client.files.upload(slow(), { name: "x.pdf", signal: controller.signal });
    upload.catch(() => undefined);
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(1);
    controller.abort("enough");
    await expect(upload).rejects.toBe("enough");
    await expect.poll(() => ended, { interval: 2 }).toBe(true);
  });

  it("says that the outcome is unknown when the answer is lost", async () => {
    const server = await startServer({ otherwise: cut() });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.upload(Buffer.from("x"), { name: "x.png" })).rejects.toMatchObject({
      code: "connection_lost",
      outcome: "unknown",
      attempts: 1,
    });
  });

  it("sends bytes again that were refused by a rate limit, but no stream", async () => {
    const server = await startServer({ answers: [refuse(429), uploaded, refuse(429)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(Buffer.from("bytes"), { name: "x.png" });
    const [first, second] = server.requests;
    expect(String(second?.body)).toBe(String(first?.body));
    const stream = new Blob(["x"]).stream();
    await expect(client.files.upload(stream, { name: "x.png" })).rejects.toMatchObject({
      code: "rate_limited",
      attempts: 1,
      outcome: "not_done",
    });
    expect(server.requests.length).toBe(3);
  });

  it("sends a stream after all when the connection was refused at first", async () => {
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

  it("uses the files host, with the token of the other one", async () => {
    const files = await startServer({ otherwise: uploaded });
    const api = await startServer();
    const client = createClient({ ...key, baseUrl: api.url, filesBaseUrl: files.url });
    await client.files.upload(Buffer.from("x"), { name: "x.png" });
    expect(api.logins.length).toBe(1);
    expect(files.logins.length).toBe(0);
    expect(files.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it("reads a file anew for each attempt, and leaves none open", async () => {
    const path = join(await folder(), "a.pdf");
    await writeFile(path, "x".repeat(200_000));
    const server = await startServer({
      answers: [refuse(429), refuse(429), uploaded, refuse(400)],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(path);
    await client.files.upload(path).catch(() => undefined);
    const sizes = new Set(server.requests.map(({ body }) => body.length));
    expect(sizes.size).toBe(1);
    const streams = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === "FSReqCallback").length;
    await expect.poll(streams, { interval: 2 }).toBe(0);
  });
});

describe("a node stream from a file", () => {
  it("is closed after its upload", async () => {
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

describe("files.downloadLinks()", () => {
  it("answers links and the ids of files that are not there", async () => {
    const body = { files: [{ file_id: "file_1", url: "https://x" }], absent_files: ["file_2"] };
    const server = await startServer({ answers: [json(200, body)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.downloadLinks(["file_1", "file_2"])).resolves.toEqual(body);
    expect(server.requests[0]?.target).toBe("/api/v1/files/download_links");
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
      file_ids: ["file_1", "file_2"],
    });
  });

  it.each([[[]], ["file_1"], [[7]], [undefined]])(
    "refuses %j before anything is sent",
    async (ids) => {
      const server = await startServer();
      const client = createClient({ ...key, baseUrl: server.url });
      await expect(client.files.downloadLinks(ids as never)).rejects.toMatchObject({
        name: "ValidationError",
        operation: "files.downloadLinks",
      });
      expect(server.connections).toBe(0);
    },
  );
});
