/** Pages of other sites cannot use an emulator: not under a name of their own, and not by posting to it. */

import { request } from "node:http";
import {
  defaultApiKey,
  defaultClientId,
  type RunningEmulator,
  type StartEmulatorOptions,
  startEmulator,
} from "airwallex-connect/emulator";
import { expect, test } from "vitest";

type Headers = Readonly<Record<string, string>>;

/** Unlike fetch, this sends any `Host`. */
function ask(
  emulator: RunningEmulator,
  method: string,
  path: string,
  headers: Headers,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const { port } = new URL(emulator.url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
    asked.on("error", reject);
    asked.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    asked.end();
  });
}

const logIn = (emulator: RunningEmulator, headers: Headers) =>
  ask(emulator, "POST", "/api/v1/authentication/login", {
    "x-client-id": defaultClientId,
    "x-api-key": defaultApiKey,
    ...headers,
  });

test.each([
  ["the host of a page that was rebound", { host: "evil.example" }],
  ["the same with a port", { host: "evil.example:4010" }],
  ["a host that begins like this machine", { host: "127.0.0.1.evil.example" }],
  ["a host that ends like this machine", { host: "evillocalhost" }],
  ["a host that is none", { host: "a b" }],
  ["the origin of another site", { origin: "https://evil.example" }],
  ["an origin with this machine as its user", { origin: "http://localhost@evil.example" }],
  ["a hidden origin", { origin: "null" }],
])("a login with %s is refused, and so is reading the state", async (_, headers) => {
  await using emulator = await startEmulator();
  const answer = await logIn(emulator, headers);
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.body)).toEqual({
    code: "forbidden",
    message: expect.stringMatching(/^The emulator refuses requests (for|from) .*--allow-host/),
  });
  expect((await ask(emulator, "GET", "/inspector/state", headers)).status).toBe(403);
  expect((await ask(emulator, "GET", "/", { accept: "text/html", ...headers })).status).toBe(403);
});

test.each([
  ["localhost", { host: "localhost:4010" }],
  ["a name below localhost", { host: "api.localhost" }],
  ["localhost with a dot", { host: "LOCALHOST." }],
  ["another address of this machine", { host: "127.0.0.2" }],
  ["IPv6", { host: "[::1]:4010" }],
  ["a page of this machine", { origin: "http://localhost:3000" }],
])("a login with %s works", async (_, headers) => {
  await using emulator = await startEmulator();
  expect((await logIn(emulator, headers)).status).toBe(201);
});

test.each<readonly [string, StartEmulatorOptions, Headers, number]>([
  ["its own name", { allowedHosts: ["api.test"] }, { host: "API.test:80" }, 201],
  ["the pages of it", { allowedHosts: ["api.test"] }, { origin: "https://api.test" }, 201],
  ["no other name", { allowedHosts: ["api.test"] }, { host: "other.test" }, 403],
  ["any name", { allowedHosts: ["*"] }, { host: "other.test", origin: "null" }, 201],
  ["any name when it listens everywhere", { host: "0.0.0.0" }, { host: "emulator" }, 201],
])("an emulator can allow %s", async (_, options, headers, status) => {
  await using emulator = await startEmulator(options);
  expect((await logIn(emulator, headers)).status).toBe(status);
});

test("a consent page cannot be answered from another site", async () => {
  await using emulator = await startEmulator();
  const query = "response_type=code&client_id=appid_emulator&scope=account_details:read";
  const page = await fetch(
    `${emulator.url}/oauth/authorize?${query}&redirect_uri=http://localhost:9/`,
  );
  const flow = /name="flow" value="([^"]+)"/.exec(await page.text())?.[1];
  const body = new URLSearchParams({ flow: flow ?? "", action: "decline" });
  const answer = (origin: string) =>
    fetch(`${emulator.url}/oauth/consent`, {
      method: "POST",
      headers: { origin },
      body,
      redirect: "manual",
    });
  expect((await answer("http://evil.example")).status).toBe(403);
  expect((await answer(emulator.url)).status).toBe(302);
});
