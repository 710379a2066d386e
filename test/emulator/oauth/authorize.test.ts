/** The consent page without a browser: what it refuses, and what its forms do. */

import { createEmulator, type Emulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { codeChallenge, exchange, publicApp, redirectUri, usualApp } from "./app.js";

const asked = {
  response_type: "code",
  client_id: "appid_emulator",
  redirect_uri: redirectUri,
  scope: "account_details:read",
  state: "st/ate=1 &",
};

type Parameters = Readonly<Record<string, string>>;

const apps = [
  { ...usualApp, scopes: ["account_details:read", "own:scope"] },
  { ...publicApp, scopes: ["account_details:read"] },
];

function authorize(emulator: Emulator, parameters: Parameters): Promise<Response> {
  const query = new URLSearchParams(parameters);
  return emulator.fetch(`http://emulator.localhost/oauth/authorize?${query}`);
}

function post(emulator: Emulator, form: Parameters): Promise<Response> {
  const body = new URLSearchParams(form);
  return emulator.fetch("http://emulator.localhost/oauth/consent", { method: "POST", body });
}

function show(emulator: Emulator, location: string | null): Promise<Response> {
  return emulator.fetch(`http://emulator.localhost${location}`);
}

function flowOf(page: string): string {
  return /name="flow" value="([^"]+)"/.exec(page)?.[1] ?? "";
}

test.each<[string, Parameters]>([
  ["an unknown client", { client_id: "appid_unknown" }],
  ["no client", { client_id: "" }],
  ["an unregistered redirect URI", { redirect_uri: "https://elsewhere.example/" }],
  ["no redirect URI", { redirect_uri: "" }],
])("%s shows a page and does not redirect", async (_, wrong) => {
  const emulator = createEmulator({ oauth: { apps } });
  const answer = await authorize(emulator, { ...asked, ...wrong });
  expect(answer.status).toBe(400);
  expect(answer.headers.get("location")).toBeNull();
  expect(await answer.text()).toContain("This link does not work");
});

test("a parameter given twice shows a page and does not redirect", async () => {
  const emulator = createEmulator();
  const query = `${new URLSearchParams(asked)}&redirect_uri=http%3A%2F%2Flocalhost%2F`;
  const answer = await emulator.fetch(`http://emulator.localhost/oauth/authorize?${query}`);
  expect(answer.status).toBe(400);
});

const s256 = { code_challenge_method: "S256" };

test.each<[string, string, Parameters]>([
  ["invalid_scope", "an unknown scope", { scope: "account_details:read nonsense" }],
  ["invalid_scope", "a scope that is not approved", { scope: "balance:read" }],
  ["invalid_scope", "no scope", { scope: " " }],
  ["unsupported_response_type", "another response type", { response_type: "token" }],
  ["unsupported_response_type", "no response type", { response_type: "" }],
  ["invalid_request", "no challenge from a public app", { client_id: "appid_public" }],
  ["invalid_request", "a method without a challenge", s256],
  ["invalid_request", "a challenge without a method", { code_challenge: codeChallenge }],
  [
    "invalid_request",
    "a plain challenge",
    { code_challenge: codeChallenge, code_challenge_method: "plain" },
  ],
  ["invalid_request", "a challenge that is too short", { code_challenge: "x", ...s256 }],
])("%s is returned to the app for %s", async (error, _, wrong) => {
  const emulator = createEmulator({ oauth: { apps } });
  const answer = await authorize(emulator, { ...asked, ...wrong });
  expect(answer.status).toBe(302);
  const url = new URL(answer.headers.get("location") ?? "");
  expect(url.origin + url.pathname).toBe(redirectUri);
  expect(url.searchParams.get("error")).toBe(error);
  expect(url.searchParams.get("error_description")).toBeTruthy();
  expect(url.searchParams.get("state")).toBe(asked.state);
});

test.each<[string, Parameters]>([
  [
    "the older spelling of an approved one",
    { scope: "r:awx_action:settings.account_details_view" },
  ],
  ["one that only the options know", { scope: "own:scope" }],
  ["several, joined by a plus that was escaped", { scope: "own:scope+account_details:read" }],
])("a scope may be %s", async (_, more) => {
  const emulator = createEmulator({ oauth: { apps } });
  expect((await authorize(emulator, { ...asked, ...more })).status).toBe(200);
});

