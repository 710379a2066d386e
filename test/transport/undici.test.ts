import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient, NetworkError } from "../../src/index.js";
import {
  account,
  chunks,
  closedServer,
  cut,
  cutBody,
  failureOf,
  json,
  key,
  newAccount,
  raw,
  slowly,
  stall,
  startServer,
  text,
} from "../scripted-server.js";

afterEach(() => vi.restoreAllMocks());

describe("a call that never leaves this machine", () => {
  it("is retried, and fails as not done when the server is closed", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const client = createClient({ ...key, baseUrl: await closedServer() });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({
      code: "unreachable",
      phase: "connecting",
      outcome: "not_done",
      operation: "accounts.submit",
      cause: { operation: "authentication.login", cause: { code: "ECONNREFUSED" } },
    });
    expect(String(error)).toMatch(
      /^NetworkError: Cannot call accounts\.submit: the login failed, Cannot reach http:\/\/127\.0\.0\.1:\d+ for /,
    );
  });

  it("counts each attempt, for any kind of write", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer();
    const agent = new Agent({ keepAliveTimeout: 1 });
    const client = createClient({ ...key, baseUrl: server.url, dispatcher: agent, maxRetries: 2 });
    await client.accounts.retrieve("acct_1");
    await server.close();
    await sleep(20);
    const failures = await Promise.all([
      failureOf(client.accounts.submit("acct_1")),
      failureOf(client.accounts.create(newAccount)),
      failureOf(client.files.upload(Buffer.from("x"), { name: "x.pdf" })),
    ]);
    for (const { error } of failures) {
      expect(error).toMatchObject({ code: "unreachable", attempts: 3, outcome: "not_done" });
    }
  });

  it("fails as not done when the host name is unknown", async () => {
    const agent = new Agent({
      connect: {
        lookup: (hostname, _options, callback) => {
          const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
            code: "ENOTFOUND",
          });
          callback(error, "", 4);
        },
      },
    });
    const baseUrl = "https://api.invalid";
    const client = createClient({ ...key, baseUrl, dispatcher: agent, maxRetries: 0 });
    const { error } = await failureOf(client.accounts.create(newAccount));
    expect(error).toMatchObject({
      code: "unreachable",
      operation: "accounts.create",
      outcome: "not_done",
      cause: { cause: { code: "ENOTFOUND" } },
    });
    expect(String(error)).toContain("Cannot reach https://api.invalid for authentication.login");
  });

  it("fails as not done when the connection does not open in time", async () => {
    const agent = new Agent({
      connect: { lookup: () => undefined },
    });
    const client = createClient({ ...key, baseUrl: "https://api.invalid", dispatcher: agent });
    const call = client.accounts.create(newAccount, { timeoutMs: 600 });
    const { error, tookMs } = await failureOf(call);
    expect(error).toMatchObject({ code: "timeout", outcome: "not_done", attempts: 0 });
    expect(tookMs).toBeLessThan(8000);
    await agent.destroy();
  });

  it("fails as not done while it still waits for a free connection", async () => {
    const server = await startServer({ otherwise: stall() });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 1 });
    const first = failureOf(client.accounts.submit("acct_1", { timeoutMs: 5000 }));
    await vi.waitFor(() => expect(server.requests.length).toBe(1));
    const { error, tookMs } = await failureOf(client.accounts.submit("acct_2", { timeoutMs: 500 }));
    expect(error).toMatchObject({ code: "timeout", phase: "connecting", outcome: "not_done" });
    expect(tookMs).toBeLessThan(4000);
    expect((await first).error).toMatchObject({ code: "timeout", outcome: "unknown" });
    expect(server.requests.length).toBe(1);
  });
});

