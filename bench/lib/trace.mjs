/**
 * Preloaded with `--import`: writes the address of everything that a program loads into the file named
 * by LOADED_FILE. It is also its own loader hook, which node runs in a thread.
 */

import { appendFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { isMainThread } from "node:worker_threads";

const note = (address) => appendFileSync(process.env.LOADED_FILE, `${address}\n`);

if (isMainThread) {
  register(import.meta.url);
  // Modules loaded with `require` do not pass through the hook.
  const { cache } = createRequire(import.meta.url);
  process.on("exit", () => Object.keys(cache).forEach(note));
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  note(found.url);
  return found;
}
