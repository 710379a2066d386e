import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../src/index.js";
import { formOf, json, key, startServer } from "../scripted-server.js";

const uploaded = json(201, { file_id: "file_1", filename: "x.png", size: 3 });

/** A temporary folder for one test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("files.upload()", () => {
  it("sends a file from its path, with its name and type", async () => {
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

  it("takes name and type from a File, and otherwise the type from the name's extension", async () => {
    const server = await startServer({ otherwise: uploaded });
    const client = createClient({ ...key, baseUrl: server.url });
    await client.files.upload(new File(["x"], "selfie.png", { type: "image/x-own" }));
    await client.files.upload(new File(["x"], "selfie.png"));
    await client.files.upload(Buffer.from("x"), { name: "SCAN.PDF" });
    await client.files.upload(Buffer.from("x"), { name: "notes" });
    await client.files.upload(Buffer.from("x"), { name: "x.constructor" });
    const forms = await Promise.all(server.requests.map(formOf));
    expect(forms.map(({ file }) => [file.name, file.type])).toEqual([
      ["selfie.png", "image/x-own"],
      ["selfie.png", "image/png"],
      ["SCAN.PDF", "application/pdf"],
      ["notes", "application/octet-stream"],
      ["x.constructor", "application/octet-stream"],
    ]);
  });

  it("sends names in any script, and escapes what could end the header", async () => {
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
});
