/**
 * Runs under a limit for the size of files, as a process sees a disk that is full: a write stops halfway.
 * Prints what the store did, as JSON.
 */

import { readdirSync } from "node:fs";
import { createFileStore } from "../../src/stores/file/index.js";
import { plainWrite } from "./conformance-suite.js";

const directory = process.argv[2] ?? "";
const store = createFileStore({ directory });
await store.compareAndSet("key", plainWrite("before", 0));
const lease = { leaseMs: 60_000, waitMs: 0 };
const refusal = await store
  .withLease("key", lease, ({ fence }) =>
    store.compareAndSet("key", { ...plainWrite("x".repeat(60_000), 1), fence, keepLease: true }),
  )
  .catch((error: unknown) => error);
const read = await store.read("key");
const after = await store.withLease("key", lease, ({ fence }) =>
  store.compareAndSet("key", { ...plainWrite("after", 1), fence }),
);
const left = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) =>
  /next\.|held\./.test(name),
);
process.stdout.write(JSON.stringify({ refusal, read, after, left }));
