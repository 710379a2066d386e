/** The web app from end to end: its own process, a real browser, and a customer who decides. */

import { createClient } from "airwallex-connect";
import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../examples/oauth-web-app/app.js";
import { type Browser, browserPath, openBrowser } from "../emulator/oauth/browser.js";
import { freePort } from "../servers.js";
import { type Program, startExample } from "./program.js";

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";
const account = "Example Customer";

describe.skipIf(browserPath === undefined)(`examples/oauth-web-app${reason}`, () => {
  let browser: Browser;
  let emulator: RunningEmulator;
  let program: Program;
  let origin: string;
  let page: Page;

  beforeAll(async () => {
    emulator = await startEmulator();
    const port = String(await freePort());
    program = startExample("oauth-web-app/server.ts", {
      PORT: port,
      AIRWALLEX_BASE_URL: emulator.url,
      AIRWALLEX_OAUTH_CLIENT_ID: defaultOAuthClientId,
      AIRWALLEX_OAUTH_CLIENT_SECRET: defaultOAuthClientSecret,
    });
    browser = await openBrowser();
    origin = (await program.printed(/Open (http:\S+)\n/))[1] ?? "";
  });

  afterAll(async () => {
    await browser?.close();
    const end = await program?.stop();
    await emulator?.close();
    expect(end).toBe(0);
  });

  beforeEach(async () => {
    emulator.reset();
    await browser.context.clearCookies();
    page = await browser.context.newPage();
    page.setDefaultTimeout(15_000);
  });

  afterEach(async () => {
    await page.close();
  });

  /** Waits for the page: a click returns before the next page is there. */
  const seeHeading = (name: string) =>
    page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

  /** What a customer who has an account does at Airwallex. */
  async function consent(answer: "Allow" | "Decline" = "Allow"): Promise<void> {
    await page.getByLabel("E-mail").fill("owner@example.com");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: answer }).click();
  }

  async function connect(at = origin): Promise<void> {
    await page.goto(at);
    await page.getByRole("link", { name: "Connect Airwallex" }).click();
    await consent();
    await seeHeading(account);
  }

  test("a customer allows access, and the app shows the account for longer than a token lives", async () => {
    await connect();
    expect(page.url()).toBe(`${origin}/accounts/me`);
    const [connection] = emulator.oauth.connections;
    const details = await page.getByRole("definition").allTextContents();
    expect(details.slice(0, 2)).toEqual([connection?.accountId, "ACTIVE"]);
    expect(emulator.requests.filter(({ path }) => path === "/oauth/token").length).toBe(1);
    emulator.clock.advance("6m");
    await page.goto(origin);
    await seeHeading(account);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED", refreshes: 1 }]);
  });

  test("a customer declines, and may change their mind", async () => {
    await page.goto(origin);
    await page.getByRole("link", { name: "Connect Airwallex" }).click();
    await consent("Decline");
    await seeHeading("You did not connect");
    expect(emulator.oauth.connections).toEqual([]);
    await page.getByRole("link", { name: "Connect Airwallex" }).click();
    await consent();
    await seeHeading(account);
  });

  test("a new customer signs up, and the name is shown as it was entered", async () => {
    await page.goto(origin);
    await page.getByRole("link", { name: "Open an account" }).click();
    await page.getByLabel("Business name").fill("Fresh & Sons <b>Ltd</b>");
    await page.getByLabel("E-mail").fill("fresh@example.com");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await seeHeading("Fresh & Sons <b>Ltd</b>");
  });

  test("a customer disconnects at Airwallex, and the app asks for consent again", async () => {
    await connect();
    emulator.oauth.disconnect(emulator.oauth.connections[0]?.id ?? "");
    const answer = await page.reload();
    expect(answer?.status()).toBe(403);
    await seeHeading("Your account is not connected any more");
    await page.getByRole("link", { name: "Connect Airwallex again" }).click();
    await consent();
    await seeHeading(account);
    expect(emulator.oauth.connections.map(({ status }) => status)).toEqual(["CONNECTED"]);
  });

  test("a customer disconnects in the app, which forgets the account", async () => {
    await connect();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await seeHeading("Disconnected");
    await page.goto(`${origin}/accounts/me`);
    await seeHeading("Welcome");
  });

  test("a callback from another visitor's session connects nothing", async () => {
    const started = await fetch(`${origin}/connect`, { redirect: "manual" });
    const asked = new URL(started.headers.get("location") ?? "").searchParams;
    const foreign = emulator.oauth.consent({
      redirectUri: asked.get("redirect_uri") ?? "",
      scope: asked.get("scope") ?? "",
      state: asked.get("state") ?? "",
      codeChallenge: asked.get("code_challenge") ?? "",
    });
    const answer = await page.goto(foreign);
    expect(answer?.status()).toBe(400);
    await seeHeading("Please connect once more");
    expect(emulator.requests.filter(({ path }) => path === "/oauth/token")).toEqual([]);
    await page.goto(origin);
    await seeHeading("Welcome");
  });

  test("a repeated callback is refused, and the account stays connected", async () => {
    const callbacks: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/callback?")) callbacks.push(request.url());
    });
    await connect();
    await page.goto(callbacks[0] ?? "");
    await seeHeading("Please connect once more");
    await page.goto(origin);
    await seeHeading(account);
  });

  test("knowing the id of a connection is not enough to see the account", async () => {
    await connect();
    const id = emulator.oauth.connections[0]?.id ?? "";
    await browser.context.clearCookies();
    await browser.context.addCookies([{ name: "connection", value: id, url: origin }]);
    await page.goto(`${origin}/accounts/me`);
    await seeHeading("Welcome");
  });

  test("the connection survives an outage of Airwallex", async () => {
    await connect();
    const away = emulator.faults.always("GET /api/v1/account", { status: 503 });
    const answer = await page.reload();
    expect(answer?.status()).toBe(503);
    await seeHeading("That did not work just now");
    away.remove();
    await page.getByRole("link", { name: "try again" }).click();
    await seeHeading(account);
  });

  test("without credentials, it runs on its own emulator", async () => {
    const port = String(await freePort());
    const alone = startExample("oauth-web-app/server.ts", { PORT: port });
    try {
      const [, expire = ""] = await alone.printed(/expires: +(\S+)\n/);
      const [, revoke = ""] = await alone.printed(/disconnects: +(\S+)\n/);
      await connect(`http://127.0.0.1:${port}`);
      await page.goto(expire);
      await seeHeading(account);
      await page.goto(revoke);
      await seeHeading("Your account is not connected any more");
    } finally {
      expect(await alone.stop()).toBe(0);
    }
  });
});

