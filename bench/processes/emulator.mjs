/** An emulator in a process of its own. Answers "stats" with how many requests it answered, and how. */

import { doors } from "../lib/package.mjs";

const { startEmulator } = await import(doors()["./emulator"].url);
const counts = {};
let first;
let last;
const emulator = await startEmulator({
  ...JSON.parse(process.argv[2] ?? "{}"),
  onRequest({ endpoint, status }) {
    const name = `${endpoint} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
    if (endpoint === "authentication.login" || status >= 400) return;
    last = performance.now();
    first ??= last;
  },
});

process.on("message", () => process.send({ counts, spanMs: last - first }));
process.send({ options: emulator.clientOptions });
