import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { describe, expect, it } from "vitest";
import { createLimiters } from "../../src/limits/limiters.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import type { ListedKey, Store } from "../../src/stores/store.js";
import { Deadline } from "../../src/transport/deadline.js";

const limits = { perSecond: 100, perEndpointPerSecond: 50, concurrent: 10 };

async function keysOf(store: Store): Promise<readonly string[]> {
  const { keys } = await store.list({ prefix: "airwallex:limits:" });
  return keys.map(({ key }: ListedKey) => key);
}

describe("createClient({ rateLimit: { shared } })", () => {
  it("lets clients that share a store make their calls", async () => {
    await using emulator = await startEmulator();
    const shared = createMemoryStore();
    const options = { ...emulator.clientOptions, rateLimit: { ...limits, shared } };
    const clients = [1, 2, 3].map(() => createClient(options));
    const calls = clients.flatMap((client) =>
      Array.from({ length: 20 }, () => client.accounts.list()),
    );
    expect(await Promise.all(calls)).toHaveLength(60);
    const { origin } = new URL(emulator.url);
    expect(await keysOf(shared)).toEqual([
      `airwallex:limits:${origin}:${emulator.clientOptions.clientId}`,
    ]);
  });

  it("counts each account on its own", async () => {
    const shared = createMemoryStore();
    const place = { store: shared, origin: "https://api.example", random: Math.random };
    const limiterOf = createLimiters({ ...place, limits });
    const deadline = new Deadline(20_000, undefined);
    for (const caller of ["a", "b", "a"]) (await limiterOf(caller).enter("x", deadline)).end();
    deadline.close();
    expect(limiterOf("a")).toBe(limiterOf("a"));
    expect(await keysOf(shared)).toEqual([
      "airwallex:limits:https://api.example:a",
      "airwallex:limits:https://api.example:b",
    ]);
  });

  it("shares the limits of an onboarding run too", async () => {
    await using emulator = await startEmulator();
    const shared = createMemoryStore();
    const client = createClient({ ...emulator.clientOptions, rateLimit: { ...limits, shared } });
    await client.onboarding.run([], { store: createMemoryStore() });
    await client.accounts.list();
    expect(await keysOf(shared)).toHaveLength(1);
  });

  it("fails no call when the store fails, and warns once", async () => {
    await using emulator = await startEmulator();
    const warnings: string[] = [];
    const collect = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", collect);
    const fails = () => Promise.reject(new Error("no such host"));
    const shared: Store = { ...createMemoryStore(), read: fails, compareAndSet: fails };
    const clients = [1, 2].map(() =>
      createClient({ ...emulator.clientOptions, rateLimit: { ...limits, shared } }),
    );
    const calls = clients.flatMap((client) => [client.accounts.list(), client.accounts.current()]);
    expect(await Promise.all(calls)).toHaveLength(4);
    process.off("warning", collect);
    const own = warnings.filter((text) => text.startsWith("The rate limit is not shared"));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain("no such host");
  });

  it("refuses what is no store", () => {
    const options = { environment: "sandbox", clientId: "a", apiKey: "b" } as const;
    const shared = {} as Store;
    expect(() => createClient({ ...options, rateLimit: { shared } })).toThrow(
      "rateLimit.shared is not a store",
    );
    expect(() => createClient({ ...options, tokenStore: shared })).toThrow(
      "tokenStore is not a store",
    );
  });
});
