import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  ConnectionRevokedError,
  RefreshOutcomeUnknownError,
  TokenRefreshUnavailableError,
} from "../../src/index.js";
import { cacheToken, createConnectionCache } from "../../src/oauth/connection-cache.js";
import { Deadline } from "../../src/transport/deadline.js";
import { error, lifeMs, settle, setUp } from "./rotation/one-connection.js";
import { recordOf } from "./rotation/virtual-worker.js";

const deadline = new Deadline(5000, undefined);
deadline.close();

const somePair = {
  ...{ accessToken: "", refreshToken: "", accessLifetimeMs: lifeMs, refreshLifetimeMs: undefined },
  ...{ accountId: undefined, orgId: undefined, scopes: undefined },
};

const failureOf = async (promise: unknown) =>
  Promise.resolve(promise).then(
    () => undefined,
    (reason: unknown) => reason,
  );

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

describe("current()", () => {
  it("returns a fresh token synchronously, without a promise", async () => {
    const { tokens, spent } = await setUp();
    expect(await tokens.current(deadline)).toBe("secret-access-0");
    expect(tokens.current(deadline)).toBe("secret-access-0");
    expect(spent).toEqual([]);
  });

  it("uses a token in the last part of its life while renewing it once in the background", async () => {
    const { tokens, spent, leases, pass, kinds } = await setUp();
    await tokens.current(deadline);
    await pass(179_000);
    expect(tokens.current(deadline)).toBe("secret-access-0");
    await settle();
    expect(spent).toEqual([]);
    await pass(62_000);
    for (let i = 0; i < 100; i++) expect(tokens.current(deadline)).toBe("secret-access-0");
    await settle();
    expect(spent).toEqual(["secret-refresh-0"]);
    expect(tokens.current(deadline)).toBe("secret-access-1");
    expect(kinds()).toEqual(["rotated"]);
    // The first use took no lease: it read the record and found the token good.
    expect(leases()).toBe(1);
  });

  it("renews tokens that were issued together at different moments, the same in every process", async () => {
    const renewals = Array.from({ length: 300 }, (_, index) => {
      const tokens = Array.from({ length: 2 }, () => {
        const nowMs = 1_000_000;
        const entry = createConnectionCache(() => nowMs).open("c1");
        const accessToken = `a-token-and-its-signature-${index * 7919}`;
        const record = { ...recordOf(somePair), accessToken };
        const snapshot = { record, version: 1, spentAtMs: undefined };
        cacheToken(entry, { ...snapshot, accessEndsAtMs: nowMs + lifeMs }, nowMs);
        return entry.renewAtMs - nowMs;
      });
      expect(tokens[0]).toBe(tokens[1]);
      return tokens[0] ?? 0;
    });
    for (const atMs of renewals) {
      expect(atMs).toBeGreaterThan(lifeMs - 120_000);
      expect(atMs).toBeLessThanOrEqual(lifeMs - 60_000);
    }
    // In each six seconds of the minute about a tenth.
    for (let from = lifeMs - 120_000; from < lifeMs - 60_000; from += 6000) {
      const inBetween = renewals.filter((atMs) => atMs > from && atMs <= from + 6000);
      expect(inBetween.length).toBeGreaterThan(renewals.length / 40);
      expect(inBetween.length).toBeLessThan(renewals.length / 4);
    }
  });

  it("keeps using a valid token when an early renewal fails", async () => {
    const { tokens, answers, pass } = await setUp();
    await tokens.current(deadline);
    await pass(241_000);
    answers.push("refused");
    expect(tokens.current(deadline)).toBe("secret-access-0");
    await settle();
    expect(tokens.current(deadline)).toBe("secret-access-0");
  });

  it("makes one refresh for ten thousand callers", async () => {
    const { tokens, spent } = await setUp(0);
    const calls = Array.from({ length: 10_000 }, async () => tokens.current(deadline));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["secret-access-1"]));
    expect(spent).toEqual(["secret-refresh-0"]);
  });

  it("makes one refresh for the callers of several managers on one store", async () => {
    const { createManager, spent, pass } = await setUp(0);
    const managers = Array.from({ length: 8 }, createManager);
    const calls = managers.flatMap((manager) =>
      Array.from({ length: 50 }, async () => manager.tokens("c1").current(deadline)),
    );
    await pass(5000);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["secret-access-1"]));
    expect(spent).toEqual(["secret-refresh-0"]);
  });

  it("retains nothing for unknown ids, and keeps the fresh tokens of known ones", async () => {
    const { manager, tokens } = await setUp();
    await tokens.current(deadline);
    const heldMb = heapMb();
    for (let i = 0; i < 20_000; i++) {
      // Too long for the store to keep, so any growth is the manager's.
      const id = `${i}`.padEnd(2000, "x");
      expect(await failureOf(manager.tokens(id).current(deadline))).toBeInstanceOf(Error);
    }
    expect(heapMb() - heldMb).toBeLessThan(15);
    expect(tokens.current(deadline)).toBe("secret-access-0");
  });

  it("waits while the endpoint has too many requests, and fails nobody whose deadline allows it", async () => {
    const { tokens, answers, pass, read } = await setUp(0);
    answers.push(...Array.from({ length: 14 }, () => "busy" as const));
    const waiting = tokens.current(deadline);
    // Longer than a lease, so that it takes several turns.
    await pass(12_000);
    expect(answers.length).toBeGreaterThan(0);
    await pass(60_000);
    expect(await waiting).toMatch(/^secret-access-/);
    expect((await read()).spentBy).toBeUndefined();
  });

  it("leaves a busy endpoint alone when nobody waits any more", async () => {
    const { tokens, answers, pass, spent } = await setUp(0);
    answers.push(...Array.from({ length: 100 }, () => "busy" as const));
    const short = new Deadline(10, undefined);
    expect(await failureOf(tokens.current(short))).toMatchObject({ message: "timeout" });
    await pass(10_000);
    const { length } = spent;
    await pass(60_000);
    expect(spent.length).toBe(length);
    short.close();
  });

  it("gives up at the caller's deadline, but goes on for the other callers", async () => {
    const { tokens, answers, pass } = await setUp(0);
    answers.push("lost");
    const short = new Deadline(10, undefined);
    const hurried = failureOf(tokens.current(short));
    const patient = tokens.current(deadline);
    expect(await hurried).toMatchObject({ message: "timeout" });
    await pass(5000);
    expect(await patient).toBe("secret-access-2");
    short.close();
  });
});

