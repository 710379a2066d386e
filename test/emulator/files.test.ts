/** Files: upload, limits, links, and how long they last. */

import { startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { connect } from "./api.js";

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
