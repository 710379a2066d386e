import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createEmulator } from "../../src/emulator/index.js";
import { createClient } from "../../src/index.js";

function open() {
  const emulator = createEmulator({ recordBodies: true });
  return { emulator, client: createClient(emulator.clientOptions) };
}

const scope = ["onboarding:write"] as const;

it("embedded.authorize() sends the challenge, and keeps the verifier for the page", async () => {
  const { emulator, client } = open();
  const permission = await client.embedded.authorize({ scope, identity: "user-1" });
  const again = await client.embedded.authorize({ scope });
  expect(permission.codeVerifier).toMatch(/^[\w-]{43}$/);
  expect(again.codeVerifier).not.toBe(permission.codeVerifier);
  const [request] = emulator.requests.filter(({ endpoint }) => endpoint === "embedded.authorize");
  const { authorization_code } = JSON.parse(request?.responseBody ?? "");
  expect(permission.authCode).toBe(authorization_code);
  expect(JSON.parse(request?.requestBody ?? "")).toEqual({
    code_challenge: createHash("sha256").update(permission.codeVerifier).digest("base64url"),
    identity: "user-1",
    scope,
  });
});

it("embedded.authorize() says when the code expires, and what came with it", async () => {
  const { client } = open();
  const before = Date.now();
  const { data, response } = await client.embedded.authorize({ scope }).withResponse();
  const leftMs = data.expiresAt.getTime() - before;
  expect(leftMs).toBeGreaterThanOrEqual(30_000);
  expect(leftMs).toBeLessThan(60_000);
  expect(response.requestId).toMatch(/^[0-9a-f]{32}$/);
});

it("embedded.authorize() refuses to ask for nothing, and rejects like other calls", async () => {
  const { emulator, client } = open();
  const nothing = client.embedded.authorize({ scope: [] });
  await expect(nothing).rejects.toMatchObject({ code: "invalid_input" });
  const unknown = client.embedded.authorize({ scope: ["onboarding:wrote" as never] });
  await expect(unknown).rejects.toMatchObject({ issues: [{ suggestion: "onboarding:write" }] });
  emulator.faults.next("embedded.authorize", { status: 403 });
  const refused = client.embedded.authorize({ scope });
  await expect(refused).rejects.toMatchObject({ code: "forbidden" });
  await expect(refused.withResponse()).rejects.toMatchObject({ code: "forbidden" });
});
