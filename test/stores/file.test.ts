import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { replaceState } from "../../src/stores/file/disk.js";
import { createFileStore, type Store } from "../../src/stores/file/index.js";
import { heldSinceMs, isGone, nameHolder } from "../../src/stores/file/lock-holder.js";
import { createLockedStates } from "../../src/stores/file/locked-states.js";
import { buildProgram } from "../build-program.js";
import { describeConformance, pause, plainWrite } from "./conformance-suite.js";

const root = mkdtempSync(join(tmpdir(), "file-store-"));
let directory = "";
let count = 0;
beforeEach(() => {
  directory = join(root, String(count++));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describeConformance("createFileStore() keeps the contract", () =>
  createFileStore({ directory: join(root, "conformance") }),
);

/** All files below a directory, by path. */
function everything(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
}

function onlyDirectory(part: "records" | "claims"): string {
  const state = everything(join(directory, part)).find((path) => path.endsWith("state.json"));
  return join(state ?? "missing", "..");
}

/** Takes the lease of `key` and never gives it back. */
function hold(store: Store): Promise<void> {
  return new Promise((resolve) => {
    const work = (): Promise<never> => {
      resolve();
      return new Promise(() => undefined);
    };
    void store.withLease("key", { leaseMs: 60_000, waitMs: 0 }, work);
  });
}

/** The name that a process would have left before it ended. */
function nameOfTheDead(): string {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const [place, , , since, id] = nameHolder(Date.now()).split(".");
  return [place, pid, "1", since, id].join(".");
}

test("createFileStore() refuses an empty directory", () => {
  expect(() => createFileStore({ directory: "" })).toThrow(TypeError);
});

test("createFileStore() protects files from other users, and keeps keys out of file names", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("../secret-key", plainWrite("secret-value", 0));
  await store.claim("event", { leaseMs: 1000 });
  for (const path of [directory, ...everything(directory)]) {
    const found = statSync(path);
    expect((found.mode & 0o777).toString(8), path).toBe(found.isDirectory() ? "700" : "600");
    expect(path).not.toContain("secret");
  }
});

test("createFileStore() keeps its records across a restart of the process", async () => {
  await createFileStore({ directory }).compareAndSet("key", plainWrite("a", 0));
  expect((await createFileStore({ directory }).read("key"))?.value).toBe("a");
});

test("createFileStore() takes over from a process that died while writing", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const found = onlyDirectory("records");
  const held = join(found, `held.${nameOfTheDead()}`);
  renameSync(join(found, "free"), held);
  writeFileSync(join(held, "next.half.json"), '{"value":"half');

  const startMs = performance.now();
  expect((await store.read("key"))?.value).toBe("a");
  expect((await store.compareAndSet("key", plainWrite("b", 1)))?.version).toBe(2);
  // From one that may be alive, it takes over after ten seconds.
  expect(performance.now() - startMs).toBeLessThan(9000);
  expect(readdirSync(found).sort()).toEqual(["free", "state.json"]);
  expect(readdirSync(join(found, "free"))).toEqual([]);
});

test("createFileStore() takes over from a process that it cannot see once that is overdue", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const found = onlyDirectory("records");
  renameSync(join(found, "free"), join(found, `held.elsewhere.1.1.${Date.now() - 9500}.x`));
  const startMs = performance.now();
  expect((await store.compareAndSet("key", plainWrite("b", 1)))?.version).toBe(2);
  expect(performance.now() - startMs).toBeGreaterThan(300);
});

test("createFileStore() takes over from a process that seems to start later, when the clock was set back", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const found = onlyDirectory("records");
  renameSync(join(found, "free"), join(found, `held.elsewhere.1.1.${Date.now() + 3_600_000}.x`));
  expect((await store.compareAndSet("key", plainWrite("b", 1)))?.version).toBe(2);
});

test("createFileStore() starts over when its turn was taken while it slept", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("0", 0));
  const found = onlyDirectory("records");
  let stop = false;
  const thief = (async () => {
    let stolen = 0;
    while (!stop && stolen < 10) {
      const held = readdirSync(found).find((name) => name.startsWith("held."));
      if (held !== undefined) {
        try {
          // What another process does to one that is overdue.
          renameSync(join(found, held), join(found, `held.${nameOfTheDead()}`));
          stolen++;
        } catch {
          // The turn was given back in between.
        }
      }
      await pause(1);
    }
    return stolen;
  })();
  for (let version = 1; version <= 20; version++) {
    const written = await store.compareAndSet("key", plainWrite(String(version), version));
    expect(written?.version).toBe(version + 1);
  }
  stop = true;
  expect(await thief).toBeGreaterThan(0);
  expect((await store.read("key"))?.value).toBe("20");
});

