import { Agent, interceptors, MockAgent, Pool, ProxyAgent, RetryAgent } from "undici";
import Undici6 from "undici6";
import { describe, expect, it } from "vitest";
import { createClient } from "../../src/index.js";
import { account, failureOf, key } from "../scripted-server.js";

describe("an app's own dispatcher", () => {
  it("carries every call, and stays open when the client closes", async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    const api = mock.get("https://api.sandbox.airwallex.com");
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    const login = { path: "/api/v1/authentication/login", method: "POST" };
    api.intercept(login).reply(201, { token: "t", expires_at });
    api
      .intercept({
        path: "/api/v1/accounts/acct_1/update",
        method: "POST",
        headers: { authorization: "Bearer t" },
        body: '{"nickname":"Ada"}',
      })
      .reply(200, account(), { headers: { "x-request-id": "r-1" } });
    const client = createClient({ ...key, dispatcher: mock });
    const { response } = await client.accounts.update("acct_1", { nickname: "Ada" }).withResponse();
    expect(response).toMatchObject({ status: 200, requestId: "r-1", attempts: 1 });
    mock.assertNoPendingInterceptors();
    await client.close();
    // The app's dispatcher still serves other clients.
    const other = createClient({ ...key, dispatcher: mock });
    api.intercept(login).reply(201, { token: "t", expires_at });
    api.intercept({ path: "/api/v1/accounts/acct_2" }).reply(200, account());
    await other.accounts.retrieve("acct_2");
    mock.assertNoPendingInterceptors();
    await mock.close();
  });

  it("is refused at once when it comes from undici 6", () => {
    for (const dispatcher of [
      new Undici6.MockAgent(),
      new Undici6.Agent(),
      new Undici6.ProxyAgent("http://127.0.0.1:1"),
      new Undici6.Pool("http://127.0.0.1:1"),
    ]) {
      expect(() => createClient({ ...key, dispatcher })).toThrow(
        "dispatcher is of undici 6 or older, expected one of undici 7 or newer",
      );
    }
    for (const dispatcher of [
      new MockAgent(),
      new Agent(),
      new ProxyAgent("http://127.0.0.1:1"),
      new Pool("http://127.0.0.1:1"),
      new RetryAgent(new Agent()),
      new Agent().compose(interceptors.retry()),
    ]) {
      expect(() => createClient({ ...key, dispatcher })).not.toThrow();
    }
  });

  it("fails with a reason when one of undici 6 is hidden in another", async () => {
    const dispatcher = new Undici6.RetryAgent(new Undici6.Agent());
    const client = createClient({ ...key, dispatcher, maxRetries: 0 });
    const { error } = await failureOf(client.accounts.retrieve("acct_1"));
    expect(String(error)).toContain("undici 6 or older");
  });

  it("sends uploads to the files host", async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    mock
      .get("https://api-demo.airwallex.com")
      .intercept({ path: "/api/v1/authentication/login", method: "POST" })
      .reply(201, { token: "t", expires_at });
    mock
      .get("https://files-demo.airwallex.com")
      .intercept({ path: "/api/v1/files/upload?notes=front", method: "POST" })
      .reply(201, { file_id: "file_1" });
    const client = createClient({ ...key, environment: "demo", dispatcher: mock });
    const upload = client.files.upload(Buffer.from("x"), { name: "x.png", notes: "front" });
    await expect(upload).resolves.toEqual({ file_id: "file_1" });
    mock.assertNoPendingInterceptors();
    await mock.close();
  });

  it("keeps the cause of a failure that the dispatcher raises", async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    const reset = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    const api = mock.get("https://api.airwallex.com");
    api
      .intercept({ path: "/api/v1/authentication/login", method: "POST" })
      .reply(201, { token: "t", expires_at });
    api.intercept({ path: "/api/v1/accounts/acct_1/submit", method: "POST" }).replyWithError(reset);
    const client = createClient({ ...key, environment: "production", dispatcher: mock });
    const { error } = await failureOf(client.accounts.submit("acct_1", { maxRetries: 0 }));
    expect(error).toMatchObject({ name: "NetworkError", cause: reset });
    mock.assertNoPendingInterceptors();
    await mock.close();
  });

  it("is asked once when it refuses the request itself", async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    const client = createClient({ ...key, dispatcher: mock });
    const { error, tookMs } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({
      name: "NetworkError",
      outcome: "not_done",
      cause: { operation: "authentication.login", attempts: 1 },
    });
    expect(tookMs).toBeLessThan(8000);
    await mock.close();
  });
});
