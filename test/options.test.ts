/** Options of every function that a user calls: each wrong one is refused in one line that shows no value. */

import { describe, expect, it } from "vitest";
import { createEmulator, startEmulator } from "../src/emulator/index.js";
import { checkRequirements, createClient, whatIsMissing } from "../src/index.js";
import { createFileStore } from "../src/stores/file/index.js";
import { createMemoryStore } from "../src/stores/memory/index.js";
import { createPostgresInbox, createPostgresStore } from "../src/stores/postgres/index.js";
import { createRedisStore } from "../src/stores/redis/index.js";
import { createSealedStore } from "../src/stores/sealed.js";
import {
  createInbox,
  createWebhooks,
  fetchHandler,
  nodeHandler,
  signPayload,
  toCurrentAccount,
  verifySignature,
} from "../src/webhooks/index.js";
import { key } from "./scripted-server.js";

const secret = "hunter2-of-mine";
const store = createMemoryStore();
const hooks = createWebhooks({ secrets: "a" });
const redis = { evalsha() {}, eval() {} };
const pool = { query() {}, connect() {} };

type Row = readonly [
  name: string,
  run: (options: never) => unknown,
  valid: object,
  names: string[],
];

/** Each function, options that it takes, and the names of those that are tried. */
const functions: readonly Row[] = [
  ["createWebhooks", createWebhooks, { secrets: "a" }, ["toleranceMs", "inbox", "driftCheck"]],
  ["createInbox", (options) => createInbox(store, options), {}, ["claimMs", "keepMs"]],
  ["fetchHandler", (options) => fetchHandler(hooks, options), {}, ["onError", "maxBytes"]],
  ["nodeHandler", (options) => nodeHandler(hooks, options), {}, ["enqueue", "bodyTimeoutMs"]],
  ["signPayload", (options) => signPayload("", options), { secret: "a" }, ["timestampMs"]],
  ["verifySignature", (o) => verifySignature("", {}, o), { secrets: "a" }, ["receivedAtMs"]],
  ["createRedisStore", (o) => createRedisStore(redis as never, o), {}, ["prefix", "replicas"]],
  ["createPostgresStore", (o) => createPostgresStore(pool as never, o), {}, ["prefix", "schema"]],
  ["createPostgresInbox", (o) => createPostgresInbox(pool as never, o), {}, ["keepMs", "prefix"]],
  ["createFileStore", createFileStore, { directory: "a" }, ["directory"]],
  [
    "createSealedStore",
    (options) => createSealedStore(store, options),
    { keys: { a: new Uint8Array(32) }, currentKid: "a" },
    ["currentKid"],
  ],
  ["whatIsMissing", (o) => whatIsMissing([], o), {}, ["deferredIdentityVerification"]],
  ["checkRequirements", (o) => checkRequirements({}, o), {}, ["deferredIdentityVerification"]],
  ["createEmulator", createEmulator, {}, ["seed", "frozen", "sca", "onRequest"]],
  [
    "createClient",
    (oauth) => createClient({ ...key, oauth }),
    { clientId: "a", clientSecret: "b", redirectUri: "https://app.test/back", store },
    ["scopes", "keyPrefix", "redirectUri", "store", "clientSecret", "webhooks"],
  ],
];

const flags = new Set(["frozen", "sca", "deferredIdentityVerification"]);

const wrong = [null, [null], Symbol("a"), 10n, { [secret]: secret }, Number.NaN, true];

