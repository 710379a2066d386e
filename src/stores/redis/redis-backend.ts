/** What a store does, by the Redis scripts: their keys, their arguments, and what their answers mean. */

import { kindOf } from "../../checks/values.js";
import type { Acquired, Listed, ListQuery, StoreBackend } from "../backend.js";
import { lateConfirmMs } from "../claim-state.js";
import { answerInvalid } from "../failures.js";
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

export interface RedisBackendOptions {
  readonly run: Run;
  readonly names: Names;
  /** Called when a change was made and Redis refused to publish it. */
  readonly onUnpublished: (reason: string) => void;
  /** Waits until replicas have what was written. */
  readonly replicated: () => Promise<void>;
}

export function createRedisBackend(options: RedisBackendOptions): StoreBackend {
  const { run, replicated } = options;
  const change: Run = async (script, keys, args) => {
    const answer = await run(script, keys, args);
    await replicated();
    return answer;
  };
  return {
    ...leases(options),
    ...records(options, change),
    ...claims(options, change),
    pollMs: [20, 250],
  };
}

function leases({
  run,
  names,
  onUnpublished,
}: RedisBackendOptions): Pick<StoreBackend, "acquire" | "giveBack"> {
  return {
    async acquire(key, { leaseMs, token, seenVersion }) {
      const args = [leaseMs, token, seenVersion ?? ""];
      return toAcquired(await run(acquireScript, [names.record(key)], args));
    },
    async giveBack(key, fence) {
      const args = [key, fence, names.channel];
      toPublished(toList(await run(giveBackScript, [names.record(key)], args), 2), onUnpublished);
    },
  };
}

function records(
  { run, names, onUnpublished }: RedisBackendOptions,
  change: Run,
): Pick<StoreBackend, "read" | "write" | "remove" | "list"> {
  const listed = (key: string): string[] => [names.record(key), names.byKey, names.byExpiry];
  return {
    read: async (key) => toRecord(await run(readScript, [names.record(key)], [])),
    async write(key, { value, expiresAtMs, expectedVersion, fence, keepLease, keepAge }, writeId) {
      const expected = [expectedVersion, fence ?? "", keepLease ? "1" : "", writeId];
      const args = [key, value, expiresAtMs ?? "", ...expected, names.channel, keepAge ? "1" : ""];
      const answer = await change(writeScript, listed(key), args);
      if (Array.isArray(answer)) toPublished(answer.slice(3), onUnpublished);
      return toRecord(answer);
    },
    async remove(key) {
      const answer = await change(removeScript, listed(key), [key, names.channel]);
      return toNumber(toPublished(toList(answer, 2), onUnpublished)) === 1;
    },
    list: (query) =>
      query.expiringBeforeMs === undefined
        ? listByKey(run, names, query)
        : listByExpiry(run, names, query, query.expiringBeforeMs),
  };
}

function claims(
  { run, names }: RedisBackendOptions,
  change: Run,
): Pick<StoreBackend, "claim" | "confirm" | "release"> {
  return {
    async claim(id, token, leaseMs) {
      return toClaim(await change(claimScript, [names.claim(id)], [token, leaseMs, lateConfirmMs]));
    },
    confirm: async (id, token, keepMs) =>
      toNumber(await change(confirmScript, [names.claim(id)], [token, keepMs])) === 1,
    release: async (id, token) =>
      toNumber(await run(releaseScript, [names.claim(id)], [token])) === 1,
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
  const [kind, number, record, lastVersion] = toList(answer, 4);
  const found = toRecord(record);
  switch (String(kind)) {
    case "taken":
      return {
        kind: "taken",
        fence: toNumber(number),
        record: found,
        hadRecord: toNumber(lastVersion) > 0,
      };
    case "changed":
      return { kind: "changed", record: found };
    case "held":
      return { kind: "held", remainingMs: toNumber(number), record: found };
    default:
      throw answerInvalid("the first entry is another word", "taken, held or changed");
  }
}

/** What a script did, which also says whether Redis published it. */
function toPublished(
  [done, refusal]: readonly unknown[],
  onUnpublished: RedisBackendOptions["onUnpublished"],
): unknown {
  if (refusal) onUnpublished(String(refusal));
  return done;
}

function toRecord(answer: unknown): StoredRecord | undefined {
  if (answer === null) return undefined;
  const [value = "", version, expires, age] = toList(answer, 4).map(String);
  return {
    value,
    version: toNumber(version),
    expiresAtMs: expires === "" ? undefined : toNumber(expires),
    ageMs: age === "" ? Number.POSITIVE_INFINITY : toNumber(age),
  };
}

/** A client can be configured to return buffers; `String` decodes them as UTF-8. */
function toTexts(answer: unknown): string[] {
  return toList(answer, 0).map(String);
}

function toList(answer: unknown, least: number): readonly unknown[] {
  if (Array.isArray(answer) && answer.length >= least) return answer;
  throw answerInvalid(
    `it is ${kindOf(answer)}`,
    `a list of ${least} or more; take out of the client what changes replies`,
  );
}

function toNumber(answer: unknown): number {
  const text = String(answer);
  const number = text === "" ? Number.NaN : Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw answerInvalid(`it is ${kindOf(answer)}`, "a whole number");
}

function toClaim(answer: unknown): "claimed" | "busy" | "done" {
  const kind = String(answer);
  if (kind === "claimed" || kind === "busy" || kind === "done") return kind;
  throw answerInvalid(`it is ${kindOf(answer)}`, "claimed, busy or done");
}
