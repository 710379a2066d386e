/** Closing a client while calls are under way. */

import { expect, test } from "vitest";
import { createClient } from "../../src/index.js";
import { account, json, key, startServer } from "../scripted-server.js";

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
  const client = createClient({ ...key, baseUrl: server.url });
  const state = { isAnswered: false };
  const call = client.accounts.retrieve("acct_1").then((found) => {
    state.isAnswered = true;
    return found;
  });
  await expect.poll(() => server.requests.length).toBe(1);
  return { client, call, state, answer };
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
