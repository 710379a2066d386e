import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { createTransport } from "../../src/transport/transport.js";
import { openSocket } from "../../src/transport/undici.js";
import { closedServer, failureOf, key } from "../scripted-server.js";

const options = { maxSockets: 10, connectTimeoutMs: 1000, maxResponseBytes: 1e6 };

/** A server that tells what came over which of its connections. */
async function startCounting() {
  let connections = 0;
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url);
    const token = { token: "t", expires_at: new Date(Date.now() + 1_800_000).toISOString() };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.url?.includes("login") ? token : { id: "acct_1" }));
  });
  server.on("connection", () => {
    connections++;
  });
  server.listen(0, "127.0.0.1");
  await vi.waitFor(() => expect(server.listening).toBe(true));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, connections: () => connections };
}

it("opens one socket before the first request, and sends nothing over it", async () => {
  const server = await startCounting();
  const transport = createTransport(options);
  await Promise.all([transport.prepare(server.url), transport.prepare(server.url)]);
  await vi.waitFor(() => expect(server.connections()).toBe(1));
  expect(server.seen).toEqual([]);
  expect(transport.prepare(server.url)).toBeUndefined();
  await transport.close();
});

it("opens the socket for a spaced request while it waits for its turn", async () => {
  const server = await startCounting();
  const store = createMemoryStore();
  const rateLimit = { shared: store, perEndpointPerSecond: 2 };
  const options = { ...key, baseUrl: server.url, rateLimit, tokenStore: store };
  const [first, second] = [createClient(options), createClient(options)];
  const turnsBefore = Array.from({ length: 4 }, () => first.accounts.current());
  await turnsBefore[0];
  const connections = server.connections();
  const [call, requests] = [second.accounts.current(), server.seen.length];
  await vi.waitFor(() => expect(server.connections()).toBeGreaterThan(connections));
  expect(server.seen.length).toBe(requests);
  await Promise.all([call, ...turnsBefore]);
  expect(server.connections()).toBe(connections + 1);
  await Promise.all([first.close(), second.close()]);
});

it("waits only so long for a socket that does not open", async () => {
  const dispatcher = { dispatch: () => true };
  const begin = performance.now();
  await openSocket(dispatcher, "http://127.0.0.1:1", 50);
  expect(performance.now() - begin).toBeGreaterThan(40);
});

it("gets over a host that is not there: what is sent then says so", async () => {
  const baseUrl = await closedServer();
  const transport = createTransport(options);
  await transport.prepare(baseUrl);
  const client = createClient({ ...key, baseUrl, rateLimit: true, maxRetries: 0 });
  const { error } = await failureOf(client.accounts.current());
  expect(error).toMatchObject({ code: "unreachable", outcome: "not_done" });
  await Promise.all([transport.close(), client.close()]);
});

it("does nothing for an app's own fetch, and nothing once it is closed", async () => {
  const withFetch = createTransport({ ...options, fetch: globalThis.fetch });
  expect(withFetch.prepare("http://127.0.0.1:1")).toBeUndefined();
  const closed = createTransport(options);
  await closed.close();
  expect(closed.prepare("http://127.0.0.1:1")).toBeUndefined();
});