describe("a connection that is lost", () => {
  it("leaves the outcome of a write unknown if it is lost before an answer", async () => {
    const server = await startServer({ answers: [cut()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({
      code: "response_lost",
      phase: "waiting for the answer",
      outcome: "unknown",
      attempts: 1,
    });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(server.requests.length).toBe(1);
  });

  it("leaves the outcome of a write unknown if it is lost in the middle of the answer", async () => {
    const server = await startServer({ answers: [cutBody()] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({
      code: "response_lost",
      phase: "reading the answer",
      outcome: "unknown",
    });
  });

  it("is noticed when a body without a length ends early", async () => {
    const server = await startServer({
      answers: [raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"id"')],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toMatchObject({ code: "response_lost", outcome: "unknown" });
  });

  it("is how an answer that is not HTTP is reported", async () => {
    const server = await startServer({ answers: [raw("SSH-2.0-OpenSSH_9.6\r\n")] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.submit("acct_1"));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: "response_lost", outcome: "unknown", attempts: 1 });
  });

  it("costs a call nothing if it was idle", async () => {
    const server = await startServer({
      answers: [
        (response, seen, request) => {
          response.once("finish", () => setTimeout(() => request.socket.destroy(), 5));
          return json(200, account())(response, seen, request);
        },
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 1, maxRetries: 0 });
    await client.accounts.retrieve("acct_1");
    await sleep(30);
    await client.accounts.submit("acct_1");
    expect(server.connections).toBe(2);
  });
});

describe("a body", () => {
  it("of many chunks arrives whole", async () => {
    const nickname = "日本 😀 ".repeat(200_000);
    const bytes = Buffer.from(JSON.stringify(account({ nickname })));
    const parts = Array.from({ length: 200 }, (_, i) =>
      bytes.subarray(
        Math.ceil((bytes.length / 200) * i),
        Math.ceil((bytes.length / 200) * (i + 1)),
      ),
    );
    const server = await startServer({ answers: [chunks(200, parts)] });
    const client = createClient({ ...key, baseUrl: server.url });
    const read = await client.accounts.retrieve("acct_1");
    expect(read.nickname === nickname).toBe(true);
  });

  it("whose characters are split across chunks arrives whole", async () => {
    const bytes = Buffer.from(JSON.stringify(account({ nickname: "Zoë 日本 😀" })));
    const parts = [...bytes].map((byte) => Uint8Array.of(byte));
    const server = await startServer({ answers: [chunks(200, parts)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({
      nickname: "Zoë 日本 😀",
    });
  });

  it("may follow early hints", async () => {
    const server = await startServer({
      answers: [
        (response, seen, request) => {
          response.writeEarlyHints({ link: "</style.css>; rel=preload" });
          response.writeProcessing();
          return json(200, account())(response, seen, request);
        },
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const { response } = await client.accounts.retrieve("acct_1").withResponse();
    expect(response.status).toBe(200);
  });
});

describe("connections", () => {
  it("are limited by the option, and reused", async () => {
    const server = await startServer({ otherwise: slowly(5, json(200, account())) });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 3 });
    const ids = Array.from({ length: 30 }, (_, i) => `acct_${i}`);
    await Promise.all(ids.map((id) => client.accounts.retrieve(id)));
    expect(server.requests.length).toBe(30);
    expect(server.connections).toBe(3);
  });

  it("end with close(), once busy ones have finished", async () => {
    const server = await startServer({ answers: [slowly(50, json(200, account()))] });
    const client = createClient({ ...key, baseUrl: server.url });
    const call = client.accounts.retrieve("acct_1");
    await vi.waitFor(() => expect(server.requests.length).toBe(1));
    await client.close();
    await expect(call).resolves.toMatchObject({ id: account().id });
  });

  it("cannot be opened after close(), and the call says so at once", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    await client.close();
    const { error, tookMs } = await failureOf(client.accounts.retrieve("acct_1"));
    expect(error).toMatchObject({ name: "NetworkError", outcome: "not_done" });
    expect(tookMs).toBeLessThan(8000);
  });
});

describe("close()", () => {
  it("also ends a client with the fetch option", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    await client.accounts.retrieve("acct_1");
    await client.close();
    const { error } = await failureOf(client.onBehalfOf("acct_2").accounts.submit("acct_1"));
    expect(error).toMatchObject({ code: "unreachable", outcome: "not_done" });
    expect(String(error)).toContain("the client is closed");
    expect(server.requests.length).toBe(1);
  });

  it("may be called more than once, and before the first call", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    await client.close();
    await client.accounts.retrieve("acct_1").catch(() => undefined);
    await client.close();
    await client.close();
    await client[Symbol.asyncDispose]();
  });
});

describe("an empty answer", () => {
  it.each([
    [200, text(200, "")],
    [204, text(204, "")],
  ])("with status %i is refused where an account is expected", async (status, answer) => {
    const server = await startServer({ answers: [answer] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.create(newAccount));
    expect(error).toMatchObject({
      name: "ShapeError",
      code: "unreadable_response",
      outcome: "unknown",
      attempts: 1,
    });
    expect(String(error)).toContain(
      `Cannot read the answer to accounts.create: status ${status}, and the answer has no body`,
    );
  });
});

describe("calls that end while they wait for a socket", () => {
  it("cost no socket when their turn comes", async () => {
    const server = await startServer({ answers: [stall(), stall()] });
    const client = createClient({ ...key, baseUrl: server.url, maxSockets: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    const dead = Array.from({ length: 100 }, () => client.accounts.retrieve("acct_1", { signal }));
    const ended = Promise.allSettled(dead);
    await vi.waitFor(() => expect(server.requests.length).toBe(2), { timeout: 5000 });
    controller.abort();
    await ended;
    await client.accounts.retrieve("acct_2");
    expect(server.requests.map(({ target }) => target)).toEqual([
      "/api/v1/accounts/acct_1",
      "/api/v1/accounts/acct_1",
      "/api/v1/accounts/acct_2",
    ]);
    // Two for the calls that were sent and aborted, and two for what followed.
    expect(server.connections).toBeLessThanOrEqual(4);
  });
});

describe("a proxy in the environment", () => {
  async function startProxy() {
    const targets: string[] = [];
    const proxy = createServer((request, response) => {
      targets.push(String(request.url));
      response.writeHead(502).end();
    });
    proxy.on("connect", (request, socket, head) => {
      targets.push(String(request.url));
      const [host, port] = String(request.url).split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, targets };
  }

  it.each([
    ["NODE_USE_ENV_PROXY", "1", true],
    ["NODE_OPTIONS", "--use-env-proxy", true],
    ["NODE_USE_ENV_PROXY", "", false],
  ])("is used when %s is %j, as Node does: %s", async (name, value, used) => {
    const server = await startServer();
    const proxy = await startProxy();
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("http_proxy", proxy.url);
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const client = createClient({ ...key, baseUrl: server.url });
    await client.accounts.retrieve("acct_1");
    expect(proxy.targets.length > 0).toBe(used);
    await client.close();
  });
});
