/** A store in a directory: for one or more processes on one machine. */

import { resolve } from "node:path";
import { checkOptions } from "../../checks/options.js";
import { buildStore } from "../build-store.js";
import type { Store } from "../store.js";
import { createFileBackend } from "./file-backend.js";

export type { Store } from "../store.js";

/** Options of `createFileStore`. */
export interface FileStoreOptions {
  /** Where to keep everything, on a local disk. Created with mode 0700 when first needed. */
  readonly directory: string;
}

/**
 * A store in a directory on a local disk, safe to share between processes on one machine. What it has
 * confirmed survives a process crash and a power failure. Files have mode 0600 and are named by a hash of
 * the key. The lease of a killed process is free at once if its process id is visible, otherwise when it
 * expires.
 *
 * `list` reads every record, once for all of its pages. Beyond some ten thousand records, use Redis or Postgres.
 *
 * @throws TypeError if `directory` is not a path.
 * @example
 * const store = createFileStore({ directory: "/var/lib/shop/airwallex" });
 */
export function createFileStore(options: FileStoreOptions): Store {
  checkOptions("Cannot create file store", options, { directory: "any" });
  const { directory } = options;
  if (typeof directory !== "string" || directory === "") {
    throw new TypeError("Cannot create file store: `directory` is missing, expected a path");
  }
  return buildStore(createFileBackend(resolve(directory)));
}