describe("examples/oauth-web-app, without a browser", () => {
  /** A visitor who has consented, and the request that brings them back. */
  async function comingBack(clients: 1 | 2) {
    const emulator = createEmulator();
    const oauth = {
      clientId: defaultOAuthClientId,
      clientSecret: defaultOAuthClientSecret,
      redirectUri: "http://127.0.0.1:3000/callback",
      scopes: ["account_details:read"],
      store: createMemoryStore(),
    };
    const apps = Array.from({ length: clients }, () => {
      const client = createClient({ ...emulator.clientOptions, oauth });
      return createApp({ client, cookieSecret: "secret", isHttps: false });
    });
    const connect = await apps[0]?.request("/connect");
    const asked = new URL(connect?.headers.get("location") ?? "").searchParams;
    const back = await emulator.oauth.consent({
      clientId: oauth.clientId,
      redirectUri: oauth.redirectUri,
      scope: asked.get("scope") ?? "",
      state: asked.get("state") ?? "",
      codeChallenge: asked.get("code_challenge") ?? undefined,
    });
    const cookie = connect?.headers.get("set-cookie")?.split(";")[0] ?? "";
    const callback = (app = apps[0]) => app?.request(String(back), { headers: { cookie } });
    return { emulator, apps, callback };
  }

  test("a double click connects once, and both clicks arrive", async () => {
    const { emulator, callback } = await comingBack(1);
    const answers = await Promise.all([callback(), callback()]);
    for (const answer of answers) {
      expect(answer?.status).toBe(302);
      expect(answer?.headers.get("location")).toBe("/accounts/me");
      expect(answer?.headers.get("set-cookie")).toContain("connection=");
    }
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
  });

  test("when two processes get the same callback, one connects and the other redirects", async () => {
    const { emulator, apps, callback } = await comingBack(2);
    const answers = await Promise.all(apps.map((app) => callback(app)));
    expect(answers.map((answer) => answer?.headers.get("location")).sort()).toEqual([
      "/",
      "/accounts/me",
    ]);
    expect(emulator.oauth.connections).toMatchObject([{ status: "CONNECTED" }]);
  });

  test("an expired code makes the customer connect again", async () => {
    const { emulator, callback } = await comingBack(1);
    emulator.clock.advance("11m");
    const answer = await callback();
    expect(answer?.status).toBe(400);
    expect(await answer?.text()).toContain("Please connect once more");
  });
});
