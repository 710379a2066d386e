/** A call that is aborted while it waits for nothing still rejects with the caller's reason. */

import { expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { cut, key, refuse, startServer } from "../scripted-server.js";

it("a call under the rate limit that is aborted as soon as it is made rejects with the reason", async () => {
  const server = await startServer();
  const client = createClient({ ...key, baseUrl: server.url, rateLimit: true });
  await client.accounts.retrieve("acct_1");
  const controller = new AbortController();
  const call = client.accounts.retrieve("acct_2", { signal: controller.signal });
  controller.abort("enough");
  await expect(call).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
  expect(server.requests.length).toBe(1);
});

it.each([
  ["refused", refuse(503)],
  ["held back by a rate limit", refuse(429)],
  ["lost", cut()],
])(
  "a call aborted after its attempt was %s and before the next rejects with the reason",
  async (_, answer) => {
    const server = await startServer({ otherwise: answer });
    const controller = new AbortController();
    const onAttempt = ({ operation }: { readonly operation: string }) => {
      if (operation === "accounts.retrieve") controller.abort("enough");
    };
    const client = createClient({ ...key, baseUrl: server.url, observer: { onAttempt } });
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    expect(server.requests.length).toBe(1);
  },
);