test("createLockedStates() does not let a process that slept overwrite what its successor wrote", async () => {
  const states = createLockedStates<{ readonly by: string }>(directory, join(directory, "scratch"));
  const name = "ab12";
  const found = join(directory, "ab", name);
  await states.change(name, () => ({ state: { by: "somebody" }, result: undefined }));
  const seen: unknown[] = [];
  const result = await states.change(name, (before) => {
    seen.push(before);
    if (seen.length === 1) {
      // What happens while this process sleeps: the lock is taken, used, and given back.
      const held = readdirSync(found).find((entry) => entry.startsWith("held.")) ?? "";
      renameSync(join(found, held), join(found, "held.successor"));
      writeFileSync(join(found, "state.json"), JSON.stringify({ by: "successor" }));
      renameSync(join(found, "held.successor"), join(found, "free"));
    }
    return { state: { by: "sleeper" }, result: seen.length };
  });
  expect(seen).toEqual([{ by: "somebody" }, { by: "successor" }]);
  expect(result).toBe(2);
  expect(await states.read(name)).toEqual({ by: "sleeper" });
  expect(readdirSync(found).sort()).toEqual(["free", "state.json"]);
});

test("createFileStore() frees the lease of a dead process at once", async () => {
  const store = createFileStore({ directory });
  await hold(store);
  expect(await store.withLease("key", { leaseMs: 1, waitMs: 0 }, async () => 1)).toEqual({
    kind: "busy",
  });
  const state = join(onlyDirectory("records"), "state.json");
  const kept = JSON.parse(readFileSync(state, "utf8")) as Record<string, unknown>;
  writeFileSync(state, JSON.stringify({ ...kept, holder: nameOfTheDead() }));
  expect((await store.withLease("key", { leaseMs: 1, waitMs: 0 }, async () => 1)).kind).toBe(
    "worked",
  );
});

test("createFileStore() does not wait for a lease that seems to start later, when the clock was set back", async () => {
  const store = createFileStore({ directory });
  await hold(store);
  const state = join(onlyDirectory("records"), "state.json");
  const kept = JSON.parse(readFileSync(state, "utf8")) as Record<string, number>;
  writeFileSync(state, JSON.stringify({ ...kept, leasedUntilMs: Date.now() + 3_600_000 }));
  expect((await store.withLease("key", { leaseMs: 1, waitMs: 0 }, async () => 1)).kind).toBe(
    "worked",
  );
});

test("createFileStore() names a broken file, and shows nothing of its contents", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  for (const broken of [
    'secret-token"',
    '"secret"',
    "null",
    '{"version":"secret"}',
    '{"value":7}',
  ]) {
    writeFileSync(join(onlyDirectory("records"), "state.json"), broken);
    await expect(store.compareAndSet("key", plainWrite("b", 0))).rejects.toThrow(
      "changed by somebody",
    );
  }
  writeFileSync(join(onlyDirectory("records"), "state.json"), 'secret-token"');
  const failure = await store.read("key").catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "StoreError", code: "record_unreadable" });
  expect(
    JSON.stringify([String(failure), (failure as Error).cause, (failure as Error).stack]),
  ).not.toContain("secret");
});

test("createFileStore() removes expired claims, and what killed processes left behind", async () => {
  const store = createFileStore({ directory });
  const claim = await store.claim("old", { leaseMs: 1000 });
  if (claim.kind === "claimed") await store.confirm("old", claim.token, { keepMs: 1 });
  const old = onlyDirectory("claims");
  const left = join(directory, "scratch", "left");
  mkdirSync(join(left, "free"), { recursive: true });
  utimesSync(left, 0, 0);
  // Ids in the same shard as the old one, found by trial and error.
  const next = createFileStore({ directory });
  const { createHash } = await import("node:crypto");
  const shardOf = (id: string) => createHash("sha256").update(id).digest("hex").slice(0, 2);
  const neighbour = Array.from({ length: 10_000 }, (_, index) => `id${index}`).find(
    (id) => shardOf(id) === shardOf("old"),
  );
  await next.claim(neighbour ?? "", { leaseMs: 60_000 });
  expect(everything(join(directory, "claims"))).not.toContain(old);
  expect(readdirSync(join(directory, "scratch"))).toEqual([]);
  expect((await next.claim("old", { leaseMs: 1 })).kind).toBe("claimed");
});

test("replaceState() leaves nothing behind when it cannot write a state", async () => {
  const [state, lock] = [join(directory, "state.json"), join(directory, "lock")];
  mkdirSync(join(state, "in the way"), { recursive: true });
  mkdirSync(lock);
  await expect(replaceState(state, { value: "t0ken" }, lock)).rejects.toThrow();
  expect(readdirSync(lock)).toEqual([]);
});

