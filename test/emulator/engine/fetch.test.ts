/** The emulator without a socket: its fetch behaves like Node's. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { http } from "msw";
import { setupServer } from "msw/node";
import { expect, test } from "vitest";
import { connect } from "../api.js";
import { minimal } from "../inputs.js";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

const anywhere = "http://emulator.localhost/api/v1/account";

test("createEmulator() answers through its fetch, whatever the host", async () => {
  const emulator = createEmulator();
  const { clientId, apiKey, baseUrl } = emulator.clientOptions;
  expect(emulator.clientOptions.fetch).toBe(emulator.fetch);
  const response = await emulator.fetch(
    new URL("/api/v1/authentication/login", "https://api.airwallex.com"),
    {
      method: "POST",
      headers: { "x-client-id": clientId, "x-api-key": apiKey },
    },
  );
  expect(response.status).toBe(201);
  expect(baseUrl).toBe("https://emulator.localhost");
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", minimal);
  expect((await api("GET", `/api/v1/accounts/${body.id}`)).body).toEqual(body);
});

test("download links of an emulator without a socket lead back into it", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const form = new FormData();
  form.append("file", new Blob(["content"]), "a.txt");
  const { body: file } = await api("POST", "/api/v1/files/upload", form);
  const { body } = await api("POST", "/api/v1/files/download_links", { file_ids: [file.file_id] });
  expect(await (await emulator.fetch(body.files[0].url)).text()).toBe("content");
});

test("fetch accepts a Request whose body is a stream", async () => {
  const emulator = createEmulator();
  const { body: token } = await (async () => {
    const { clientId, apiKey } = emulator.clientOptions;
    const headers = { "x-client-id": clientId, "x-api-key": apiKey };
    const answer = await emulator.fetch("http://x/api/v1/authentication/login", {
      method: "POST",
      headers,
    });
    return { body: (await answer.json()) as { token: string } };
  })();
  const bytes = new TextEncoder().encode(JSON.stringify(minimal));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 10));
      controller.enqueue(bytes.subarray(10));
      controller.close();
    },
  });
  const request = new Request("http://x/api/v1/accounts/create", {
    method: "POST",
    headers: { authorization: `Bearer ${token.token}` },
    body,
    duplex: "half",
  });
  expect((await emulator.fetch(request)).status).toBe(201);
});

test("fetch rejects as if the connection was lost when a fault cuts it", async () => {
  const emulator = createEmulator();
  for (const cut of ["before", "after"] as const) {
    emulator.faults.next("*", { cut });
    await expect(emulator.fetch(anywhere)).rejects.toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      cause: { code: "UND_ERR_SOCKET" },
    });
  }
});

test("fetch delivers half of a body and then fails when a fault cuts it there", async () => {
  const emulator = createEmulator();
  emulator.faults.next("*", { cut: "midBody" });
  const response = await emulator.fetch(anywhere);
  expect(response.status).toBe(401);
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(10);
  await expect(reader?.read()).rejects.toThrow("terminated");
});

test.each([
  ["headers", (signal: AbortSignal, fetch: typeof globalThis.fetch) => fetch(anywhere, { signal })],
  [
    "body",
    async (signal: AbortSignal, fetch: typeof globalThis.fetch) =>
      (await fetch(anywhere, { signal })).text(),
  ],
] as const)(
  "fetch waits when a fault stalls the %s, until the caller aborts",
  async (stall, act) => {
    const emulator = createEmulator();
    emulator.faults.next("*", { stall });
    const reason = new Error("enough");
    const abort = new AbortController();
    const waiting = act(abort.signal, emulator.fetch);
    const early = await Promise.race([
      waiting.then(() => "answered"),
      new Promise((resolve) => setTimeout(resolve, 50, "waiting")),
    ]);
    expect(early).toBe("waiting");
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  },
);

test("fetch rejects at once with the caller's reason when the signal is already aborted", async () => {
  const emulator = createEmulator();
  const reason = new Error("never mind");
  await expect(emulator.fetch(anywhere, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  expect(emulator.requests).toEqual([]);
});

test("fetch decompresses a body, and leaves a 204 without one", async () => {
  const emulator = createEmulator();
  const headers = { "content-encoding": "gzip" };
  emulator.faults.next("*", { raw: { status: 200, headers, body: gzipSync("hello") } });
  expect(await (await emulator.fetch(anywhere)).text()).toBe("hello");
  emulator.faults.next("*", { raw: { status: 204 } });
  const empty = await emulator.fetch(anywhere);
  expect([empty.status, empty.body]).toEqual([204, null]);
});

/** The set-up that docs/emulator.md shows. */
function interceptSandbox(
  emulator: ReturnType<typeof createEmulator>,
  ...hosts: readonly string[]
) {
  const server = setupServer(
    ...hosts.map((host) =>
      http.all(`https://${host}.sandbox.airwallex.com/*`, ({ request }) => emulator.fetch(request)),
    ),
  );
  const unhandled: string[] = [];
  const seen: string[] = [];
  server.events.on("request:start", ({ request }) => void seen.push(request.url));
  server.events.on("request:unhandled", ({ request }) => void unhandled.push(request.url));
  server.listen({ onUnhandledRequest: "error" });
  const { clientId, apiKey } = emulator.clientOptions;
  const client = createClient({
    environment: "sandbox",
    clientId,
    apiKey,
    fetch: globalThis.fetch,
    maxRetries: 0,
  });
  return { client, seen, unhandled, [Symbol.dispose]: () => server.close() };
}

test("msw can pass everything sent to the real hosts to the emulator, uploads included", async () => {
  const emulator = createEmulator();
  using suite = interceptSandbox(emulator, "api", "files");
  const { client, seen, unhandled } = suite;
  await client.accounts.list();
  const { file_id } = await client.files.upload(Buffer.from("a document"), { name: "a.pdf" });
  const download = await client.files.download(file_id);
  expect(String(await download.bytes())).toBe("a document");
  expect(unhandled).toEqual([]);
  expect(new Set(seen.map((url) => new URL(url).host.split(".")[0]))).toEqual(
    new Set(["api", "files"]),
  );
  expect(emulator.requests.length).toBe(seen.length);
});

test("msw refuses an upload to a host without a handler", async () => {
  const emulator = createEmulator();
  using suite = interceptSandbox(emulator, "api");
  const upload = suite.client.files.upload(Buffer.from("a document"), { name: "a.pdf" });
  await expect(upload).rejects.toMatchObject({ name: "NetworkError" });
  expect(suite.unhandled).toEqual(["https://files.sandbox.airwallex.com/api/v1/files/upload"]);
  expect(emulator.requests.map(({ endpoint }) => endpoint)).toEqual(["authentication.login"]);
});
