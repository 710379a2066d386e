import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/index.js";
import { failureOf, fileServer, json, key, stall, startServer, text } from "../scripted-server.js";

const mebibyte = 1024 * 1024;

/** A temporary folder for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("a transfer", () => {
  it("delivers a large file as fast as its reader takes it", async () => {
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

  it("delivers the file once when early hints come first", async () => {
    const server = await fileServer((response, seen, request) => {
      response.writeEarlyHints({ link: "</x>; rel=preload" });
      return text(200, "bytes")(response, seen, request);
    });
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
  });

  it("ends at its deadline when the transfer stalls, however it is read", async () => {
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some");
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const late = { name: "NetworkError", code: "timeout", phase: "reading the answer" };
    const path = join(await folder(), "x.png");
    for (const read of ["bytes", "saveTo"] as const) {
      const start = performance.now();
      const download = await client.files.download("file_1", { timeoutMs: 1500 });
      await expect(download[read](path)).rejects.toMatchObject(late);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });

  it("leaves the existing file in place when the transfer breaks off", async () => {
    const server = await fileServer((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("some", () => response.destroy());
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const directory = await folder();
    const there = join(directory, "there.png");
    await writeFile(there, "from before");
    for (const path of [there, join(directory, "new.png")]) {
      const download = await client.files.download("file_1");
      await expect(download.saveTo(path)).rejects.toMatchObject({ name: "NetworkError" });
    }
    expect(await readdir(directory)).toEqual(["there.png"]);
    expect(await readFile(there, "utf8")).toBe("from before");
  });

  it("shares one deadline between link and transfer", async () => {
    const server = await startServer({
      otherwise: async (response, seen, request) => {
        if (seen.target.startsWith("/signed")) return stall()(response, seen, request);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        const files = [{ file_id: "file_1", url: `${server.url}/signed` }];
        return json(200, { files })(response, seen, request);
      },
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1").catch(() => undefined);
    const start = performance.now();
    await expect(client.files.download("file_1", { timeoutMs: 3000 })).rejects.toMatchObject({
      code: "timeout",
    });
    // With a deadline of its own, the transfer would end after five seconds.
    expect(performance.now() - start).toBeLessThan(4900);
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
      name: "NetworkError",
      code: "response_lost",
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
      for (const reason of [new Error("The visitor left"), "the visitor left"]) {
        const controller = new AbortController();
        const download = await client.files.download("file_1", { signal: controller.signal });
        const read = download.bytes();
        read.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.abort(reason);
        const { error } = await failureOf(read);
        expect(error instanceof Error && (error === reason || error.cause === reason)).toBe(true);
      }
    },
  );

  it("does not crash the process when nobody reads it", async () => {
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
      await client.files.downloadLinks(["file_1"]);
      const download = await client.files.download("file_1", { timeoutMs: 400 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await expect(download.bytes()).rejects.toMatchObject({ code: "timeout" });
    }
    expect(thrown).toEqual([]);
  });

  it("returns its connection when it is cancelled, read or not", async () => {
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
});
