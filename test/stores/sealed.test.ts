import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { createSealedStore } from "../../src/stores/sealed.js";
import type { Store } from "../../src/stores/store.js";
import { describeConformance, plainWrite } from "./conformance-suite.js";

const oldKey = randomBytes(32);
const newKey = randomBytes(32).toString("base64url");
const secret = "refresh-token-of-somebody";

const shared = createMemoryStore();
describeConformance("createSealedStore() keeps the contract of the store in it", () =>
  createSealedStore(shared, { keys: { old: oldKey }, currentKid: "old" }),
);

async function sealedRecord(): Promise<{ readonly plain: Store; readonly store: Store }> {
  const plain = createMemoryStore();
  const store = createSealedStore(plain, { keys: { old: oldKey }, currentKid: "old" });
  await store.compareAndSet("a", plainWrite(secret, 0));
  return { plain, store };
}

async function put(plain: Store, key: string, value: string): Promise<void> {
  await plain.compareAndSet(key, plainWrite(value, (await plain.read(key))?.version ?? 0));
}

/** Rejects with this code, and shows nothing of the record or the keys. */
async function failsWith(reading: Promise<unknown>, code: string): Promise<void> {
  const error = await reading.then(
    () => expect.fail("it was read"),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "StoreError", code, key: expect.any(String) });
  const shown = inspect(error, { depth: 10, showHidden: true });
  for (const hidden of [secret, newKey, oldKey.toString("base64url"), oldKey.toString("hex")]) {
    expect(shown).not.toContain(hidden);
  }
}

test("createSealedStore() writes nothing that is readable without the key", async () => {
  const { plain } = await sealedRecord();
  const kept = (await plain.read("a"))?.value ?? "";
  const [header = "", ...rest] = kept.split(".");
  expect(rest).toHaveLength(4);
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
    alg: "dir",
    enc: "A256GCM",
    kid: "old",
    record: "a",
  });
  expect(kept).not.toContain(Buffer.from(secret).toString("base64url"));
});

test("createSealedStore() seals the same value differently each time", async () => {
  const { plain, store } = await sealedRecord();
  const first = (await plain.read("a"))?.value;
  await store.compareAndSet("a", plainWrite(secret, 1));
  expect((await plain.read("a"))?.value).not.toBe(first);
});

test("createSealedStore() refuses a record that was copied to another key", async () => {
  const { plain, store } = await sealedRecord();
  await put(plain, "b", (await plain.read("a"))?.value ?? "");
  await failsWith(store.read("b"), "sealed_record_moved");
});

test("createSealedStore() refuses a record whose header was rewritten to name another key", async () => {
  const { plain, store } = await sealedRecord();
  const [header = "", ...rest] = ((await plain.read("a"))?.value ?? "").split(".");
  const parsed = JSON.parse(Buffer.from(header, "base64url").toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...parsed, record: "b" })).toString("base64url");
  await put(plain, "b", [forged, ...rest].join("."));
  await failsWith(store.read("b"), "sealed_record_invalid");
});

test("createSealedStore() refuses a record with any part changed", async () => {
  const { plain, store } = await sealedRecord();
  const parts = ((await plain.read("a"))?.value ?? "").split(".");
  for (const index of [2, 3, 4]) {
    const bytes = Buffer.from(parts[index] ?? "", "base64url");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await put(plain, "a", parts.with(index, bytes.toString("base64url")).join("."));
    await failsWith(store.read("a"), "sealed_record_invalid");
  }
});

test.each([
  ["a token that was never sealed", secret],
  ["an empty string", ""],
  ["JSON", JSON.stringify({ refresh_token: secret })],
  ["five parts without a header", `${secret}....`],
  ["a header that is not an object", `${Buffer.from("7").toString("base64url")}....`],
])("createSealedStore() refuses %s", async (_what, value) => {
  const { plain, store } = await sealedRecord();
  await put(plain, "a", value);
  await failsWith(store.read("a"), "sealed_record_invalid");
});

