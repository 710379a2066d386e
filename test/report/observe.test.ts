import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type AttemptEvent,
  createClient,
  type DriftEvent,
  type Observer,
  type RetryEvent,
  type TokenEvent,
} from "../../src/index.js";
import {
  account,
  closedServer,
  cut,
  json,
  key,
  refuse,
  stall,
  startServer,
  token,
} from "../scripted-server.js";

type Heard = readonly [string, unknown];

/** An observer that records everything it is told. */
function note(into: Heard[]): Observer {
  return {
    onAttempt: (event: AttemptEvent) => into.push(["attempt", event]),
    onRetry: (event: RetryEvent) => into.push(["retry", event]),
    onDrift: (event: DriftEvent) => into.push(["drift", event]),
    onToken: (event: TokenEvent) => into.push(["token", event]),
  };
}

describe("observer", () => {
  it("is told about the login, and about each attempt and wait, in order", async () => {
    const heard: Heard[] = [];
    const server = await startServer({
      logins: [token("t", 1_800_000)],
      answers: [
        refuse(503, {}, { "x-request-id": "r-1" }),
        json(200, { ...account(), id: 7 }, { "x-request-id": "r-2" }),
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    const startedAtMs = Date.now();
    await client.accounts.update("acct_1", { nickname: "Ada" });
    const call = {
      operation: "accounts.update",
      method: "POST",
      path: "/api/v1/accounts/acct_1/update",
    };
    expect(heard).toMatchObject([
      ["attempt", { operation: "authentication.login", attempt: 1, status: 201 }],
      ["token", { kind: "login" }],
      ["attempt", { ...call, attempt: 1, status: 503, requestId: "r-1" }],
      ["retry", { ...call, attempt: 1, reason: "503", delayMs: 0 }],
      ["attempt", { ...call, attempt: 2, status: 200, requestId: "r-2" }],
      ["drift", { ...call, requestId: "r-2", shape: "Account" }],
    ]);
    for (const [kind, event] of heard) {
      if (kind !== "attempt") continue;
      const attempt = event as AttemptEvent;
      expect(attempt.startedAtMs).toBeGreaterThanOrEqual(startedAtMs - 1);
      expect(attempt.startedAtMs).toBeLessThan(startedAtMs + 5000);
      expect(attempt.durationMs).toBeGreaterThanOrEqual(0);
      expect(attempt.durationMs).toBeLessThan(5000);
    }
    const { lifetimeMs = 0 } = (heard[1] as Heard)[1] as TokenEvent;
    expect(lifetimeMs).toBeGreaterThan(1_790_000);
    expect(lifetimeMs).toBeLessThanOrEqual(1_800_000);
  });

  it("is told why an attempt got no answer, and at what stage", async () => {
    const heard: Heard[] = [];
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer({ answers: [cut(), stall()] });
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    vi.restoreAllMocks();
    const controller = new AbortController();
    const call = client.accounts.retrieve("acct_1", { signal: controller.signal });
    call.catch(() => undefined);
    await expect.poll(() => server.requests.length).toBe(2);
    controller.abort();
    await call.catch(() => undefined);
    expect(heard.slice(2)).toMatchObject([
      [
        "attempt",
        { attempt: 1, failedWhile: "waiting for the answer", failure: expect.any(String) },
      ],
      ["retry", { attempt: 1, reason: "answer lost" }],
      ["attempt", { attempt: 2, failedWhile: "waiting for the answer" }],
    ]);
    expect((heard[2] as Heard)[1]).not.toHaveProperty("status");
  });

  it("is told about refused connections", async () => {
    const heard: Heard[] = [];
    const baseUrl = await closedServer();
    const client = createClient({ ...key, baseUrl, maxRetries: 0, observer: note(heard) });
    await client.accounts.retrieve("acct_1").catch(() => undefined);
    expect(heard).toMatchObject([
      ["attempt", { failedWhile: "connecting", failure: "ECONNREFUSED", attempt: 1 }],
      ["token", { kind: "login_failed", error: expect.objectContaining({ code: "unreachable" }) }],
    ]);
  });

  it("is told about a refused token and its replacement", async () => {
    const heard: Heard[] = [];
    const server = await startServer({ answers: [refuse(401)] });
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    await client.accounts.retrieve("acct_1");
    const tokens = heard.filter(([kind]) => kind === "token").map(([, event]) => event);
    expect(tokens).toMatchObject([{ kind: "login" }, { kind: "refused" }, { kind: "login" }]);
  });

  it("does not break calls when its hooks throw", async () => {
    const fail = () => {
      throw new Error("The log is full");
    };
    const observer = { onAttempt: fail, onRetry: fail, onDrift: fail, onToken: fail };
    const server = await startServer({
      answers: [refuse(503), refuse(401), json(200, { ...account(), id: 7 })],
    });
    const client = createClient({ ...key, baseUrl: server.url, observer });
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({ id: 7 });
  });

  it("does not crash the process when its hooks reject", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => {
      process.off("unhandledRejection", unhandled);
    });
    const onAttempt = async () => {
      throw new Error("The log is full");
    };
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url, observer: { onAttempt } });
    await client.accounts.retrieve("acct_1");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("is shared by derived clients", async () => {
    const heard: Heard[] = [];
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    await client.onBehalfOf("acct_9").accounts.current();
    expect(heard.length).toBe(3);
  });

  it("sees no query, body or token", async () => {
    const heard: Heard[] = [];
    const server = await startServer({ answers: [json(200, { items: [], has_more: false })] });
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    await client.accounts.list({ identifier: "ada@example.com" });
    await client.accounts.update("acct_1", { nickname: "Lovelace" });
    const shown = inspect(heard, { depth: Number.POSITIVE_INFINITY, showHidden: true });
    expect(shown).toContain("/api/v1/accounts");
    expect(shown).not.toMatch(/ada|example\.com|Lovelace|s3cr3t|client-id|Bearer/);
  });
});

describe("diagnostics_channel", () => {
  it.each(["attempt", "retry", "drift", "token"])("carries every %s event", async (name) => {
    const published: unknown[] = [];
    const listen = (event: unknown) => published.push(event);
    subscribe(`airwallex-connect:${name}`, listen);
    onTestFinished(() => {
      unsubscribe(`airwallex-connect:${name}`, listen);
    });
    const heard: Heard[] = [];
    const server = await startServer({
      answers: [refuse(503), json(200, { ...account(), id: 7 })],
    });
    const client = createClient({ ...key, baseUrl: server.url, observer: note(heard) });
    await client.accounts.retrieve("acct_1");
    // The channel belongs to the process, so it may carry the end of another test as well.
    const own = heard.filter(([kind]) => kind === name).map(([, event]) => event);
    expect(own.length).toBeGreaterThan(0);
    expect(published).toEqual(expect.arrayContaining(own));
  });

  it("carries events without an observer", async () => {
    const published: unknown[] = [];
    const listen = (event: unknown) => published.push(event);
    subscribe("airwallex-connect:attempt", listen);
    onTestFinished(() => {
      unsubscribe("airwallex-connect:attempt", listen);
    });
    const server = await startServer();
    await createClient({ ...key, baseUrl: server.url }).accounts.retrieve("acct_1");
    expect(published).toMatchObject([{ status: 201 }, { status: 200 }]);
  });

  it("publishes nothing when nobody listens", async () => {
    const names = ["attempt", "retry", "drift", "token"];
    const publish = names.map((name) => vi.spyOn(channel(`airwallex-connect:${name}`), "publish"));
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const server = await startServer({ answers: [refuse(503), refuse(401)] });
    await createClient({ ...key, baseUrl: server.url }).accounts.retrieve("acct_1");
    for (const spy of publish) expect(spy).not.toHaveBeenCalled();
  });
});
