/** Node's built-in modules, loaded on demand: loading `node:stream` takes longer than all our code. */

export function stream(): typeof import("node:stream") {
  return process.getBuiltinModule("node:stream");
}

export function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}