describe("the outcome of a refresh", () => {
  it("is ConnectionRevokedError when the token is dead, and the store remembers it", async () => {
    const { tokens, answers, read, kinds, spent } = await setUp(0);
    answers.push("dead");
    const first = await failureOf(tokens.current(deadline));
    expect(first).toBeInstanceOf(ConnectionRevokedError);
    expect(first).toMatchObject({ code: "connection_revoked", connectionId: "c1" });
    expect(await read()).toMatchObject({ status: "revoked", accessToken: "", refreshToken: "" });
    expect(await failureOf(tokens.current(deadline))).toBeInstanceOf(ConnectionRevokedError);
    expect([spent.length, kinds()]).toEqual([1, ["revoked"]]);
  });

  it("is ConnectionRevokedError when there is no record", async () => {
    const { tokens, store } = await setUp(0);
    await store.delete("c1");
    const missing = await failureOf(tokens.current(deadline));
    expect(missing).toMatchObject({ code: "connection_missing" });
  });

  it("is ConnectionRevokedError when there is no record, without a lease", async () => {
    const { manager, leases } = await setUp();
    for (const id of ["made-up", "made-up", "another"]) {
      const missing = await failureOf(manager.tokens(id).current(deadline));
      expect(missing).toMatchObject({ code: "connection_missing", connectionId: id });
      expect(await failureOf(manager.renew(id))).toMatchObject({ code: "connection_missing" });
    }
    expect(leases()).toBe(0);
  });

  it("is RefreshOutcomeUnknownError when the answer was lost a minute ago", async () => {
    const { createManager, put, read, pass, spent } = await setUp(0);
    await put({ ...(await read()), spentBy: "somebody" });
    await pass(61_000);
    const unknown = await failureOf(createManager().tokens("c1").current(deadline));
    expect(unknown).toBeInstanceOf(RefreshOutcomeUnknownError);
    expect(unknown).toMatchObject({ spentForMs: 61_000 });
    expect(spent).toEqual([]);
  });

  it("is the server's own error when the client is refused, and the record is unchanged", async () => {
    const { tokens, answers, read } = await setUp(0);
    const before = await read();
    answers.push("refused");
    expect(await failureOf(tokens.current(deadline))).toBe(error);
    expect(await read()).toEqual(before);
  });

  it.each(["not_sent", "busy"] as const)(
    "is TokenRefreshUnavailableError when it is %s until its time runs out, and the record is unchanged",
    async (kind) => {
      const { tokens, answers, read, pass, spent } = await setUp(0);
      const before = await read();
      answers.push(...Array.from({ length: 20 }, () => kind));
      const failure = failureOf(tokens.current(deadline));
      await pass(60_000);
      expect(await failure).toBeInstanceOf(TokenRefreshUnavailableError);
      expect(await read()).toEqual(before);
      answers.length = 0;
      const later = tokens.current(deadline);
      expect(await later).toBe(`secret-access-${spent.length}`);
    },
  );

  it("is found out in the background when no answer comes within the lease", async () => {
    const { tokens, answers, pass, read, kinds } = await setUp(0);
    answers.push("lost", "lost", "lost", "lost");
    const failure = failureOf(tokens.current(deadline));
    await pass(30_000);
    expect(await failure).toBeInstanceOf(TokenRefreshUnavailableError);
    expect(kinds()).toEqual(["rotated"]);
    expect((await read()).spentBy).toBeUndefined();
  });

  it("is TokenRefreshUnavailableError while the store is away", async () => {
    const { tokens, away } = await setUp(0);
    away.all = true;
    const failure = await failureOf(tokens.current(deadline));
    expect(failure).toBeInstanceOf(TokenRefreshUnavailableError);
    away.all = false;
    expect(await tokens.current(deadline)).toBe("secret-access-1");
  });
});