test("the forms lead to a code that can be exchanged", async () => {
  const emulator = createEmulator();
  const first = await authorize(emulator, asked);
  expect(first.status).toBe(200);
  expect(first.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  const flow = flowOf(await first.text());
  const next = await post(emulator, { flow, action: "sign_in", email: "a@b.example" });
  expect(next.status).toBe(303);
  const accounts = await (await show(emulator, next.headers.get("location"))).text();
  const account_id = /value="(acct_[^"]+)"/.exec(accounts)?.[1] ?? "";
  const last = await post(emulator, { flow, action: "choose", account_id });
  const permissions = await (await show(emulator, last.headers.get("location"))).text();
  expect(permissions).toContain("See the details of your account");
  const done = await post(emulator, { flow, action: "allow" });
  const url = new URL(done.headers.get("location") ?? "");
  expect(url.searchParams.get("state")).toBe(asked.state);
  const { status, body } = await exchange(emulator, url.searchParams.get("code") ?? "");
  expect([status, body.account_id]).toEqual([200, account_id]);
});

test("a flow ends when it is answered, and after half an hour", async () => {
  const emulator = createEmulator({ frozen: true });
  const flow = flowOf(await (await authorize(emulator, asked)).text());
  expect((await post(emulator, { flow, action: "decline" })).status).toBe(302);
  expect((await post(emulator, { flow, action: "decline" })).status).toBe(400);
  const late = flowOf(await (await authorize(emulator, asked)).text());
  emulator.clock.advance("30m");
  expect((await post(emulator, { flow: late, action: "decline" })).status).toBe(400);
});

test.each<[string, Parameters]>([
  ["without the token of a flow", {}],
  ["with another one", { flow: "flow_guessed" }],
])("a form %s is refused", async (_, form) => {
  const emulator = createEmulator();
  await authorize(emulator, asked);
  expect((await post(emulator, { ...form, action: "decline" })).status).toBe(400);
});

test.each(["", "toString", "constructor"])(
  "a form with the action %o does nothing",
  async (action) => {
    const emulator = createEmulator();
    const flow = flowOf(await (await authorize(emulator, asked)).text());
    const answer = await post(emulator, { flow, action });
    expect(answer.headers.get("location")).toBe(`/oauth/consent?flow=${flow}`);
  },
);

test("nothing can be allowed before an account is chosen", async () => {
  const emulator = createEmulator();
  const flow = flowOf(await (await authorize(emulator, asked)).text());
  const answer = await post(emulator, { flow, action: "allow" });
  expect(answer.headers.get("location")).toBe(`/oauth/consent?flow=${flow}`);
});

test.each<[string, Parameters]>([
  ["an e-mail address", { action: "sign_in", email: "nobody" }],
  ["a business name", { action: "sign_up", email: "a@b.example", business_name: " " }],
  ["an e-mail address for signing up", { action: "sign_up", email: "", business_name: "B" }],
  ["an account", { action: "choose", account_id: "acct_unknown" }],
])("a form without %s is shown again with an explanation", async (_, form) => {
  const emulator = createEmulator();
  const flow = flowOf(await (await authorize(emulator, { ...asked, sign_up: "true" })).text());
  const answer = await post(emulator, { flow, ...form });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('role="alert"');
});

test("input from outside is escaped", async () => {
  const evil = `"><script>alert('1')</script>`;
  const app = { ...usualApp, name: evil };
  const emulator = createEmulator({ oauth: { apps: [app] } });
  const first = await (await authorize(emulator, { ...asked, sign_up: "true" })).text();
  const flow = flowOf(first);
  const again = await post(emulator, { flow, action: "sign_up", email: "", business_name: evil });
  for (const page of [first, await again.text()]) {
    expect(page).toContain("&#60;script&#62;");
    expect(page).not.toContain("<script>");
  }
});

test("a fault delays a page as it does a call", async () => {
  const emulator = createEmulator();
  emulator.faults.next("GET /oauth/authorize", { delayMs: 50 });
  const startedMs = performance.now();
  expect((await authorize(emulator, asked)).status).toBe(200);
  expect(performance.now() - startedMs).toBeGreaterThan(45);
});
