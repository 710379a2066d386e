import { createReadStream } from "node:fs";
import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Client, createClient, type FileSource } from "../../src/index.js";
import {
  closedServer,
  failureOf,
  json,
  key,
  refuse,
  stall,
  startServer,
} from "../scripted-server.js";

const uploaded = json(201, { file_id: "file_1", filename: "x.png", size: 3 });
const name = { name: "x.png" };

async function fileOf(bytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "source-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "x.png");
  await writeFile(path, Buffer.alloc(bytes, 1));
  return path;
}

interface Given {
  readonly source: FileSource;
  /** Whether it has been closed. */
  readonly closed: () => boolean;
}

/** Sources that hold something, and never end by themselves. */
const kinds: Readonly<Record<string, () => Given>> = {
  "a Node stream": () => {
    const source = new Readable({ read: () => undefined });
    source.push("x");
    return { source, closed: () => source.destroyed };
  },
  "a web stream": () => {
    let closed = false;
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        closed = true;
      },
    });
    return { source, closed: () => closed };
  },
  "an async iterable": () => {
    let closed = false;
    const source: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: async () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    return { source, closed: () => closed };
  },
};

/** How an upload ends early. */
const ends: Readonly<Record<string, (source: FileSource) => Promise<unknown>>> = {
  "a parameter is refused": async (source) =>
    (await clientOf()).files.upload(source, { name: "x".repeat(60) }),
  "an option is refused": async (source) =>
    (await clientOf()).files.upload(source, name, { nope: 1 } as never),
  "its signal was aborted": async (source) =>
    (await clientOf()).files.upload(source, name, { signal: AbortSignal.abort() }),
  "the login is refused": async (source) => {
    const server = await startServer({ logins: [refuse(401)] });
    return createClient({ ...key, baseUrl: server.url }).files.upload(source, name);
  },
  "nobody listens": async (source) => {
    const baseUrl = await closedServer();
    return createClient({ ...key, baseUrl, maxRetries: 0 }).files.upload(source, name);
  },
  "the deadline passes during the login": async (source) => {
    const server = await startServer({ logins: [stall()] });
    const client = createClient({ ...key, baseUrl: server.url });
    return client.files.upload(source, name, { timeoutMs: 300 });
  },
  "the deadline passes while it gives nothing": async (source) =>
    (await clientOf()).files.upload(source, name, { timeoutMs: 500 }),
  "it is refused before its end": async (source) => {
    const server = await startServer({
      otherwise: (response) => response.writeHead(413).end(),
    });
    const client = createClient({ ...key, baseUrl: server.url });
    return client.files.upload(source, name, { timeoutMs: 2000 });
  },
};

async function clientOf(): Promise<Client> {
  const server = await startServer({ otherwise: uploaded });
  return createClient({ ...key, baseUrl: server.url });
}

const rows = Object.keys(kinds).flatMap((kind) =>
  Object.keys(ends).map((end) => [kind, end] as const),
);

describe("files.upload()", () => {
  it.each(rows)("closes %s when %s", async (kind, end) => {
    const { source, closed } = (kinds[kind] as () => Given)();
    const { error } = await failureOf((ends[end] as (s: FileSource) => Promise<unknown>)(source));
    expect(error).toHaveProperty("stack");
    await expect.poll(closed, { timeout: 5000 }).toBe(true);
  });

  it.each([["undici"], ["fetch"]])("closes its source after the upload, over %s", async (over) => {
    const server = await startServer({ otherwise: uploaded });
    const fetch = over === "fetch" ? globalThis.fetch : undefined;
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    const stream = createReadStream(await fileOf(1000));
    await client.files.upload(stream, name);
    await expect.poll(() => stream.destroyed).toBe(true);
  });

  it("does not end the process when a stream fails before it is read", async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", note);
    onTestFinished(() => {
      process.off("uncaughtException", note);
      for (const other of others) process.on("uncaughtException", other);
    });
    const server = await startServer({
      logins: [
        async (response) => {
          await sleep(50);
          response.writeHead(201).end('{"token":"t"}');
        },
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const missing = createReadStream("/there/is/no/passport.png");
    await expect(client.files.upload(missing, name)).rejects.toMatchObject({
      code: "invalid_input",
      outcome: "not_done",
      message: expect.stringContaining("failed while it was read"),
    });
    // Also one that fails after its upload was refused.
    const late = new Readable({ read: () => undefined });
    await failureOf(client.files.upload(late, { name: "" }));
    late.emit("error", new Error("too late"));
    expect(uncaught).toEqual([]);
  });

  it("says so when somebody else reads the web stream", async () => {
    const stream = new Blob(["x"]).stream();
    stream.getReader();
    const { error } = await failureOf((await clientOf()).files.upload(stream, name));
    expect(error).toMatchObject({ code: "invalid_input", outcome: "not_done" });
  });

  it.each(
    ["undici", "fetch"].flatMap((over) => [
      ["grows", over, (path: string) => appendFile(path, Buffer.alloc(1e6))] as const,
      ["shrinks", over, (path: string) => truncate(path, 1e6)] as const,
    ]),
  )("refuses a file that %s while it is read, over %s", async (_, over, change) => {
    const path = await fileOf(3e6);
    const server = await startServer({
      answers: [
        async (response, seen, request) => {
          await change(path);
          return refuse(429)(response, seen, request);
        },
      ],
      otherwise: uploaded,
    });
    const fetch = over === "fetch" ? globalThis.fetch : undefined;
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    await expect(client.files.upload(path)).rejects.toMatchObject({
      code: "invalid_input",
      outcome: "not_done",
      message: expect.stringContaining("changed while it was read"),
    });
  });
});