describe("a pair that cannot be written", () => {
  it("is kept and used, then written when the store is back", async () => {
    const { tokens, away, pass, read, kinds, spent } = await setUp(0);
    away.writes = 2;
    expect(await tokens.current(deadline)).toBe("secret-access-1");
    away.all = true;
    await pass(60_000);
    expect(tokens.current(deadline)).toBe("secret-access-1");
    expect(kinds()).toEqual(["unsaved"]);
    away.all = false;
    await pass(5000);
    expect(kinds()).toEqual(["unsaved", "saved"]);
    const { spentBy, refreshToken, accessLeftMs } = await read();
    expect([spentBy, refreshToken]).toEqual([undefined, "secret-refresh-1"]);
    // The pair waited at least a minute to be written.
    expect(accessLeftMs).toBeLessThanOrEqual(lifeMs - 60_000);
    expect(spent).toEqual(["secret-refresh-0"]);
  });

  it("is written and renewed when its access token has expired in the meantime", async () => {
    const { tokens, away, pass, spent } = await setUp(0);
    away.writes = 2;
    await tokens.current(deadline);
    away.all = true;
    await pass(lifeMs);
    expect(await failureOf(tokens.current(deadline))).toBeInstanceOf(TokenRefreshUnavailableError);
    away.all = false;
    expect(await tokens.current(deadline)).toBe("secret-access-2");
    expect(spent).toEqual(["secret-refresh-0", "secret-refresh-1"]);
  });

  it("is kept when its access token has expired and thousands of other ids come by", async () => {
    const { manager, tokens, away, pass, spent } = await setUp(0);
    away.writes = 2;
    await tokens.current(deadline);
    away.all = true;
    await pass(lifeMs);
    const others = Array.from({ length: 2500 }, (_, i) => manager.tokens(`made-up-${i}`));
    await Promise.all(others.map((other) => failureOf(other.current(deadline))));
    away.all = false;
    expect(await tokens.current(deadline)).toBe("secret-access-2");
    expect(spent).toEqual(["secret-refresh-0", "secret-refresh-1"]);
  });
});

