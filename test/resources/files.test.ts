import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/index.js";
import { cut, json, key, refuse, startServer } from "../scripted-server.js";

const mebibyte = 1024 * 1024;
const uploaded = json(201, { file_id: "file_1", filename: "x.png", size: 3 });

/** A temporary folder for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("files.upload()", () => {
  it("sends notes and options with the call", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const params = { name: "x.png", notes: "front & back" };
    const options = { onBehalfOf: "acct_9", headers: { "x-trace": "7" } };
    await client.files.upload(Buffer.from("x"), params, options);
    expect(server.requests).toMatchObject([
      {
        target: "/api/v1/files/upload?notes=front+%26+back",
        headers: { "x-on-behalf-of": "acct_9", "x-trace": "7" },
      },
    ]);
  });

  it("returns the details of its response, and rejects once when a file is refused", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const server = await startServer({ otherwise: uploaded });
    const { files } = createClient({ ...key, baseUrl: server.url });
    const { data, response } = await files
      .upload(Buffer.from("x"), { name: "x.png" })
      .withResponse();
    expect([data.file_id, response.status, response.attempts]).toEqual(["file_1", 201, 1]);
    const refused = files.upload(Buffer.alloc(0), { name: "x.png" }).withResponse();
    await expect(refused).rejects.toMatchObject({ name: "ValidationError" });
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });

  it("sends one content-type, whatever the options are", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files
      .upload(Buffer.from("x"), { name: "x.png" }, { extraBody: { more: 1 } })
      .catch(() => undefined);
    for (const { rawHeaders } of server.requests) {
      const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
      expect(names.filter((name) => name === "content-type").length).toBe(1);
    }
  });

  it("refuses whatever cannot be uploaded, with all problems at once, before anything is sent", async () => {
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
    ["a name that is not a string", Buffer.from("x"), { name: 7 }, "name"],
    ["notes that are not a string", Buffer.from("x"), { name: "x", notes: 7 }, "notes"],
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
      await expect(upload).rejects.toMatchObject({
        name: "ValidationError",
        message: expect.stringMatching(/file: is .+, expected a path, bytes, a Blob or a stream$/),
      });
      expect(server.connections).toBe(0);
    },
  );

  it("refuses unknown params and options, with the ones that were probably meant", async () => {
    const server = await startServer();
    const { files } = createClient({ ...key, baseUrl: server.url });
    const params = { name: "x.png", note: "front", timeoutMs: 5 };
    await expect(files.upload(Buffer.from("x"), params)).rejects.toMatchObject({
      name: "ValidationError",
      issues: [
        { path: ["note"], message: "is not a known field", suggestion: "notes" },
        { path: ["timeoutMs"], message: "is an option, expected in the third argument" },
      ],
    });
    const options = { timeout: 5 };
    const upload = files.upload(Buffer.from("x"), { name: "x.png" }, options as object);
    await expect(upload).rejects.toThrow(
      'Cannot call files.upload: timeout is not a known option, did you mean "timeoutMs"',
    );
    expect(server.connections).toBe(0);
  });

  it("accepts 20 MB, and names of 50 characters", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    const options = { name: "n".repeat(50), notes: "😀".repeat(25) };
    await client.files.upload(Buffer.alloc(20 * mebibyte), options);
    expect(server.requests[0]?.body.length).toBeGreaterThan(20 * mebibyte);
  });

  it("says why a path cannot be read, and keeps the file system's own error", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const missing = join(await folder(), "missing.png");
    await expect(client.files.upload(missing)).rejects.toMatchObject({
      name: "ValidationError",
      message: "Cannot call files.upload: file: does not exist, expected the path of a file",
      cause: { code: "ENOENT" },
    });
    for (const [source, problem] of [
      [await folder(), "is a directory or device"],
      [new URL("https://host/x.png"), "is a URL of another kind"],
    ] as const) {
      const upload = client.files.upload(source);
      await expect(upload).rejects.toMatchObject({ name: "ValidationError" });
      await expect(upload).rejects.toThrow(problem);
    }
    expect(server.connections).toBe(0);
  });

  it("reports an unknown outcome when the answer is lost", async () => {
    const server = await startServer({ otherwise: cut() });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.upload(Buffer.from("x"), { name: "x.png" })).rejects.toMatchObject({
      code: "response_lost",
      outcome: "unknown",
      attempts: 1,
    });
  });

  it("resends bytes after a rate limit, but not a stream", async () => {
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

  it("uses the files host, with the token from the API host", async () => {
    const files = await startServer({ otherwise: uploaded });
    const api = await startServer();
    const client = createClient({ ...key, baseUrl: api.url, filesBaseUrl: files.url });
    await client.files.upload(Buffer.from("x"), { name: "x.png" });
    expect(api.logins.length).toBe(1);
    expect(files.logins.length).toBe(0);
    expect(files.requests[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it("opens a file anew for each attempt, and leaves none open", async () => {
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
  it("returns the links and the ids of missing files", async () => {
    const body = { files: [{ file_id: "file_1", url: "https://x" }], absent_files: ["file_2"] };
    const server = await startServer({ answers: [json(200, body)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.downloadLinks(["file_1", "file_2"])).resolves.toEqual(body);
    expect(server.requests[0]?.target).toBe("/api/v1/files/download_links");
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
      file_ids: ["file_1", "file_2"],
    });
  });

  it.each([[[]], ["file_1"], [[7]], [[""]], [undefined]])(
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
