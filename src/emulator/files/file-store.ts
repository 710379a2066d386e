/**
 * Uploaded files and their download links.
 *
 * @see https://www.airwallex.com/docs/api/supporting_services/file_service
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { dayMs } from "../engine/duration.js";
import { createExpiringMap, type Expiring } from "../engine/expiring-map.js";
import { digest } from "../engine/random.js";
import { defineState, type World } from "../engine/world.js";

/** The sandbox deletes files after this time. */
const keptMs = 90 * dayMs;

export interface StoredFile extends Expiring {
  readonly id: string;
  readonly filename: string;
  readonly notes: string | undefined;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly createdMs: number;
}

export interface Link {
  /** Path with its query. */
  readonly path: string;
  readonly validUntilMs: number;
}

export interface FileStore {
  add(file: Omit<StoredFile, "id" | "createdMs" | "expiresAtMs">): StoredFile;
  /** Undefined if there is no such file, or it has been deleted. */
  find(id: string): StoredFile | undefined;
  /** Anyone with the link can read the file, without a token; it works for a day by default. */
  link(id: string, lifetimeMs?: number): Link;
  /** The file that a link leads to; undefined if the link is forged or expired, or the file is gone. */
  open(id: string, query: URLSearchParams): StoredFile | undefined;
}

export const downloadPath = "/files/download/{id}";

/** The files of an emulator. */
export const filesOf: (world: World) => FileStore = defineState(
  ({ settings: { seed }, clock, ids }) => {
    const files = createExpiringMap<StoredFile>(clock);
    const key = digest(seed, "download links");
    const sign = (id: string, expires: string) =>
      createHmac("sha256", key).update(`${expires}.${id}`).digest("hex");

    const find = (id: string): StoredFile | undefined => {
      const file = files.get(id);
      return file && clock.nowMs() < file.expiresAtMs ? file : undefined;
    };
    return {
      add(file) {
        const createdMs = clock.nowMs();
        const id = ids.file(file.filename, createdMs);
        const stored = { ...file, id, createdMs, expiresAtMs: createdMs + keptMs };
        files.set(stored.id, stored);
        return stored;
      },
      find,
      link(id, lifetimeMs = dayMs) {
        const validUntilMs = clock.nowMs() + lifetimeMs;
        const expires = String(validUntilMs);
        const query = new URLSearchParams({ expires, signature: sign(id, expires) });
        const path = downloadPath.replace("{id}", encodeURIComponent(id));
        return { path: `${path}?${query}`, validUntilMs };
      },
      open(id, query) {
        const expires = query.get("expires") ?? "";
        const signature = Buffer.from(query.get("signature") ?? "");
        const expected = Buffer.from(sign(id, expires));
        if (signature.length !== expected.length) return undefined;
        if (!timingSafeEqual(signature, expected)) return undefined;
        return Number(expires) > clock.nowMs() ? find(id) : undefined;
      },
    };
  },
);
