/** Files: upload, limits, links, and how long they last. */

import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { type Answer, connect, login, type Target } from "../api.js";

const mib = 1024 * 1024;

function form(content: string | Uint8Array, filename: string, type = "image/png"): FormData {
  const data = new FormData();
  data.append("file", new Blob([content], { type }), filename);
  return data;
}

test("upload returns 201 with an id in the documented form", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const answer = await api(
    "POST",
    "/api/v1/files/upload?notes=front",
    form("picture", "passport.png"),
  );
  const uploadedMs = Date.parse("2026-09-01T10:00:00Z");
  expect(answer).toMatchObject({
    status: 201,
    body: {
      created: uploadedMs,
      filename: "passport.png",
      notes: "front",
      object_type: "file",
      size: 7,
    },
  });
  const decoded = Buffer.from(answer.body.file_id, "base64").toString();
  expect(decoded).toMatch(
    new RegExp(
      `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},\\|,hongkong,\\|,passport\\.png_${uploadedMs}$`,
    ),
  );
  expect(answer.body.file_id).not.toContain("=");
});

test("a download link works without a token for one day", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const content = new Uint8Array([0, 255, 13, 10, 45, 45]);
  const upload = await api("POST", "/api/v1/files/upload", form(content, "Führerschein ä.png"));
  const { file_id } = upload.body;
  const { status, body } = await api("POST", "/api/v1/files/download_links", {
    file_ids: [file_id, "absent"],
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    absent_files: ["absent"],
    files: [
      {
        content_type: "image/png",
        download_link_valid_until: "2026-09-02T10:00:00Z",
        file_id,
        filename: "Führerschein ä.png",
        size: 6,
        url: expect.stringContaining(`${emulator.url}/files/download/`),
      },
    ],
  });
  const { url } = body.files[0];
  const download = await fetch(url);
  expect(download.headers.get("content-type")).toBe("image/png");
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(content);
  emulator.clock.advance(24 * 3_600_000 - 1);
  expect((await fetch(url)).status).toBe(200);
  emulator.clock.advance(1);
  const late = await fetch(url);
  expect(late.status).toBe(403);
  expect(await late.json()).toMatchObject({ code: "forbidden" });
});

test("a download link that was tampered with does not work", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const upload = await api("POST", "/api/v1/files/upload", form("x", "a.png"));
  const { body } = await api("POST", "/api/v1/files/download_links", {
    file_ids: [upload.body.file_id],
  });
  const url = new URL(body.files[0].url);
  url.searchParams.set("expires", String(Date.now() + 10 * 86_400_000));
  expect((await fetch(url)).status).toBe(403);
  expect((await fetch(url.origin + url.pathname)).status).toBe(403);
});

test("files are deleted after 90 days", async () => {
  await using emulator = await startEmulator({ frozen: true });
  const api = await connect(emulator);
  const upload = await api("POST", "/api/v1/files/upload", form("x", "a.png"));
  const absent = async () => {
    const fresh = await connect(emulator);
    const file_ids = [upload.body.file_id];
    return (await fresh("POST", "/api/v1/files/download_links", { file_ids })).body.absent_files;
  };
  emulator.clock.advance(90 * 86_400_000 - 1);
  expect(await absent()).toEqual([]);
  emulator.clock.advance(1);
  expect(await absent()).toEqual([upload.body.file_id]);
});

test.each([
  ["20 MB and a byte", "", form(new Uint8Array(20 * mib + 1), "a.png"), "invalid_argument", "file"],
  ["nothing", "", form("", "a.png"), "invalid_argument", "file"],
  [
    "a name of 51 characters",
    "",
    form("x", `${"a".repeat(47)}.png`),
    "invalid_argument",
    "filename",
  ],
  [
    "notes of 51 characters",
    `?notes=${"n".repeat(51)}`,
    form("x", "a.png"),
    "invalid_argument",
    "notes",
  ],
  ["a form without a file", "", new FormData(), "field_required", "file"],
  ["a body that is not a form", "", { file: "x" }, "invalid_argument", "file"],
])("upload refuses %s", async (_, query, body, code, source) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const answer = await api("POST", `/api/v1/files/upload${query}`, body);
  expect(answer).toMatchObject({ status: 400, body: { code, source } });
});

test("upload accepts exactly 20 MB, and a name and notes of 50 characters", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const file = form(new Uint8Array(20 * mib), `${"a".repeat(46)}.png`);
  const { status, body } = await api("POST", `/api/v1/files/upload?notes=${"n".repeat(50)}`, file);
  expect({ status, size: body.size }).toEqual({ status: 201, size: 20 * mib });
});

test("upload requires a token", async () => {
  await using emulator = await startEmulator();
  const body = form("x", "a.png");
  const response = await fetch(`${emulator.url}/api/v1/files/upload`, { method: "POST", body });
  expect(response.status).toBe(401);
});