/** What a function that does not check its options throws, or shows. */
const unclear = /Cannot (read|convert|destructure)|\n|\[object/;

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe.each(functions)("%s()", (name, run, valid, names) => {
  it("takes what is right", () => {
    if (name !== "verifySignature") expect(() => run(valid as never)).not.toThrow();
  });

  it("refuses an option that it does not know", () => {
    const options = { ...valid, optoin: 1 };
    expect(() => run(options as never)).toThrow(/optoin is not a known option/);
  });

  it.each(names)("refuses a wrong %s in one line without the value", (option) => {
    for (const value of wrong) {
      // A flag takes it. To a client, null means the default.
      if (flags.has(option) && value === true) continue;
      if (name === "createClient" && value === null) continue;
      const message = messageOf(() => run({ ...valid, [option]: value } as never));
      expect(message).toContain(option);
      expect(message).toMatch(/^Cannot /);
      expect(message).not.toMatch(unclear);
      expect(message).not.toContain(secret);
    }
  });

  it("refuses null instead of options", () => {
    expect(messageOf(() => run(null as never))).toMatch(/null, expected an object$/);
  });
});

const { oauth } = createClient({
  environment: "sandbox",
  oauth: { clientId: "a", clientSecret: "b", redirectUri: "https://app.test/back", store },
});

describe("the methods of client.oauth refuse wrong options in one line, before they do anything", () => {
  it.each([
    ["handleCallback", (o) => oauth.handleCallback("https://app.test/back", o), "sesion"],
    ["refresh", (o) => oauth.refresh("a", o), "force"],
    ["reconcile", (o) => oauth.reconcile(o), "fix"],
    ["refreshExpiring", (o) => oauth.refreshExpiring(o), "onProgress"],
    ["exchangeCode", (o) => oauth.exchangeCode("a", o), "codeVerifier"],
  ] as readonly (readonly [string, (options: never) => Promise<unknown>, string])[])(
    "%s",
    async (name, run, option) => {
      const said = `Cannot call oauth.${name}: `;
      for (const value of [{ [option]: ["false"] }, { optoin: 1 }, null])
        await expect(run(value as never)).rejects.toThrow(said);
    },
  );
});

describe("what is passed in beside the options", () => {
  it.each([
    ["an account to check", () => checkRequirements(null as never), /the account is null/],
    ["hooks of fetchHandler", () => fetchHandler({} as never), /^Cannot create handler: its hooks/],
    ["hooks of nodeHandler", () => nodeHandler(null as never), /^Cannot create handler: its hooks/],
    [
      "a sealed store without keys",
      () => createSealedStore(createMemoryStore(), { currentKid: "a" } as never),
      /`keys` is missing/,
    ],
    [
      "a sealed store of nothing",
      () => createSealedStore(undefined as never, { keys: {}, currentKid: "a" }),
      /the store is missing/,
    ],
    ["the store of an inbox", () => createInbox(null as never), /^Cannot create inbox: the store/],
    ["a URL instead of a pool", () => createPostgresStore("a" as never), /the pool is a string/],
    ["a pool of an inbox", () => createPostgresInbox({} as never), /has no connect function/],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });

  it.each([
    [
      "an event of a queue",
      () => hooks.handle(null as never),
      "Cannot handle the event: it is null",
    ],
    [
      "an older account",
      () => toCurrentAccount([] as never),
      "Cannot convert the account: it is an array",
    ],
  ])("%s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  it("a store where an inbox is expected", () => {
    const run = (): unknown => createWebhooks({ secrets: "a", inbox: store as never });
    expect(run).toThrow("inbox has no run function");
  });
});

describe("startEmulator()", () => {
  it.each([
    [{ host: "" }, "host is empty"],
    [{ host: null }, "host is null"],
    [{ port: "4010" }, "port is a string"],
    [{ port: -1 }, "port is -1"],
    [{ rateLimits: true }, "rateLimits is a boolean"],
    [{ rateLimits: { perSecond: "5" } }, 'rateLimits.perSecond is the text "5"'],
    [{ missingAuthStatus: 500 }, "missingAuthStatus is 500"],
    [{ port: 65_536 }, "port is 65536"],
    [{ allowedHosts: "api.test" }, "allowedHosts is a string"],
    [{ allowedHosts: [null] }, "allowedHosts is a list of something else"],
    [{ allowedHosts: ["http://api.test"] }, 'allowedHosts is "http://api.test", expected names'],
    [{ allowedHosts: ["api.test:4010"] }, 'allowedHosts is "api.test:4010", expected names'],
    [{ allowedHosts: ["api.test/"] }, 'allowedHosts is "api.test/", expected names'],
    [{ allowedHosts: [""] }, 'allowedHosts is "", expected names'],
    [{ hots: "::1" }, "hots is not a known option"],
  ])("refuses %o", async (options, message) => {
    await expect(startEmulator(options as never)).rejects.toThrow(
      `Cannot make emulator: ${message}`,
    );
  });
});
