import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Client, createClient, type Store, type TokenEvent } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import {
  type Answer,
  account,
  json,
  key,
  refuse,
  type ScriptedServer,
  slowly,
  startServer,
  token,
  tokenOf,
} from "../scripted-server.js";

const soonMs = 20_000;

/** Clients on one server, each as a process of its own, and what they say of their tokens. */
function processes(server: ScriptedServer, count: number, tokenStore: Store, more: object = {}) {
  const events: TokenEvent[] = [];
  const observer = { onToken: (event: TokenEvent) => events.push(event) };
  const options = { ...key, baseUrl: server.url, tokenStore, observer, ...more };
  const clients = Array.from({ length: count }, () => createClient(options));
  const kinds = (kind: TokenEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  return { clients, events, kinds };
}

const callAll = (clients: readonly Client[]) =>
  Promise.all(clients.map((client) => client.accounts.current({ timeoutMs: soonMs })));

/** The same store, with some methods replaced. */
const changed = (store: Store, changes: Partial<Store>): Store => ({ ...store, ...changes });

const tokensOf = ({ requests }: ScriptedServer) =>
  requests.map(({ headers }) => headers.authorization?.slice(7));

describe("createClient({ tokenStore })", () => {
  it("logs in once for fifty processes that start at once", async () => {
    const server = await startServer();
    const { clients, kinds } = processes(server, 50, createMemoryStore());
    await callAll(clients);
    expect(server.logins).toHaveLength(1);
    expect(new Set(tokensOf(server))).toEqual(new Set([tokenOf(1)]));
    expect([kinds("login"), kinds("adopted")]).toEqual([1, 49]);
  });

  it("adopts the token of a process that has ended", async () => {
    const server = await startServer();
    const store = createMemoryStore();
    for (let count = 0; count < 3; count++) {
      const { clients } = processes(server, 1, store);
      await callAll(clients);
      await clients[0]?.close();
    }
    expect(server.logins).toHaveLength(1);
  });

  it("adopts no token that is about to end", async () => {
    const server = await startServer({
      logins: [token("short", 4000), token("long", 60_000)],
    });
    const store = createMemoryStore();
    for (let count = 0; count < 3; count++) await callAll(processes(server, 1, store).clients);
    expect(tokensOf(server)).toEqual(["short", "long", "long"]);
  });

  it("renews a token early, by one process, while all of them go on with the old one", async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const second: Answer = async (...exchange) => {
      await answered;
      return token("second")(...exchange);
    };
    const server = await startServer({ logins: [token("first", 12_000), second] });
    const { clients } = processes(server, 10, createMemoryStore());
    await callAll(clients);
    // The token is renewed in the second half of its life.
    await wait(6100);
    await callAll(clients);
    expect(new Set(tokensOf(server)), "no call waits for it").toEqual(new Set(["first"]));
    await expect.poll(() => server.logins.length).toBe(2);
    answer();
    const newest = async () => {
      await callAll(clients);
      return new Set(tokensOf(server).slice(-10));
    };
    await expect.poll(newest, { timeout: 5000 }).toEqual(new Set(["second"]));
    expect(server.logins).toHaveLength(2);
  });

  it("replaces a token that was refused by one process for all", async () => {
    let refused = false;
    const server = await startServer({
      otherwise(response, seen, request) {
        const isOld = seen.headers.authorization?.endsWith(tokenOf(1));
        const answer = refused && isOld ? refuse(401) : json(200, account());
        return answer(response, seen, request);
      },
    });
    const { clients } = processes(server, 20, createMemoryStore());
    await callAll(clients);
    refused = true;
    await callAll(clients);
    expect(server.logins).toHaveLength(2);
    expect(new Set(tokensOf(server).slice(-20))).toEqual(new Set([tokenOf(2)]));
  });

  it("never goes back to a token that it has replaced, whatever the store says", async () => {
    const inner = createMemoryStore();
    let writes = 0;
    // Loses every write but the first.
    const store = changed(inner, {
      compareAndSet: async (name, write) =>
        writes++ === 0 ? inner.compareAndSet(name, write) : undefined,
    });
    const server = await startServer({
      answers: [refuse(401)],
    });
    const { clients } = processes(server, 1, store);
    await callAll(clients);
    await callAll(clients);
    expect(tokensOf(server)).toEqual([tokenOf(1), tokenOf(2), tokenOf(2)]);
    expect(server.logins).toHaveLength(2);
  });

  it("keeps the tokens of other keys, accounts and hosts apart", async () => {
    const [server, other] = [await startServer(), await startServer()];
    const store = createMemoryStore();
    const differences = [
      {},
      { apiKey: "another-key" },
      { clientId: "another-id" },
      { loginAs: "acct_1" },
      { baseUrl: other.url },
    ];
    for (const more of [...differences, ...differences]) {
      await callAll(processes(server, 1, store, more).clients);
    }
    expect([server.logins.length, other.logins.length]).toEqual([4, 1]);
  });

  it("seals the token, so that the store alone shows nothing", async () => {
    const server = await startServer();
    const inner = createMemoryStore();
    const kept: string[] = [];
    const store = changed(inner, {
      compareAndSet(name, write) {
        kept.push(name, write.value);
        return inner.compareAndSet(name, write);
      },
    });
    await callAll(processes(server, 1, store).clients);
    expect(kept).toHaveLength(2);
    const text = kept.map((each) => each + Buffer.from(each, "base64url").toString()).join();
    for (const secret of [tokenOf(1), key.apiKey, key.clientId]) expect(text).not.toContain(secret);
  });

  it("passes on a login that fails, and makes it once for each process at most", async () => {
    const server = await startServer({ logins: [refuse(401), refuse(401), refuse(401)] });
    const { clients, kinds } = processes(server, 3, createMemoryStore());
    for (const outcome of await Promise.allSettled(
      clients.map((client) => client.accounts.current()),
    )) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "login_refused" } });
    }
    expect(server.logins).toHaveLength(3);
    expect([kinds("login_failed"), kinds("not_shared")]).toEqual([3, 0]);
  });
});