test("createSealedStore() names the missing key, even one that is not a valid name", async () => {
  const { plain, store } = await sealedRecord();
  const other = createSealedStore(plain, { keys: { new: newKey }, currentKid: "new" });
  await failsWith(other.read("a"), "sealed_key_missing");
  await expect(other.read("a")).rejects.toThrow('"old"');
  const header = { alg: "dir", enc: "A256GCM", kid: "__proto__", record: "a" };
  await put(plain, "a", `${Buffer.from(JSON.stringify(header)).toString("base64url")}....`);
  await failsWith(store.read("a"), "sealed_key_missing");
  const endless = Buffer.from(JSON.stringify({ ...header, kid: "k".repeat(10_000) }));
  await put(plain, "a", `${endless.toString("base64url")}....`);
  await expect(store.read("a")).rejects.toThrow(/"k{100}"/);
});

test("createSealedStore() does not open a record that names another algorithm", async () => {
  const { plain, store } = await sealedRecord();
  const { CompactEncrypt } = await import("jose");
  const short = await new CompactEncrypt(Buffer.from("forged"))
    .setProtectedHeader({ alg: "A256KW", enc: "A256GCM", kid: "old", record: "a" })
    .encrypt(oldKey);
  await put(plain, "a", short);
  await failsWith(store.read("a"), "sealed_record_invalid");
});

test("createSealedStore() reads records sealed with an old key, and writes with the current one", async () => {
  const { plain, store: before } = await sealedRecord();
  const after = createSealedStore(plain, { keys: { old: oldKey, new: newKey }, currentKid: "new" });
  expect((await after.read("a"))?.value).toBe(secret);
  expect((await after.compareAndSet("a", plainWrite("next", 1)))?.value).toBe("next");
  const onlyNew = createSealedStore(plain, { keys: { new: newKey }, currentKid: "new" });
  expect((await onlyNew.read("a"))?.value).toBe("next");
  await failsWith(before.read("a"), "sealed_key_missing");
});

test("createSealedStore() fails a lease on a record that does not open, gives it back, and can delete the record", async () => {
  const { plain, store } = await sealedRecord();
  await put(plain, "a", "rubbish");
  const work = () => expect.fail("it worked");
  const lease = { leaseMs: 60_000, waitMs: 0 };
  await failsWith(store.withLease("a", lease, work), "sealed_record_invalid");
  expect((await plain.withLease("a", lease, async () => 1)).kind).toBe("worked");
  expect(await store.delete("a")).toBe(true);
  expect((await store.compareAndSet("a", plainWrite("anew", 0)))?.version).toBe(3);
});

test("createSealedStore() fails a wait for a record that does not open", async () => {
  const { plain, store } = await sealedRecord();
  await put(plain, "a", "rubbish");
  void plain.withLease("a", { leaseMs: 60_000, waitMs: 0 }, () => new Promise(() => undefined));
  const waiting = store.withLease(
    "a",
    { leaseMs: 60_000, waitMs: 5000, enough: () => true },
    async () => 1,
  );
  await failsWith(waiting, "sealed_record_invalid");
});

test("createSealedStore() refuses keys that are not 32 bytes, without showing them", () => {
  const make = (keys: Record<string, string | Uint8Array>, currentKid = "a") =>
    createSealedStore(createMemoryStore(), { keys, currentKid });
  expect(() => make({ a: oldKey }, "b")).toThrow(RangeError);
  expect(() => make({ a: randomBytes(16) })).toThrow(/"a" has 16 bytes, expected 32/);
  expect(() => make({ a: oldKey, b: "c2hvcnQ" })).toThrow(/"b" has 5 bytes/);
  expect(() => make({ a: undefined as unknown as string })).toThrow(TypeError);
});

test("createSealedStore() is not affected when the caller wipes a key afterwards", async () => {
  const plain = createMemoryStore();
  const given = Uint8Array.from(oldKey);
  const store = createSealedStore(plain, { keys: { old: given }, currentKid: "old" });
  given.fill(0);
  await store.compareAndSet("a", plainWrite(secret, 0));
  const same = createSealedStore(plain, { keys: { old: oldKey }, currentKid: "old" });
  expect((await same.read("a"))?.value).toBe(secret);
});
