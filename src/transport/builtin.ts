/**
 * Node's built-in modules, loaded on demand. An `import` of one takes longer than a hundred lines of ours,
 * and `node:stream` longer than all our code.
 */

export function events(): typeof import("node:events") {
  return process.getBuiltinModule("node:events");
}

export function stream(): typeof import("node:stream") {
  return process.getBuiltinModule("node:stream");
}

export function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}