const never = () => new Promise<never>(() => undefined);
const fails = () => Promise.reject(new Error("the store is away"));

describe("createClient({ tokenStore }) with a store that", () => {
  it.each<[what: string, changes: Partial<Store>, logins: number]>([
    ["rejects everything", { read: fails, withLease: fails, compareAndSet: fails }, 3],
    ["rejects leases", { withLease: fails }, 3],
    ["rejects writes", { compareAndSet: fails }, 3],
    ["answers nothing", { read: never, withLease: never, compareAndSet: never }, 3],
    ["answers no leases", { withLease: never }, 3],
    ["answers no writes", { compareAndSet: never }, 3],
    ["refuses all writes", { compareAndSet: async () => undefined }, 3],
  ])("%s fails no call: each process logs in for itself", async (what, changes, logins) => {
    const server = await startServer();
    const store = changed(createMemoryStore(), changes);
    const { clients, events, kinds } = processes(server, 3, store);
    await callAll(clients);
    expect(server.logins).toHaveLength(logins);
    if (what !== "refuses all writes") expect(kinds("not_shared")).toBeGreaterThanOrEqual(3);
    await callAll(clients);
    expect(server.logins, "one login is enough for each").toHaveLength(logins);
    expect(JSON.stringify(events)).not.toContain("s3cr3t");
  });

  it("goes away while processes wait for another's login fails no call", async () => {
    const inner = createMemoryStore();
    let away = false;
    const orAway = <T>(answer: () => Promise<T>) => (away ? fails() : answer());
    const store = changed(inner, {
      read: (name) => orAway(() => inner.read(name)),
      compareAndSet: (name, write) => orAway(() => inner.compareAndSet(name, write)),
      withLease: (name, options, work) =>
        inner.withLease(
          name,
          {
            ...options,
            enough: (record) => (away ? fails() : (options.enough?.(record) ?? false)),
          },
          work,
        ),
    });
    const server = await startServer({
      logins: [
        (...exchange) => {
          away = true;
          return slowly(200, token(tokenOf(1)))(...exchange);
        },
      ],
    });
    const { clients } = processes(server, 10, store);
    await callAll(clients);
    expect(server.requests).toHaveLength(10);
  });

  it("keeps something else in the token's place is put right", async () => {
    const server = await startServer();
    const inner = createMemoryStore();
    const names = new Set<string>();
    const noting = changed(inner, {
      read(name) {
        names.add(name);
        return inner.read(name);
      },
    });
    await callAll(processes(server, 1, noting).clients);
    const [name = ""] = names;
    await inner.compareAndSet(name, { value: "x", expiresAtMs: undefined, expectedVersion: 1 });
    const { clients, kinds } = processes(server, 3, inner);
    await callAll(clients);
    await callAll(processes(server, 3, inner).clients);
    expect(server.logins.length).toBeLessThanOrEqual(4);
    expect(kinds("adopted") + kinds("login")).toBe(3);
    expect((await inner.read(name))?.value).toMatch(/^eyJ/);
  });

  it("holds the lease of a process that was killed while it logged in lets another take over", async () => {
    const server = await startServer();
    const store = createMemoryStore();
    const names: string[] = [];
    const noting = changed(store, {
      read(name) {
        names.push(name);
        return store.read(name);
      },
    });
    await callAll(processes(server, 1, noting).clients);
    await store.delete(names[0] ?? "");
    // As a process leaves it that is killed a moment after it took the lease.
    void store.withLease(names[0] ?? "", { leaseMs: 1000, waitMs: 0 }, never);
    const { clients, kinds } = processes(server, 5, store);
    await callAll(clients);
    expect(server.logins).toHaveLength(2);
    expect([kinds("login"), kinds("adopted")]).toEqual([1, 4]);
  });
});
