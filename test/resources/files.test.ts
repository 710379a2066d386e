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

/** The form as a server reads it. */
async function formOf(request: SeenRequest | undefined): Promise<{
  readonly names: readonly string[];
  readonly file: File;
}> {
  const headers = { "content-type": request?.headers["content-type"] ?? "" };
  const form = await new Response(request?.body, { headers }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) throw new Error("The form has no file");
  return { names: [...form.keys()], file };
}

async function* lines(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(bytes).fill(65 + (i % 26));
}

describe("files.upload()", () => {
  it("sends a file by its path, under its name and type", async () => {
    const path = join(await folder(), "passport.jpg");
    await writeFile(path, "jpeg");
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const answer = await client.files.upload(path);
    expect(answer.file_id).toBe("file_1");
    await client.files.upload(pathToFileURL(path));
    for (const request of server.requests) {
      expect(request.method).toBe("POST");
      expect(request.target).toBe("/api/v1/files/upload");
      expect(request.headers["content-length"]).toBe(String(request.body.length));
      const { names, file } = await formOf(request);
      expect(names).toEqual(["file"]);
      expect([file.name, file.type, await file.text()]).toEqual([
        "passport.jpg",
        "image/jpeg",
        "jpeg",
      ]);
    }
  });

  const bytes = Uint8Array.from([0, 13, 10, 45, 45, 255, 0]);
  it.each([
    ["a Buffer", () => Buffer.from(bytes)],
    ["a Uint8Array of a larger buffer", () => new Uint8Array([9, ...bytes, 9]).subarray(1, 8)],
    ["an ArrayBuffer", () => bytes.slice().buffer],
    ["a Blob", () => new Blob([bytes])],
    ["a File", () => new File([bytes], "other.png", { type: "image/x-own" })],
  ])("sends %s with its length", async (_, source) => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(source(), { name: "x.pdf", contentType: "application/pdf" });
    const [request] = server.requests;
    expect(request?.headers["content-length"]).toBe(String(request?.body.length));
    expect(request?.headers).not.toHaveProperty("transfer-encoding");
    const { file } = await formOf(request);
    expect([file.name, file.type]).toEqual(["x.pdf", "application/pdf"]);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
  });

  it.each([
    ["a web stream", () => new Blob([bytes]).stream()],
    ["a node stream", () => Readable.from([Buffer.from(bytes.slice(0, 3)), bytes.slice(3)])],
    [
      "an async generator",
      async function* () {
        yield bytes.subarray(0, 3);
        yield bytes.subarray(3);
      },
    ],
  ])("sends %s without a length", async (_, source) => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(source(), { name: "x.pdf" });
    const [request] = server.requests;
    expect(request?.headers["transfer-encoding"]).toBe("chunked");
    expect(request?.headers).not.toHaveProperty("content-length");
    const { file } = await formOf(request);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
  });

  it("takes name and type from a File, and the type of other names by their ending", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(new File(["x"], "selfie.png", { type: "image/x-own" }));
    await client.files.upload(new File(["x"], "selfie.png"));
    await client.files.upload(Buffer.from("x"), { name: "SCAN.PDF" });
    await client.files.upload(Buffer.from("x"), { name: "notes" });
    const forms = await Promise.all(server.requests.map(formOf));
    expect(forms.map(({ file }) => [file.name, file.type])).toEqual([
      ["selfie.png", "image/x-own"],
      ["selfie.png", "image/png"],
      ["SCAN.PDF", "application/pdf"],
      ["notes", "application/octet-stream"],
    ]);
  });

  it("sends names of any letters, and none that could end the header", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const names = ["日本 Zoë 😀.png", 'a"b;c.png', "a\r\nx-evil: 1.png", "..\\..\\x.png"];
    for (const name of names) await client.files.upload(Buffer.from("x"), { name });
    for (const request of server.requests) {
      const head = request.body.toString().split("\r\n\r\n")[0] ?? "";
      expect(head.split("\r\n").length).toBe(3);
      expect(head).not.toMatch(/^x-evil|\r(?!\n)|(?<!\r)\n/m);
    }
    const forms = await Promise.all(server.requests.map(formOf));
    expect(forms.map(({ file }) => file.name)).toEqual(names);
  });

  it("refuses a type that could end the header", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const upload = client.files.upload(Buffer.from("x"), {
      name: "x.png",
      contentType: "image/png\r\nx-evil: 1",
    });
    await expect(upload).rejects.toMatchObject({ name: "ValidationError" });
    expect(server.connections).toBe(0);
  });

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

/** An API that gives a link to a path of its own, and serves that as the test says. */
async function fileServer(
  serve: Answer,
  link: (server: ScriptedServer) => string = ({ url }) => `${url}/signed/file_1?sig=s3cr3t`,
): Promise<ScriptedServer> {
  const server: ScriptedServer = await startServer({
    otherwise: (response, seen, request) => {
      if (seen.target !== "/api/v1/files/download_links") return serve(response, seen, request);
      const files = [
        {
          file_id: "file_1",
          filename: "x.png",
          content_type: "image/png",
          size: 5,
          url: link(server),
        },
      ];
      return json(200, { files, absent_files: [] })(response, seen, request);
    },
  });
  return server;
}

