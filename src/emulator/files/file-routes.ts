/**
 * Files: upload, links, and the download that a link leads to.
 *
 * @see https://www.airwallex.com/docs/api/supporting_services/file_service
 */

import type { DownloadLink } from "../../generated/index.js";
import type { EmulatedRequest, EmulatedResponse } from "../engine/exchange.js";
import type { HandlersOf, Page } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { downloadPath, filesOf, type StoredFile } from "./file-store.js";
import { readUpload } from "./read-upload.js";

export const filesHandlers: HandlersOf<"filesUpload" | "filesDownloadLinks"> = {
  filesUpload({ world, request }) {
    const file = filesOf(world).add(readUpload(request));
    return {
      created: file.createdMs,
      file_id: file.id,
      filename: file.filename,
      notes: file.notes ?? null,
      object_type: "file",
      size: file.content.length,
    };
  },

  filesDownloadLinks({ world, request, body }) {
    const found = body.file_ids.map((id) => ({ id, file: filesOf(world).find(id) }));
    return {
      absent_files: found.flatMap(({ id, file }) => (file === undefined ? [id] : [])),
      files: found.flatMap(({ file }) => (file ? [linkTo(world, request, file)] : [])),
    };
  },
};

function linkTo(world: World, request: EmulatedRequest, file: StoredFile): DownloadLink {
  const { path, validUntilMs } = filesOf(world).link(file.id);
  return {
    content_type: file.contentType,
    // Only links write their time with a Z.
    download_link_valid_until: `${new Date(validUntilMs).toISOString().slice(0, 19)}Z`,
    file_id: file.id,
    filename: file.filename,
    size: file.content.length,
    url: request.origin + path,
  };
}

export const filesPages: readonly Page[] = [{ method: "GET", path: downloadPath, run: download }];

function download(
  world: World,
  request: EmulatedRequest,
  params: Readonly<Record<string, string>>,
): EmulatedResponse {
  const file = filesOf(world).open(params["id"] ?? "", request.query);
  if (file === undefined) {
    throw new Refusal(403, "forbidden", "The download link is invalid or has expired.");
  }
  // What encodeURIComponent leaves and RFC 5987 does not allow.
  const name = encodeURIComponent(file.filename).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  return {
    status: 200,
    headers: {
      "content-type": file.contentType,
      "content-disposition": `attachment; filename*=UTF-8''${name}`,
      // The type is whatever the upload said: no browser may guess another.
      "x-content-type-options": "nosniff",
    },
    body: file.content,
    delivery: "whole",
  };
}
