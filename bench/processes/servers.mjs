/** The servers that processes share. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, startRedis } from "../../test/servers.ts";
import { doors } from "../lib/package.mjs";
import { openPool } from "./stores.mjs";

/** @returns {Promise<{ where: { kind: string, at: string }, stop: () => Promise<void> }>} */
export async function startStore(kind) {
  if (kind === "file") {
    const directory = mkdtempSync(join(tmpdir(), "bench-store-"));
    const stop = async () => rmSync(directory, { recursive: true, force: true });
    return { where: { kind, at: directory }, stop };
  }
  const server = kind === "redis" ? await startRedis() : await startPostgres();
  if (kind === "postgres") {
    const { createPostgresTables } = await import(doors()["./stores/postgres"].url);
    const pool = await openPool(server.url);
    await createPostgresTables(pool);
    await pool.end();
  }
  return { where: { kind, at: server.url }, stop: server.stop };
}