describe("replace()", () => {
  it("returns a newer token if there is one, without a refresh", async () => {
    const { tokens, spent } = await setUp();
    await tokens.current(deadline);
    expect(await tokens.replace("secret-access-old", deadline, "accounts.current")).toBe(
      "secret-access-0",
    );
    expect(spent).toEqual([]);
  });

  it("uses a token that another process has stored before it refreshes", async () => {
    const { tokens, read, put, spent } = await setUp();
    await tokens.current(deadline);
    await put({ ...(await read()), accessToken: "secret-access-other" });
    expect(await tokens.replace("secret-access-0", deadline, "accounts.current")).toBe(
      "secret-access-other",
    );
    expect(spent).toEqual([]);
  });

  it("looks again when another caller's renewal brings the refused token", async () => {
    const { tokens, spent } = await setUp();
    const first = tokens.current(deadline);
    const other = tokens.replace("secret-access-0", deadline, "accounts.current");
    expect([await first, await other]).toEqual(["secret-access-0", "secret-access-1"]);
    expect(spent).toEqual(["secret-refresh-0"]);
  });

  it("refreshes a refused token once for all callers that hold it", async () => {
    const { tokens, spent } = await setUp();
    await tokens.current(deadline);
    const calls = Array.from({ length: 50 }, () =>
      tokens.replace("secret-access-0", deadline, "accounts.current"),
    );
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["secret-access-1"]));
    expect(spent).toEqual(["secret-refresh-0"]);
  });

  it("does not refresh a replacement that is refused at once, but does so again after five seconds", async () => {
    const { tokens, spent, pass } = await setUp();
    let token = await tokens.current(deadline);
    for (let i = 0; i < 10; i++)
      token = (await tokens.replace(token, deadline, "accounts.current")) ?? token;
    expect(spent).toEqual(["secret-refresh-0"]);
    expect(await tokens.replace(token, deadline, "accounts.current")).toBeUndefined();
    expect(await tokens.current(deadline)).toBe(token);
    await pass(5000);
    expect(await tokens.replace(token, deadline, "accounts.current")).toBe("secret-access-2");
  });
});

describe("renew() and forget()", () => {
  it("renew() refreshes even a fresh token, and returns no token", async () => {
    const { manager, spent } = await setUp();
    const { connection, rotated } = await manager.renew("c1");
    expect(rotated).toBe(true);
    expect(spent).toEqual(["secret-refresh-0"]);
    expect(connection).toMatchObject({ id: "c1", accountId: "acct_1", status: "connected" });
    expect(inspect(connection)).not.toContain("secret");
  });

  it("renew() with force spends the refresh token even if the outcome is unknown", async () => {
    const { manager, put, read, pass, spent } = await setUp(0);
    await put({ ...(await read()), spentBy: "somebody" });
    await pass(61_000);
    expect(await failureOf(manager.renew("c1"))).toBeInstanceOf(RefreshOutcomeUnknownError);
    const { connection } = await manager.renew("c1", { force: true });
    expect(connection.status).toBe("connected");
    expect(spent).toEqual(["secret-refresh-0"]);
    expect((await read()).spentBy).toBeUndefined();
  });

  it("forget() makes tokens in use read the record again", async () => {
    const { manager, tokens, put, read } = await setUp();
    await tokens.current(deadline);
    await put({ ...(await read()), accessToken: "secret-access-new" });
    manager.forget("c1");
    expect(await tokens.current(deadline)).toBe("secret-access-new");
  });
});

it("no token appears in any event or error", async () => {
  const { manager, tokens, answers, events, away, pass, store } = await setUp(0);
  const told: unknown[] = [];
  away.writes = 2;
  await tokens.current(deadline);
  await pass(10_000);
  answers.push("refused");
  told.push(await failureOf(manager.renew("c1")));
  away.all = true;
  told.push(await failureOf(manager.renew("c1")));
  away.all = false;
  answers.push("dead");
  told.push(await failureOf(manager.renew("c1")));
  told.push(await failureOf(manager.renew("c1")));
  for (const value of ['{"refreshToken":secret-refresh-9', '"secret-refresh-9"', "null", "{}"]) {
    const { version: expectedVersion = 0 } = (await store.read("c1")) ?? {};
    await store.compareAndSet("c1", { value, expiresAtMs: undefined, expectedVersion });
    told.push(await failureOf(manager.renew("c1")));
  }
  expect(told.every((one) => one instanceof Error)).toBe(true);
  expect(events.map(({ kind }) => kind)).toEqual(["unsaved", "saved", "revoked"]);
  const seen = inspect([told, events], { depth: 10, showHidden: true }) + JSON.stringify(events);
  expect(seen).not.toContain("secret-");
});