describe("files.download()", () => {
  it("gives the file as a stream, with what is known of it", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url });
    const { stream, bytes, saveTo, ...known } = await client.files.download("file_1");
    expect(known).toEqual({
      fileId: "file_1",
      name: "x.png",
      contentType: "image/png",
      sizeBytes: 5,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("bytes");
  });

  it("sends neither token nor other headers to the link", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url, headers: { "x-own": "1" } });
    const download = await client.files.download("file_1", { onBehalfOf: "acct_9" });
    await download.bytes();
    const [links, file] = server.requests;
    expect(links?.headers).toMatchObject({ "x-on-behalf-of": "acct_9", "x-own": "1" });
    expect(file?.target).toBe("/signed/file_1?sig=s3cr3t");
    for (const name of ["authorization", "x-on-behalf-of", "x-own", "x-api-key", "x-client-id"]) {
      expect(file?.headers).not.toHaveProperty(name);
    }
  });

  it("reads a large file, as fast as its reader does", async () => {
    const large = Buffer.alloc(8 * mebibyte, "ab");
    const server = await fileServer(text(200, large));
    const client = createClient({ ...key, baseUrl: server.url });
    const { stream } = await client.files.download("file_1");
    let total = 0;
    for await (const chunk of stream) {
      total += chunk.length;
      await new Promise(setImmediate);
    }
    expect(total).toBe(large.length);
  });

  it("asks the remote for no more than its reader takes", async () => {
    let sent = 0;
    const server = await fileServer(async (response) => {
      response.writeHead(200);
      while (sent < 64 * mebibyte && !response.destroyed) {
        sent += mebibyte;
        if (!response.write(Buffer.alloc(mebibyte))) {
          await new Promise((resolve) => {
            response.once("drain", resolve);
            response.once("close", resolve);
          });
        }
      }
      response.end();
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { stream } = await client.files.download("file_1");
    await stream[Symbol.asyncIterator]().next();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sent).toBeLessThan(32 * mebibyte);
    stream.destroy();
  });

  it("gives the file once when it follows early hints", async () => {
    const server = await fileServer((response, seen, request) => {
      response.writeEarlyHints({ link: "</x>; rel=preload" });
      return text(200, "bytes")(response, seen, request);
    });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
  });

  it("saves to a path", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url });
    const path = join(await folder(), "x.png");
    await writeFile(path, "what was there before");
    await (await client.files.download("file_1")).saveTo(path);
    expect(await readFile(path, "utf8")).toBe("bytes");
  });

  it("works over fetch as well", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
  });

  it("follows redirects, up to three", async () => {
    let hops = 0;
    const server = await fileServer((response, seen, request) => {
      if (seen.target === "/end") return text(200, "bytes")(response, seen, request);
      hops += 1;
      const location = hops === 3 ? "/end" : `${hops}`;
      return text(302, "moved", { location })(response, seen, request);
    });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
    expect(server.requests.slice(1).map(({ target }) => target)).toEqual([
      "/signed/file_1?sig=s3cr3t",
      "/signed/1",
      "/signed/2",
      "/end",
    ]);
  });

  it.each([
    ["for ever", "/again"],
    ["to nowhere", "http://"],
    ["to another protocol", "file:///etc/passwd"],
  ])("fails in our own words when it is redirected %s", async (_, location) => {
    const server = await fileServer(text(302, "", { location }));
    const client = createClient({ ...key, baseUrl: server.url });
    const start = performance.now();
    await expect(client.files.download("file_1")).rejects.toMatchObject({
      operation: "files.download",
    });
    expect(performance.now() - start).toBeLessThan(500);
    expect(server.requests.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ["no URL", "s3cr3t"],
    ["of another protocol", "ftp://127.0.0.1/s3cr3t"],
    ["with a bad host", "http://[s3cr3t/x"],
  ])("fails in our own words when the link is %s, and does not show it", async (_, link) => {
    const server = await fileServer(text(200, "bytes"), () => link);
    const client = createClient({ ...key, baseUrl: server.url });
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const error = await client.files.download("file_1").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ operation: "files.download" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it.each([
    ["lists it as absent", json(200, { files: [], absent_files: ["file_1"] })],
    ["gives no link", json(200, { files: [{ file_id: "file_1", url: null }] })],
  ])("is not found when the API %s", async (_, answer) => {
    const server = await startServer({ otherwise: answer });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.download("file_1")).rejects.toMatchObject({
      name: "ApiError",
      code: "not_found",
      operation: "files.download",
    });
  });

  it("does not take another file's link for its own", async () => {
    const files = [{ file_id: "file_2", url: "http://127.0.0.1:9/x" }];
    const server = await startServer({ otherwise: json(200, { files, absent_files: ["file_1"] }) });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.files.download("file_1")).rejects.toMatchObject({ code: "not_found" });
  });

  it("fails in our own words when the API answers no links at all", async () => {
    const server = await startServer({ otherwise: json(200, {}) });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.download("file_1")).rejects.toMatchObject({
      name: expect.stringMatching(/^(ShapeError|ApiError)$/),
    });
  });

  it.each([403, 404, 410])(
    "fails when the link answers %i, and does not show it",
    async (status) => {
      const server = await fileServer(text(status, "<Error>AccessDenied</Error>"));
      const client = createClient({ ...key, baseUrl: server.url });
      const error = await client.files.download("file_1").catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "ApiError", operation: "files.download", status });
      expect(JSON.stringify(error)).not.toContain("s3cr3t");
    },
  );

  it("asks again where the link fails for a moment", async () => {
    const answers = [refuse(503), text(200, "bytes")];
    const server = await fileServer((...call) => answers.shift()?.(...call));
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
  });

  it("ends at its deadline when the transfer stalls, whoever reads it", async () => {
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some");
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const late = { name: "ConnectionError", code: "timeout", phase: "reading the answer" };
    const path = join(await folder(), "x.png");
    for (const read of ["bytes", "saveTo"] as const) {
      const start = performance.now();
      const download = await client.files.download("file_1", { timeoutMs: 150 });
      await expect(download[read](path)).rejects.toMatchObject(late);
      expect(performance.now() - start).toBeLessThan(250);
    }
  });

  it("spends one deadline on link and transfer together", async () => {
    const server = await startServer({
      otherwise: async (response, seen, request) => {
        if (seen.target.startsWith("/signed")) return stall()(response, seen, request);
        await new Promise((resolve) => setTimeout(resolve, 150));
        const files = [{ file_id: "file_1", url: `${server.url}/signed` }];
        return json(200, { files })(response, seen, request);
      },
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1").catch(() => undefined);
    const start = performance.now();
    await expect(client.files.download("file_1", { timeoutMs: 200 })).rejects.toMatchObject({
      code: "timeout",
    });
    expect(performance.now() - start).toBeLessThan(300);
  });

  it.each(["undici", "fetch"])("fails when the transfer is cut off, over %s", async (over) => {
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some", () => setTimeout(() => response.destroy(), 20));
    });
    const options = over === "fetch" ? { fetch } : {};
    const client = createClient({ ...key, baseUrl: server.url, ...options });
    const download = await client.files.download("file_1");
    await expect(download.bytes()).rejects.toMatchObject({
      name: "ConnectionError",
      code: "connection_lost",
      operation: "files.download",
      outcome: "not_done",
    });
  });

  it.each(["undici", "fetch"])(
    "rejects with the caller's own reason when it is aborted, over %s",
    async (over) => {
      const server = await fileServer((response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("some");
      });
      const options = over === "fetch" ? { fetch } : {};
      const client = createClient({ ...key, baseUrl: server.url, ...options });
      const controller = new AbortController();
      const reason = new Error("The visitor left");
      const download = await client.files.download("file_1", { signal: controller.signal });
      const read = download.bytes();
      read.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(reason);
      await expect(read).rejects.toBe(reason);
    },
  );

  it("does not break the process when nobody reads it", async () => {
    const thrown: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const onThrown = (error: unknown) => thrown.push(error);
    process.on("uncaughtException", onThrown);
    onTestFinished(() => {
      process.off("uncaughtException", onThrown);
      for (const other of others) process.on("uncaughtException", other);
    });
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some");
    });
    for (const options of [{}, { fetch }]) {
      const client = createClient({ ...key, baseUrl: server.url, ...options });
      const download = await client.files.download("file_1", { timeoutMs: 60 });
      await new Promise((resolve) => setTimeout(resolve, 120));
      await expect(download.bytes()).rejects.toMatchObject({ code: "timeout" });
    }
    expect(thrown).toEqual([]);
  });

  it("gives its connection back when it is cancelled, read or not", async () => {
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some");
    });
    const client = createClient({ ...key, baseUrl: server.url });
    for (const readFirst of [false, true]) {
      const { stream } = await client.files.download("file_1");
      if (readFirst) await stream[Symbol.asyncIterator]().next();
      stream.destroy();
      const request = server.requests.at(-1);
      const inTime = new Promise((resolve) => setTimeout(resolve, 500, "still open"));
      await expect(Promise.race([request?.closed.then(() => "closed"), inTime])).resolves.toBe(
        "closed",
      );
    }
  });

  it("never sends a token to another host, not even over a redirect", async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end("bytes");
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      other.close();
      other.closeAllConnections();
    });
    await new Promise((resolve) => other.once("listening", resolve));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/x`;
    const server = await fileServer(text(307, "", { location }));
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
    expect(seen).toEqual([undefined]);
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
