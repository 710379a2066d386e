/** Measures fresh processes, each paired with a bare one that ran right before it. */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lowest, median } from "./stats.mjs";

const probe = fileURLToPath(new URL("probe.mjs", import.meta.url));
const trace = new URL("trace.mjs", import.meta.url).href;

/** The arguments of node for a probe. */
export const probing = (...args) => [probe, ...args];

/**
 * What each program takes beside bare node, as a ratio and as a difference. The time is the median of the
 * pairs; the CPU time is the lowest of each side, which a busy machine affects least.
 *
 * @typedef {{ x: number, cpuX: number, ms: number, cpuMs: number, mb: number }} Cost
 * @param {Record<string, readonly string[]>} programs arguments of node
 * @returns {Promise<Record<string, Cost>>}
 */
export async function compareWithBare(programs, runs) {
  const names = Object.keys(programs);
  const pairs = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = 0; i < runs; i++) {
    for (const name of names) {
      const bare = await start(probing("nothing"));
      pairs[name].push({ bare, full: await start(programs[name]) });
    }
  }
  return Object.fromEntries(names.map((name) => [name, costOf(pairs[name])]));
}

function costOf(pairs) {
  const least = (side) => lowest(pairs.map((pair) => pair[side].said.cpuMs));
  return {
    x: median(pairs.map(({ bare, full }) => full.ms / bare.ms)),
    cpuX: least("full") / least("bare"),
    ms: median(pairs.map(({ bare, full }) => full.ms - bare.ms)),
    cpuMs: least("full") - least("bare"),
    mb: median(pairs.map(({ bare, full }) => full.said.rssMb - bare.said.rssMb)),
  };
}

/** Runs a probe and returns its output. */
export async function ask(...args) {
  const { said } = await start(probing(...args));
  return said;
}

/** The packages that a program loads. */
export async function packagesOf(args) {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const LOADED_FILE = join(directory, "loaded");
  try {
    await start(["--import", trace, ...args], { LOADED_FILE });
    const addresses = readFileSync(LOADED_FILE, "utf8");
    const names = addresses.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g);
    return new Set([...names].map(([, name]) => name));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function start(args, env = {}) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const ms = performance.now() - begin;
      if (code !== 0) reject(new Error(`node ${args.join(" ")} ended with ${code}`));
      else resolve({ ms, said: text.startsWith("{") ? JSON.parse(text) : {} });
    });
  });
}
