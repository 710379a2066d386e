import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/index.js";
import { fileServer, json, key, refuse, startServer, text } from "../scripted-server.js";

/** A temporary folder for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("files.download()", () => {
  it("returns the file as a stream, with what is known about it", async () => {
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

  it("saves to a path", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url });
    const path = join(await folder(), "x.png");
    await writeFile(path, "what was there before");
    await (await client.files.download("file_1")).saveTo(path);
    expect(await readFile(path, "utf8")).toBe("bytes");
  });

  it("saves through a symbolic link, and keeps the permissions of the file that it replaces", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url });
    const directory = await folder();
    const [path, link] = [join(directory, "x.png"), join(directory, "link.png")];
    await writeFile(path, "what was there before", { mode: 0o600 });
    await symlink(path, link);
    await (await client.files.download("file_1")).saveTo(link);
    expect(await readFile(path, "utf8")).toBe("bytes");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(["link.png", "x.png"]);
  });

  it("saves to a path that is not a regular file", async () => {
    const server = await fileServer(text(200, "bytes"));
    const client = createClient({ ...key, baseUrl: server.url });
    await (await client.files.download("file_1")).saveTo("/dev/null");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  it("also works over fetch", async () => {
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
    ["forever", "/again"],
    ["to nowhere", "http://"],
    ["to another protocol", "file:///etc/passwd"],
  ])("fails with a message of our own when it is redirected %s", async (_, location) => {
    const server = await fileServer(text(302, "", { location }));
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.files.download("file_1")).rejects.toMatchObject({
      operation: "files.download",
    });
    expect(server.requests.length).toBeLessThanOrEqual(5);
  });

  it("does not follow a redirect from https to http", async () => {
    const asked: string[] = [];
    const files = [{ file_id: "file_1", url: "https://files.example/x" }];
    const fetch = async (url: string): Promise<Response> => {
      asked.push(url);
      if (url.endsWith("/download_links")) return Response.json({ files, absent_files: [] });
      if (!url.includes("files.example")) return Response.json({ token: "t" });
      const location = url.endsWith("/x") ? "https://files.example/y" : "http://files.example/z";
      return new Response("", { status: 302, headers: { location } });
    };
    const client = createClient({ ...key, fetch });
    const download = client.files.download("file_1");
    await expect(download).rejects.toMatchObject({ operation: "files.download" });
    expect(asked.slice(2)).toEqual(["https://files.example/x", "https://files.example/y"]);
  });

  it.each([
    ["no URL", "s3cr3t"],
    ["of another protocol", "ftp://127.0.0.1/s3cr3t"],
    ["with a bad host", "http://[s3cr3t/x"],
  ])(
    "fails with a message of our own when the link is %s, and does not show it",
    async (_, link) => {
      const server = await fileServer(text(200, "bytes"), () => link);
      const client = createClient({ ...key, baseUrl: server.url });
      const timers = () =>
        process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
      const before = timers();
      const error = await client.files.download("file_1").catch((reason: unknown) => reason);
      expect(error).toMatchObject({ operation: "files.download" });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
      expect(timers()).toBeLessThanOrEqual(before);
    },
  );

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
      status: 404,
      message: expect.stringContaining('Cannot call files.download: 404, "no file file_1'),
    });
  });

  it("does not take the link of another file for its own", async () => {
    const files = [{ file_id: "file_2", url: "http://127.0.0.1:9/x" }];
    const server = await startServer({ otherwise: json(200, { files, absent_files: ["file_1"] }) });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    await expect(client.files.download("file_1")).rejects.toMatchObject({ code: "not_found" });
  });

  it("fails with a message of our own when the API returns no links at all", async () => {
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

  it("tries again when the link fails for a moment", async () => {
    const answers = [refuse(503), text(200, "bytes")];
    const server = await fileServer((...call) => answers.shift()?.(...call));
    const client = createClient({ ...key, baseUrl: server.url });
    expect(String(await (await client.files.download("file_1")).bytes())).toBe("bytes");
  });

  it("never sends a token to another host, not even after a redirect", async () => {
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