test("isGone() tells dead processes from living and unknown ones", () => {
  const mine = nameHolder(123);
  expect(heldSinceMs(mine)).toBe(123);
  expect(isGone(mine)).toBe(false);
  expect(isGone(nameOfTheDead())).toBe(true);
  const [place, pid, , ...rest] = mine.split(".");
  expect(isGone([place, pid, "1", ...rest].join(".")), "the id was given to another process").toBe(
    process.platform === "linux",
  );
  expect(isGone(["elsewhere", pid, "1", ...rest].join("."))).toBe(false);
  expect(isGone("nonsense")).toBe(false);
});

/** What is in the only record's file. */
function storedRecord(): Record<string, unknown> & { written: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(onlyDirectory("records"), "state.json"), "utf8"));
}

function storeRecord(state: object): void {
  writeFileSync(join(onlyDirectory("records"), "state.json"), JSON.stringify(state));
}

const minuteMs = 60_000;

test("createFileStore() counts ages right when the clock is set back or forward", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const state = storedRecord();
  const upMs = Number(state.written["upMs"]) - 11 * minuteMs;
  storeRecord({ ...state, written: { ...state.written, upMs } });
  const real = Date.now.bind(Date);
  onTestFinished(() => void vi.restoreAllMocks());
  for (const minutes of [-600, -10, 0, 600]) {
    vi.spyOn(Date, "now").mockImplementation(() => real() + minutes * minuteMs);
    const ageMs = (await store.read("key"))?.ageMs;
    expect(ageMs, `${minutes} minutes`).toBeGreaterThanOrEqual(11 * minuteMs - 20);
    expect(ageMs, `${minutes} minutes`).toBeLessThan(12 * minuteMs);
  }
});

test("createFileStore() cannot tell an age from before a restart of the machine if its clock was set back", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const state = storedRecord();
  const writtenAgo = (ms: number) =>
    storeRecord({ ...state, written: { origin: "before", upMs: 0, atMs: Date.now() - ms } });
  const lease = { leaseMs: 1000, waitMs: 0 };
  const ages = async () => {
    const leased = await store.withLease("key", lease, async ({ record }) => record?.ageMs);
    return [(await store.read("key"))?.ageMs, leased.kind === "worked" ? leased.result : undefined];
  };
  writtenAgo(-10 * minuteMs);
  expect(await ages()).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  writtenAgo(10 * minuteMs);
  for (const age of await ages()) expect(age).toBeGreaterThanOrEqual(10 * minuteMs);
  writtenAgo(-500);
  for (const age of await ages())
    expect(age, "clocks are corrected all the time").toBeLessThan(minuteMs);
});

/** Records what is synced and renamed on disk, in order, as `sync next.json`. */
function recordDiskSteps(): string[] {
  const steps: string[] = [];
  const { open, rename } = fsPromises;
  const short = (path: unknown) => {
    const name = basename(String(path))
      .replace(/^next\..*/, "next")
      .replace(/^held\..*/, "held");
    return /^[0-9a-f]{64}$/.test(name) ? "record" : name;
  };
  fsPromises.open = async (path, ...more) => {
    const handle = await open(path, ...more);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await sync();
      steps.push(`sync ${short(path)}`);
    };
    return handle;
  };
  fsPromises.rename = async (from, to) => {
    await rename(from, to);
    steps.push(`rename ${short(from)} to ${short(to)}`);
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fsPromises, { open, rename });
    syncBuiltinESMExports();
  });
  return steps;
}

test("createFileStore() syncs a state before it replaces the old one, and the directory after that", async () => {
  const store = createFileStore({ directory });
  await store.compareAndSet("key", plainWrite("a", 0));
  const steps = recordDiskSteps();
  await store.compareAndSet("key", plainWrite("b", 1));
  expect(steps).toEqual([
    "rename free to held",
    "sync next",
    "rename next to state.json",
    "sync record",
    "rename held to free",
  ]);
});

test("createFileStore() syncs every directory that it makes", async () => {
  const steps = recordDiskSteps();
  await createFileStore({ directory }).compareAndSet("key", plainWrite("a", 0));
  const shard = basename(join(onlyDirectory("records"), ".."));
  for (const parent of [basename(root), basename(directory), "records", shard]) {
    expect(steps).toContain(`sync ${parent}`);
  }
});

test("createFileStore() keeps the old record, and goes on, when the disk is full", async () => {
  const program = await buildProgram(new URL("./full-disk.ts", import.meta.url));
  // In blocks of 512 bytes.
  const command = 'ulimit -f 16; exec "$@"';
  const node = [process.execPath, program, directory];
  const { refusal, read, after, left } = JSON.parse(
    execFileSync("sh", ["-c", command, "sh", ...node], { encoding: "utf8" }),
  );
  expect(refusal).toMatchObject({
    name: "StoreError",
    code: "store_unavailable",
    message: expect.stringContaining("Cannot write the record: the store failed with"),
    cause: { code: "EFBIG" },
  });
  expect(read).toMatchObject({ value: "before", version: 1 });
  expect(after).toMatchObject({ kind: "worked", result: { value: "after", version: 2 } });
  expect(left).toEqual([]);
});
