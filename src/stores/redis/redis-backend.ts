/** What a store does, by the Redis scripts: their keys, their arguments, and what their answers mean. */

import type { Acquired, Listed, ListQuery, StoreBackend } from "../backend.js";
import { lateConfirmMs } from "../claim-state.js";
import type { ListedKey, StoredRecord } from "../store.js";
import type { Script } from "./client.js";
import {
  acquireScript,
  claimScript,
  confirmScript,
  giveBackScript,
  listByExpiryScript,
  listByKeyScript,
  readScript,
  releaseScript,
  removeScript,
  writeScript,
} from "./scripts.js";

export type Run = (
  script: Script,
  keys: string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

type Names = ReturnType<typeof createNames>;

/** The part in braces decides the slot: the same for records and lists; each claim hashes on its own. */
export function createNames(prefix: string) {
  return {
    record: (key: string) => `{${prefix}}:record:${key}`,
    byKey: `{${prefix}}:keys`,
    byExpiry: `{${prefix}}:expiring`,
    channel: `{${prefix}}:changed`,
    claim: (id: string) => `${prefix}:claim:${id}`,
  };
}

export function createRedisBackend(run: Run, names: Names): StoreBackend {
  const listed = (key: string): string[] => [names.record(key), names.byKey, names.byExpiry];
  return {
    read: async (key) => toRecord(await run(readScript, [names.record(key)], [])),
    async acquire(key, { leaseMs, token, seenVersion }) {
      const args = [leaseMs, token, seenVersion ?? ""];
      return toAcquired(await run(acquireScript, [names.record(key)], args));
    },
    giveBack: (key, fence) => run(giveBackScript, [names.record(key)], [key, fence, names.channel]),
    async write(key, { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }, writeId) {
      const lease = [fence ?? "", keepLease ? "1" : ""];
      const args = [
        key,
        value,
        expiresAtMs ?? "",
        expectedVersion,
        ...lease,
        writeId,
        names.channel,
        keepAge ? "1" : "",
      ];
      return toRecord(await run(writeScript, listed(key), args));
    },
    remove: async (key) =>
      toNumber(await run(removeScript, listed(key), [key, names.channel])) === 1,
    list: (query) =>
      query.expiringBeforeMs === undefined
        ? listByKey(run, names, query)
        : listByExpiry(run, names, query, query.expiringBeforeMs),
    async claim(id, token, leaseMs) {
      const kind = await run(claimScript, [names.claim(id)], [token, leaseMs, lateConfirmMs]);
      return String(kind) as "claimed" | "busy" | "done";
    },
    confirm: async (id, token, keepMs) =>
      toNumber(await run(confirmScript, [names.claim(id)], [token, keepMs])) === 1,
    release: async (id, token) =>
      toNumber(await run(releaseScript, [names.claim(id)], [token])) === 1,
    pollMs: [20, 250],
  };
}

async function listByKey(run: Run, names: Names, query: ListQuery): Promise<Listed> {
  const args = [query.prefix, query.limit + 1, query.after?.key ?? ""];
  const members = toTexts(await run(listByKeyScript, [names.byKey], args));
  const keys = members.slice(0, query.limit).map((member) => {
    const [key = "", expires = ""] = member.split("\0");
    return { key, expiresAtMs: expires === "" ? undefined : Number(expires) };
  });
  return { keys, after: members.length > query.limit ? keys.at(-1) : undefined };
}

async function listByExpiry(
  run: Run,
  names: Names,
  { prefix, limit, after }: ListQuery,
  beforeMs: number,
): Promise<Listed> {
  const args = [prefix, limit, beforeMs, after?.expiresAtMs ?? "", after?.key ?? ""];
  const [last = "", ...members] = toTexts(await run(listByExpiryScript, [names.byExpiry], args));
  return { keys: members.map(toDated), after: last === "" ? undefined : toDated(last) };
}

function toDated(member: string): ListedKey {
  return { key: member.slice(16), expiresAtMs: Number(member.slice(0, 16)) };
}

function toAcquired(answer: unknown): Acquired {
  const [kind, number, record] = answer as readonly unknown[];
  const found = toRecord(record);
  if (String(kind) === "taken") return { kind: "taken", fence: toNumber(number), record: found };
  if (String(kind) === "changed") return { kind: "changed", record: found };
  return { kind: "held", remainingMs: toNumber(number), record: found };
}

function toRecord(answer: unknown): StoredRecord | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [value = "", version, expires, age] = toTexts(answer);
  return {
    value,
    version: Number(version),
    expiresAtMs: expires === "" ? undefined : Number(expires),
    ageMs: Number(age),
  };
}

/** A client can be configured to return buffers; `String` decodes them as UTF-8. */
function toTexts(answer: unknown): string[] {
  return (answer as readonly unknown[]).map(String);
}

function toNumber(answer: unknown): number {
  return Number(String(answer));
}
