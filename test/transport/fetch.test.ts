import { setTimeout as sleep } from "node:timers/promises";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import {
  account,
  closedServer,
  cut,
  cutBody,
  json,
  key,
  newAccount,
  refuse,
  stall,
  stallBody,
  startServer,
} from "../scripted-server.js";

const api = "https://api.sandbox.airwallex.com/api/v1";

const login = http.post(`${api}/authentication/login`, ({ request }) => {
  if (request.headers.get("x-api-key") !== key.apiKey)
    return new HttpResponse(null, { status: 401 });
  const expires_at = new Date(Date.now() + 1_800_000).toISOString();
  return HttpResponse.json({ token: "t", expires_at }, { status: 201 });
});

/** A mock service worker for one test. */
function intercept(...handlers: Parameters<typeof setupServer>): void {
  const server = setupServer(login, ...handlers);
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => server.close());
}

describe("the fetch option", () => {
  it("lets msw see every call", async () => {
    const seen: unknown[] = [];
    intercept(
      http.post(`${api}/accounts/create`, async ({ request }) => {
        seen.push(Object.fromEntries(request.headers), await request.json());
        return HttpResponse.json(account(), { status: 201, headers: { "x-request-id": "r-1" } });
      }),
    );
    const client = createClient({ ...key, fetch, onBehalfOf: "acct_9" });
    const { response } = await client.accounts.create(newAccount).withResponse();
    expect(response).toMatchObject({ status: 201, requestId: "r-1", attempts: 1 });
    expect(seen).toMatchObject([
      {
        authorization: "Bearer t",
        "content-type": "application/json",
        "x-on-behalf-of": "acct_9",
      },
      newAccount,
    ]);
  });

  it("lets msw see the calls of a client that was made before it", async () => {
    const client = createClient({ ...key, fetch: globalThis.fetch });
    intercept(http.get(`${api}/accounts/acct_1`, () => HttpResponse.json(account())));
    await expect(client.accounts.retrieve("acct_1")).resolves.toMatchObject({ status: "CREATED" });
  });

  it("carries uploads", async () => {
    const forms: unknown[] = [];
    const files = "https://files.sandbox.airwallex.com/api/v1";
    intercept(
      http.post(`${files}/files/upload`, async ({ request }) => {
        const file = (await request.formData()).get("file") as File;
        forms.push([file.name, file.type, await file.text()]);
        return HttpResponse.json({ file_id: "file_1" }, { status: 201 });
      }),
    );
    const client = createClient({ ...key, fetch });
    await client.files.upload(Buffer.from("%PDF"), { name: "a.pdf" });
    await client.files.upload(new Blob(["x"]).stream(), { name: "b.png" });
    expect(forms).toEqual([
      ["a.pdf", "application/pdf", "%PDF"],
      ["b.png", "image/png", "x"],
    ]);
  });

  it("retries calls as the other transport does", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer({
      answers: [refuse(503), cut(), cutBody(), json(200, account())],
    });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    vi.restoreAllMocks();
    const { response } = await client.accounts.update("acct_1", { nickname: "Zoë" }).withResponse();
    expect(response.attempts).toBe(4);
    const bodies = server.requests.map(({ body }) => String(body));
    expect(new Set(bodies)).toEqual(new Set(['{"nickname":"Zoë"}']));
  });

  it("tells a connection that was never made from an answer that was lost", async () => {
    const server = await startServer({ answers: [cut(), cutBody()] });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    const lost = { code: "response_lost", outcome: "unknown", attempts: 1 };
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject(lost);
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject(lost);
    const closed = createClient({ ...key, baseUrl: await closedServer(), fetch, maxRetries: 0 });
    await expect(closed.accounts.submit("acct_1")).rejects.toMatchObject({
      code: "unreachable",
      outcome: "not_done",
    });
  });

  const deno = (stage: string) => new Error(`error sending request for url (https://x/): ${stage}`);
  const coded = (code: string) => Object.assign(new TypeError("Unable to connect"), { code });
  it.each([
    ["Deno, refused", deno("client error (Connect): tcp connect error: Connection refused"), true],
    ["Deno, without an address", deno("client error (Connect): dns error: failed to lookup"), true],
    ["Deno, no TLS", deno("client error (Connect): tls handshake eof"), true],
    ["Deno 1", deno("error trying to connect: tcp connect error: Connection refused"), true],
    ["Deno, lost", deno("client error (SendRequest): connection closed before message"), false],
    ["Deno, a port for mail", new Error("Fetch failed: Requests to port 25 are blocked"), true],
    ["Node, a port for mail", new Error("bad port"), true],
    ["Bun, refused", coded("ECONNREFUSED"), true],
    ["Bun, refused, by its own name", coded("ConnectionRefused"), true],
    ["Bun, without an address, by its own name", coded("FailedToOpenSocket"), true],
    ["Bun, lost", coded("ECONNRESET"), false],
    ["a certificate of nobody", coded("DEPTH_ZERO_SELF_SIGNED_CERT"), true],
    ["a certificate of another host", coded("ERR_TLS_CERT_ALTNAME_INVALID"), true],
    ["TLS that ends later", coded("ERR_TLS_RENEGOTIATION_DISABLED"), false],
    // The same words for a refused connection and for a lost answer.
    ["workerd", new Error("Network connection lost."), false],
  ])("tells whether a write was sent from the error of a runtime: %s", async (_, cause, unsent) => {
    const server = await startServer();
    const client = createClient({
      ...{ ...key, baseUrl: server.url, maxRetries: 0 },
      // Deno puts what happened into the cause, as Node does; Bun and workerd throw it.
      fetch: async (url, init) => {
        if (!String(url).endsWith("/submit")) return fetch(url, init);
        throw "code" in cause ? cause : new TypeError("fetch failed", { cause });
      },
    });
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject(
      unsent
        ? { code: "unreachable", outcome: "not_done" }
        : { code: "response_lost", outcome: "unknown" },
    );
  });

  it.each([
    ["waiting for the answer", stall()],
    ["reading the answer", stallBody()],
  ])("ends a call at its deadline while %s", async (phase, answer) => {
    const server = await startServer({ answers: [json(200, account()), answer] });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    await client.accounts.retrieve("acct_1");
    const start = performance.now();
    const call = client.accounts.submit("acct_1", { timeoutMs: 600 });
    await expect(call).rejects.toMatchObject({ code: "timeout", phase, outcome: "unknown" });
    expect(performance.now() - start).toBeLessThan(8000);
    await server.requests[1]?.closed;
  });

  it("rejects with the caller's reason when it is aborted", async () => {
    const server = await startServer({ answers: [stall(), stallBody()] });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    for (const count of [1, 2]) {
      const controller = new AbortController();
      const call = client.accounts.submit("acct_1", { signal: controller.signal });
      call.catch(() => undefined);
      await expect.poll(() => server.requests.length, { interval: 2 }).toBe(count);
      await sleep(20);
      controller.abort("enough");
      await expect(call).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
    }
  });

  it("survives a fetch that ignores its signal", async () => {
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    const deaf = async (url: string) =>
      url.endsWith("/login")
        ? Response.json({ token: "t", expires_at })
        : await new Promise<Response>(() => undefined);
    const client = createClient({ ...key, fetch: deaf });
    await expect(client.accounts.submit("acct_1", { timeoutMs: 1000 })).rejects.toMatchObject({
      code: "timeout",
      phase: "waiting for the answer",
      outcome: "unknown",
    });
    const controller = new AbortController();
    const call = client.accounts.submit("acct_1", { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 20);
    await expect(call).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
  });

  it("keeps the cause when the fetch throws", async () => {
    const reason = new Error("No network in this sandbox");
    const broken = () => Promise.reject(reason);
    const client = createClient({ ...key, fetch: broken, maxRetries: 0 });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      name: "NetworkError",
      cause: { cause: reason },
    });
    const throws = () => {
      throw reason;
    };
    const other = createClient({ ...key, fetch: throws, maxRetries: 0 });
    await expect(other.accounts.retrieve("acct_1")).rejects.toMatchObject({
      cause: { cause: reason },
    });
  });

  it("does not follow redirects", async () => {
    const server = await startServer({
      answers: [(response) => response.writeHead(307, { location: "/elsewhere" }).end()],
    });
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    await expect(client.accounts.submit("acct_1")).rejects.toMatchObject({ status: 307 });
    expect(server.requests.length).toBe(1);
  });
});
