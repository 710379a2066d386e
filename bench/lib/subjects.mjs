/**
 * What grows, and how its cost is measured: each subject builds what it needs at one size, and returns the
 * cost of one unit. Everything in the process counts, so no network blurs the figures, except for the stores
 * on servers, where time is what counts.
 */

import { startStore } from "../processes/servers.mjs";
import { openStore } from "../processes/stores.mjs";
import { doors } from "./package.mjs";
import { sellerOf } from "./sellers.mjs";
import { lowest } from "./stats.mjs";

const { createClient } = await import(doors()["."].url);
const { createEmulator } = await import(doors()["./emulator"].url);
const { createInbox } = await import(doors()["./webhooks"].url);
const { createMemoryStore } = await import(doors()["./stores/memory"].url);

/**
 * @typedef {object} Subject
 * @property {string} what
 * @property {readonly number[]} sizes 1x, 10x, 100x
 * @property {"CPU" | "time"} counts
 * @property {(size: number) => Promise<number>} measure microseconds a unit
 * @property {string} [because] why it may grow by more than the limit
 */

const json = (value, status = 200) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });

/** An API that answers in the process. */
function answering(answer) {
  return async (url) => {
    const { pathname, searchParams } = new URL(url);
    if (!pathname.endsWith("/authentication/login")) return json(answer(pathname, searchParams));
    const expiresAt = new Date(Date.now() + 30 * 60_000).toISOString().replace("Z", "+0000");
    return json({ token: "token", expires_at: expiresAt }, 201);
  };
}

const common = { environment: "sandbox", baseUrl: "https://bench.localhost" };
const keyed = { ...common, clientId: "bench", apiKey: "bench" };

/** Runs `work` for every number up to `count`, several at a time. */
async function each(count, work, atOnce = 32) {
  let next = 0;
  const some = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, some));
}

/**
 * The lowest of several rounds: what else runs on the machine only ever adds. A round should have as many units
 * at every size: a short one escapes the garbage collector, and finds a quiet moment sooner.
 */
async function perUnit(kind, rounds, work) {
  const costs = [];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    // What was freed is swept in the background meanwhile, which is CPU of the process too.
    if (kind === "CPU") await work(round + 0.5);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const units = await work(round);
    const us = (performance.now() - start) * 1000;
    const { user, system } = process.cpuUsage(cpu);
    costs.push((kind === "CPU" ? user + system : us) / units);
  }
  return lowest(costs);
}

async function calls(size) {
  const client = createClient({ ...keyed, fetch: answering(() => ({ id: "acct_1" })) });
  const some = async (count) => {
    await each(count, () => client.accounts.current());
    return count;
  };
  await some(size);
  return perUnit("CPU", 8, () => some(1000));
}

async function derived(size) {
  const client = createClient({ ...keyed, fetch: answering(() => ({ id: "acct_1" })) });
  const ids = Array.from({ length: size }, (_, index) => `acct_${index}`);
  const rounds = 20_000 / size;
  return perUnit("CPU", 10, () => {
    for (let round = 0; round < Math.max(1, rounds); round++) {
      for (const id of ids) void client.onBehalfOf(id).accounts;
    }
    return size * Math.max(1, rounds);
  });
}

async function items(size) {
  const fetch = answering((_path, query) => {
    const page = Number(query.get("page_num") ?? 0);
    const account = (index) => ({ id: `acct_${page * 100 + index}`, identifier: "x".repeat(100) });
    return {
      has_more: (page + 1) * 100 < size,
      items: Array.from({ length: 100 }, (_, index) => account(index)),
    };
  });
  const client = createClient({ ...keyed, fetch });
  return perUnit("CPU", 4, async () => {
    let units = 0;
    for (let again = 0; again < Math.max(1, 10_000 / size); again++) {
      for await (const account of client.accounts.list({ page_size: 100 })) {
        if (account.id) units++;
      }
    }
    return units;
  });
}

/** Connections in a store, and a client that knows their app. */
async function connect(size, store) {
  let current = 0;
  let tokens = 0;
  const fetch = answering(() => ({
    access_token: `access-${++tokens}`,
    refresh_token: `refresh-${tokens}`,
    expires_in: 300,
    refresh_token_expires_in: 86_400,
    account_id: `acct_${current}`,
    id: `acct_${current}`,
    token_type: "Bearer",
  }));
  const redirectUri = "http://localhost/back";
  const app = {
    clientId: "bench",
    clientSecret: "bench",
    redirectUri,
    scopes: ["account_details:read"],
  };
  const client = createClient({ ...common, fetch, oauth: { ...app, store } });
  for (current = 0; current < size; current++) {
    const session = `session ${current}`;
    const url = new URL(await client.oauth.authorizationUrl({ session }));
    const back = new URL(redirectUri);
    const state = url.searchParams.get("state");
    back.search = new URLSearchParams({ code: `code ${current}`, state }).toString();
    await client.oauth.handleCallback(back, { session });
  }
  return client;
}