test.each([
  ["no list", {}, "field_required"],
  ["an empty list", { file_ids: [] }, "invalid_argument"],
  ["text", { file_ids: "a" }, "invalid_argument"],
])("download_links refuses %s", async (_, body, code) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const answer = await api("POST", "/api/v1/files/download_links", body);
  expect(answer).toMatchObject({ status: 400, body: { code, source: "file_ids" } });
});

/** Uploads a body whose part has these headers, as clients of other languages write them. */
async function uploadRaw(
  headers: string,
  emulator: Target = createEmulator(),
  contentType = "multipart/form-data; boundary=B",
): Promise<Pick<Answer, "status" | "body">> {
  const { body: session } = await login(emulator);
  const response = await emulator.fetch("http://emulator.localhost/api/v1/files/upload", {
    method: "POST",
    headers: { authorization: `Bearer ${session.token}`, "content-type": contentType },
    body: `--B\r\n${headers}\r\n\r\nDATA\r\n--BX is content\r\n--B--\r\n`,
  });
  return { status: response.status, body: await response.json() };
}

test.each([
  ["a browser", 'form-data; name="file"; filename="a.png"', "a.png"],
  ["a browser, with a quote", 'form-data; name="file"; filename="a%22b.png"', 'a"b.png'],
  ["a browser, in Japanese", 'form-data; name="file"; filename="旅券.png"', "旅券.png"],
  [".NET", "form-data; name=file; filename=a.png; filename*=utf-8''a.png", "a.png"],
  [
    ".NET, with an accent",
    `form-data; name=file; filename="=?utf-8?B?w6kucG5n?="; filename*=utf-8''%C3%A9.png`,
    "é.png",
  ],
  [
    "Apache HttpClient 5",
    `form-data; name="file"; filename="?.png"; filename*="UTF-8''na%C3%AFve.png"`,
    "naïve.png",
  ],
  ["a client that names the language", "form-data; name=file; filename*=UTF-8'en'a.png", "a.png"],
  ["a client with ISO 8859-1", "form-data; name=file; filename*=iso-8859-1''%e9.png", "é.png"],
  [
    "an unknown charset, with a plain name",
    "form-data; name=file; filename=a.png; filename*=x-y''b",
    "a.png",
  ],
  ["Go", 'form-data; name="file"; filename="a\\"b.png"', 'a"b.png'],
  ["Go, with a backslash", 'form-data; name="file"; filename="a\\\\b.png"', "a\\b.png"],
  ["a path of Windows", 'form-data; name="file"; filename="C:\\scan.png"', "C:\\scan.png"],
  ["a semicolon in the name", 'form-data; name="file"; filename="a; b=c.png"', "a; b=c.png"],
  ["no spaces, in capitals", 'FORM-DATA;NAME="file";FILENAME="a.png"', "a.png"],
])("upload reads the file name as written by %s", async (_, disposition, filename) => {
  const answer = await uploadRaw(`Content-Disposition: ${disposition}\r\nContent-Type: image/png`);
  expect(answer).toMatchObject({ status: 201, body: { filename, size: 21 } });
});

test.each([
  ["a quoted boundary", 'multipart/form-data; boundary="B"'],
  ["a charset before the boundary", "Multipart/Form-Data; charset=utf-8; boundary=B"],
])("upload reads %s", async (_, contentType) => {
  const answer = await uploadRaw(
    'content-disposition: form-data; name="file"; filename="a"',
    createEmulator(),
    contentType,
  );
  expect(answer).toMatchObject({ status: 201, body: { filename: "a" } });
});

test.each([
  ["no boundary", "multipart/form-data", 'form-data; name="file"; filename="a"'],
  ["another boundary", "multipart/form-data; boundary=C", 'form-data; name="file"; filename="a"'],
  ["a part that is not of a form", "multipart/form-data; boundary=B", "attachment; filename=a"],
  ["a part without a name", "multipart/form-data; boundary=B", "form-data; filename=a"],
])("upload refuses %s", async (_, contentType, disposition) => {
  const answer = await uploadRaw(
    `content-disposition: ${disposition}`,
    createEmulator(),
    contentType,
  );
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_argument", source: "file" } });
});

test("a download is served as an attachment, in the type and by the name of the upload", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const page = form("<script>", "it's (a) page*.html", "text/html");
  const { body } = await api("POST", "/api/v1/files/upload", page);
  const links = await api("POST", "/api/v1/files/download_links", { file_ids: [body.file_id] });
  const { headers } = await fetch(links.body.files[0].url);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "text/html",
    "content-disposition": "attachment; filename*=UTF-8''it%27s%20%28a%29%20page%2a.html",
    "x-content-type-options": "nosniff",
  });
});

test("a file whose type is not printable is served as plain bytes", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body } = await uploadRaw(
    'content-disposition: form-data; name="file"; filename="a"\r\ncontent-type: text/html; x="é"',
    emulator,
  );
  const links = await api("POST", "/api/v1/files/download_links", { file_ids: [body.file_id] });
  const { status, headers } = await fetch(links.body.files[0].url);
  expect([status, headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
});
