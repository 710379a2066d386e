/** Invitation links: what they need, where they lead, and when they expire. */

import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { send } from "../api.js";
import { minimal } from "../inputs.js";
import { exchange, readAccount } from "../oauth/app.js";

const redirect_uri = "http://127.0.0.1:3000/callback";
const oauth2 = { redirect_uri, response_type: "code", scope: ["account_details:read"] } as const;
const consent = { mode: "oauth2", oauth2: { ...oauth2, scope: [...oauth2.scope] } } as const;

async function open() {
  const emulator = createEmulator({ tokenLifetimeMs: 100 * 86_400_000 });
  const client = createClient(emulator.clientOptions);
  const { id } = await client.accounts.create(minimal);
  const connect = {
    mode: "scale_connect",
    account_id: id,
    scale_connect: { redirect_uri },
  } as const;
  const submit = (path: string, values: Readonly<Record<string, string>>) =>
    emulator.fetch(new URL(path, "http://emulator.localhost"), {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(values).toString(),
      redirect: "manual",
    });
  return { emulator, client, id, connect, submit };
}

test("a link shows what it was made from, and can be read again", async () => {
  const { client, connect } = await open();
  const link = await client.invitationLinks.create({
    ...connect,
    identifier: "seller-42",
    metadata: { tier: "gold" },
  });
  expect(link).toEqual({
    ...connect,
    created_at: expect.stringMatching(/\+00:00$/),
    expire_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*\+00:00$/),
    id: expect.stringMatching(/^link_/),
    identifier: "seller-42",
    metadata: { tier: "gold" },
    url: expect.stringContaining("/invitations/invite_"),
  });
  const lifetimeMs = Date.parse(link.expire_at ?? "") - Date.parse(link.created_at ?? "");
  expect(lifetimeMs).toBe(30 * 86_400_000);
  expect(await client.invitationLinks.retrieve(link.id)).toEqual(link);
  await expect(client.invitationLinks.retrieve("inv_no")).rejects.toMatchObject({
    code: "not_found",
  });
});

test("an invited customer signs up with prefilled fields, consents, and can be told apart", async () => {
  const { emulator, client, submit } = await open();
  const { url } = await client.invitationLinks.create({
    ...consent,
    oauth2: { ...consent.oauth2, state: "the state" },
    identifier: "seller-42",
    prefilled_formdata: [
      { field: "email", value: "ada@example.com" },
      { field: "business_name", value: "Ada & Sons" },
    ],
  });
  const { body } = await send(emulator, "GET", new URL(url ?? "").pathname);
  expect(body).toContain('value="ada@example.com"');
  expect(body).toContain('value="Ada &#38; Sons"');
  const flow = /name="flow" value="([^"]+)"/.exec(String(body))?.[1] ?? "";
  const filled = { business_name: "Ada & Sons", email: "ada@example.com" };
  await submit("/oauth/consent", { flow, action: "sign_up", ...filled });
  const answer = await submit("/oauth/consent", { flow, action: "allow" });
  const back = new URL(answer.headers.get("location") ?? "");
  expect(Object.fromEntries(back.searchParams)).toEqual({
    code: expect.any(String),
    identifier: "seller-42",
    state: "the state",
  });
  const code = back.searchParams.get("code") ?? "";
  const issued = await exchange(emulator, code, { redirect_uri });
  expect((await readAccount(emulator, issued.body.access_token)).body).toMatchObject({
    account_details: { business_details: { business_name: "Ada & Sons" } },
  });
});

test("a declined connection returns to the app as access_denied, and can no longer be approved", async () => {
  const { client, connect, submit, emulator } = await open();
  const { url } = await client.invitationLinks.create({ ...connect, identifier: "42" });
  const { pathname } = new URL(url ?? "");
  const declined = await submit(pathname, { action: "decline" });
  const answer = `${redirect_uri}?identifier=42&error=access_denied`;
  expect(declined.headers.get("location")).toBe(answer);
  expect((await submit(pathname, { action: "approve" })).status).toBe(400);
  expect((await send(emulator, "GET", pathname)).status).toBe(400);
});

test("a link works until the time that it shows", async () => {
  const { client, connect, emulator } = await open();
  const { url, expire_at } = await client.invitationLinks.create(connect);
  const { pathname } = new URL(url ?? "");
  emulator.clock.set(new Date(Date.parse(expire_at ?? "") - 60_000).toISOString());
  expect((await send(emulator, "GET", pathname)).status).toBe(200);
  emulator.clock.advance("61s");
  expect((await send(emulator, "GET", pathname)).status).toBe(400);
});

test.each([
  ["account_id", { mode: "scale_connect", scale_connect: { redirect_uri } }, "field_required"],
  ["scale_connect", { mode: "scale_connect", account_id: "own" }, "field_required"],
  [
    "account_id",
    { mode: "scale_connect", account_id: "acct_no", scale_connect: { redirect_uri } },
    "invalid_argument",
  ],
  ["oauth2", { mode: "oauth2" }, "field_required"],
  [
    "oauth2.redirect_uri",
    { mode: "oauth2", oauth2: { ...consent.oauth2, redirect_uri: "https://elsewhere.example" } },
    "invalid_argument",
  ],
  [
    "oauth2.scope",
    { mode: "oauth2", oauth2: { ...consent.oauth2, scope: ["everything"] } },
    "invalid_argument",
  ],
])("invitationLinks.create() refuses a wrong %s: %o", async (field, input, apiCode) => {
  const { client } = await open();
  await expect(client.invitationLinks.create(input as never)).rejects.toMatchObject({
    apiCode,
    fieldErrors: [{ field }],
  });
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "//elsewhere.example/",
  "http://127.0.0.1:80\\@elsewhere.example/",
])("an approval does not lead to %s", async (redirect_uri) => {
  const { client, connect } = await open();
  await expect(
    client.invitationLinks.create({ ...connect, scale_connect: { redirect_uri } }),
  ).rejects.toMatchObject({ status: 400, source: "scale_connect.redirect_uri" });
});