/** A subject that works on a store of one kind. */
const inStore = (kind, measure) => async (size) => {
  if (kind === "memory") return measure(size, createMemoryStore(), "CPU");
  const server = await startStore(kind);
  const opened = await openStore(server.where);
  try {
    return await measure(size, opened.store, "time", opened);
  } finally {
    await opened.close();
    await server.stop();
  }
};

async function connectionsListed(size, store, kind) {
  const client = await connect(size, store);
  return perUnit(kind, kind === "CPU" ? 40 : 8, async () => {
    let units = 0;
    while (units < 1000) {
      for await (const connection of client.oauth.list()) if (connection.id) units++;
    }
    return units;
  });
}

/** Each has a day left, and each renewal makes it a day from then. */
async function connectionsRefreshed(size, store, kind) {
  const client = await connect(size, store);
  return perUnit(kind, kind === "CPU" ? 8 : 3, async () => {
    let units = 0;
    while (units < 1000) {
      const { refreshed } = await client.oauth.refreshExpiring({ withinMs: 7 * 86_400_000 });
      if (refreshed !== size) throw new Error(`${refreshed} of ${size} connections were refreshed`);
      units += refreshed;
    }
    return units;
  });
}

async function events(size, store, kind, opened) {
  const inbox = createInbox(store);
  const handle = async (count, name) => {
    await each(count, (index) => inbox.run(`${name}-${index}`, async () => undefined));
    return count;
  };
  if (opened?.remember) await opened.remember(size);
  else await handle(size, "old");
  await handle(300, "warm-up");
  return perUnit(kind, 6, (round) => handle(500, `new-${round}`));
}

async function sellers(size) {
  const emulator = createEmulator({ reviewAfterMs: 0, rateLimits: false });
  const atWill = { perSecond: 2000, perEndpointPerSecond: 1000, concurrent: 50 };
  const client = createClient({ ...emulator.clientOptions, rateLimit: atWill });
  let made = 0;
  const list = function* (count) {
    for (let index = 0; index < count; index++) yield sellerOf(made++);
  };
  await client.onboarding.run(list(20), { store: createMemoryStore() });
  return perUnit("CPU", Math.max(2, 100 / size), async () => {
    emulator.reset();
    const { counts } = await client.onboarding.run(list(size), { store: createMemoryStore() });
    if (counts.done !== size) throw new Error(`Of ${size} sellers: ${JSON.stringify(counts)}`);
    return size;
  });
}

/** Opened, read, and found among the others. */
async function accounts(size) {
  const emulator = createEmulator({ rateLimits: false });
  const client = createClient(emulator.clientOptions);
  const open = async (count) => {
    for (let index = 0; index < count; index++) {
      const account = await client.accounts.create(sellerOf(made++).create);
      await client.accounts.retrieve(account.id);
    }
    return count;
  };
  let made = 0;
  await open(size);
  return perUnit("CPU", 6, () => open(100));
}

const [small, middle, large] = [
  [10, 100, 1000],
  [100, 1000, 10_000],
  [1000, 10_000, 100_000],
];

/** @type {readonly Subject[]} */
export const subjects = [
  { what: "a call, after so many", sizes: large, counts: "CPU", measure: calls },
  { what: "`onBehalfOf`, accounts in turn", sizes: middle, counts: "CPU", measure: derived },
  { what: "an item of a list, of so many", sizes: large, counts: "CPU", measure: items },
  ...["memory", "file", "redis", "postgres"].map((kind) => ({
    what: `\`oauth.list\`, a connection of so many (${kind})`,
    sizes: small,
    counts: kind === "memory" ? "CPU" : "time",
    measure: inStore(kind, connectionsListed),
  })),
  ...["memory", "file", "redis", "postgres"].map((kind) => ({
    what: `\`oauth.refreshExpiring\`, a connection of so many (${kind})`,
    sizes: small,
    counts: kind === "memory" ? "CPU" : "time",
    measure: inStore(kind, connectionsRefreshed),
  })),
  ...["memory", "redis", "postgres"].map((kind) => ({
    what: `an event, beside so many that are remembered (${kind})`,
    sizes: large,
    counts: kind === "memory" ? "CPU" : "time",
    measure: inStore(kind, events),
  })),
  {
    what: "a seller onboarded, of so many (with the emulator)",
    sizes: [10, 100, 1000],
    counts: "CPU",
    measure: sellers,
  },
  {
    what: "an account of the emulator, beside so many",
    sizes: middle,
    counts: "CPU",
    measure: accounts,
  },
];
