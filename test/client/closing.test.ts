/** Closing a client while calls are under way. */

import { expect, test } from "vitest";
import { type Client, createClient } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import {
  account,
  cut,
  json,
  key,
  newAccount,
  refuse,
  slowly,
  startServer,
} from "../scripted-server.js";

/** A call that has left, and the server's permission to answer it. */
async function startCall() {
  let answer: () => void = () => undefined;
  const permission = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const server = await startServer({
    async otherwise(...exchange) {
      await permission;
      await json(200, account())(...exchange);
    },
  });
  const redirectUri = "http://localhost:3000/callback";
  const client = createClient({
    ...{ ...key, baseUrl: server.url },
    oauth: { clientId: "app", clientSecret: "secret", redirectUri, store: createMemoryStore() },
  });
  const state = { isAnswered: false };
  const call = client.accounts.retrieve("acct_1").then((found) => {
    state.isAnswered = true;
    return found;
  });
  await expect.poll(() => server.requests.length).toBe(1);
  return { server, client, call, state, answer };
}

test("client.close() waits for calls that are under way", async () => {
  const { client, call, state, answer } = await startCall();
  const closing = client.close().then(() => state.isAnswered);
  answer();
  expect(await closing).toBe(true);
  await call;
});

test("client.close() waits for no call longer than timeoutMs, and lets it end", async () => {
  const { client, call, state, answer } = await startCall();
  await client.close({ timeoutMs: 50 });
  expect(state.isAnswered).toBe(false);
  await expect(client.accounts.retrieve("acct_2")).rejects.toThrow("the client is closed");
  answer();
  expect((await call).id).toBe(account().id);
});

/** A call of each kind that goes on after `close`: what it is answered, and how often it is sent. */
const goingOn = {
  "one that waits to be sent again": {
    answers: [refuse(503, {}, { "retry-after": "1" }), json(200, account())],
    run: (client: Client) => client.accounts.retrieve("acct_1"),
  },
  "one whose token is refused": {
    answers: [slowly(300, refuse(401)), json(200, account())],
    run: (client: Client) => client.accounts.retrieve("acct_1"),
  },
  "one that is looked up": {
    answers: [
      slowly(300, cut()),
      json(200, { items: [account({ identifier: "shop" })], has_more: false }),
    ],
    run: (client: Client) =>
      client.accounts.create({ ...newAccount, identifier: "shop" }, { maxRetries: 0 }),
  },
};

test.each([
  ["undici", undefined],
  ["fetch", globalThis.fetch],
] as const)("client.close() waits for what a call still has to do, over %s", async (_, fetch) => {
  for (const [kind, { answers, run }] of Object.entries(goingOn)) {
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    let isDone = false;
    const call = run(client).then((found) => {
      isDone = true;
      return found;
    });
    await expect.poll(() => server.requests.length).toBe(1);
    const closing = client.close();
    await expect(client.accounts.list(), kind).rejects.toMatchObject({ code: "unreachable" });
    await Promise.all([closing, client.close()]);
    expect(isDone, kind).toBe(true);
    expect((await call).id, kind).toBe(account().id);
    expect(server.requests.length, kind).toBe(2);
  }
});

test("a closed client refuses a call whose input is wrong too, and leaves no rejection behind", async () => {
  const client = createClient({ ...key, baseUrl: "http://127.0.0.1:1" });
  await client.close();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const wrong = { ...newAccount, nick_name: "Ada" } as never;
  await expect(client.accounts.create(wrong)).rejects.toMatchObject({ code: "unreachable" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("a client that is closing refuses every new call, also those of its OAuth app", async () => {
  const { server, client, call, answer } = await startCall();
  const closing = client.close();
  const calls = [
    () => client.accounts.retrieve("acct_2"),
    () => client.oauth.webhooks.list(),
    () => client.oauth.remote.list(),
    () => client.oauth.exchangeCode("code"),
    () => client.oauth.connection("id").accounts.current(),
  ];
  for (const begin of calls) await expect(begin()).rejects.toThrow("the client is closed");
  answer();
  await Promise.all([closing, call]);
  expect(server.requests).toHaveLength(1);
});
