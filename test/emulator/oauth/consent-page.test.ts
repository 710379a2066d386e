/** The consent page in a real browser, with scripts switched off. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connect } from "../api.js";
import { minimal } from "../inputs.js";
import { exchange, readAccount } from "./app.js";
import { type Browser, browserPath, openBrowser } from "./browser.js";

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";

describe.skipIf(browserPath === undefined)(`the consent page${reason}`, () => {
  let browser: Browser;
  let app: Server;
  let redirectUri: string;
  let emulator: RunningEmulator;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    app = createServer((_, response) => response.end("back at the app"));
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    redirectUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
  });

  afterAll(async () => {
    await browser.close();
    app.closeAllConnections();
    app.close();
  });

  beforeEach(async () => {
    emulator = await startEmulator();
    page = await browser.context.newPage();
    page.setDefaultTimeout(10_000);
  });

  afterEach(async () => {
    await page.close();
    await emulator.close();
  });

  function open(more: Readonly<Record<string, string>> = {}) {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: "appid_emulator",
      redirect_uri: redirectUri,
      scope: "account_details:read w:awx_action:transfers_edit",
      state: "the state",
      ...more,
    });
    return page.goto(`${emulator.url}/oauth/authorize?${query}`);
  }

  async function logIn(): Promise<void> {
    await page.getByLabel("E-mail").fill("owner@example.com");
    await page.getByRole("button", { name: "Log in" }).click();
  }

  /** What the app was sent, once the browser is back there. */
  async function readCallback(): Promise<Readonly<Record<string, string>>> {
    await page.getByText("back at the app").waitFor();
    const url = new URL(page.url());
    expect(url.origin + url.pathname).toBe(redirectUri);
    return Object.fromEntries(url.searchParams);
  }

  /** Waits for the page: a click returns before the next page is there. */
  const seeHeading = (name: string) =>
    page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

  test("a customer logs in, chooses an account, reads the scopes and allows", async () => {
    const api = await connect(emulator);
    const { id } = (await api("POST", "/api/v1/accounts/create", minimal)).body;
    emulator.accounts.setStatus(id, "ACTIVE");
    await open();
    await logIn();
    await seeHeading("Choose an account");
    await page.getByRole("radio", { name: "Swift Concrete" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await seeHeading("Allow Emulator App?");
    expect(await page.getByRole("listitem").allTextContents()).toEqual([
      "See the details of your account",
      "Send money from your account",
    ]);
    await page.getByRole("button", { name: "Allow" }).click();
    const { code = "", state } = await readCallback();
    expect(state).toBe("the state");
    const { status, body } = await exchange(emulator, code, { redirect_uri: redirectUri });
    expect([status, body.account_id]).toEqual([200, id]);
    expect((await readAccount(emulator, body.access_token)).body.id).toBe(id);
  });

  test("a customer declines, at the end or at once", async () => {
    await open();
    await logIn();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Decline" }).click();
    const declined = { error: "access_denied", state: "the state" };
    expect(await readCallback()).toMatchObject(declined);
    await open();
    await page.getByRole("button", { name: "Cancel and return to Emulator App" }).click();
    expect(await readCallback()).toMatchObject(declined);
    expect(emulator.oauth.connections).toEqual([]);
  });

  test("a new customer signs up and connects the new account", async () => {
    await open({ sign_up: "true" });
    await seeHeading("Sign up");
    await page.getByLabel("Business name").fill("Fresh & Sons <Pty> Ltd");
    await page.getByLabel("E-mail").fill("fresh@example.com");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByText("connected to Fresh & Sons <Pty> Ltd").waitFor();
    await page.getByRole("button", { name: "Allow" }).click();
    const { code = "" } = await readCallback();
    const { body } = await exchange(emulator, code, { redirect_uri: redirectUri });
    expect((await readAccount(emulator, body.access_token)).body).toMatchObject({
      status: "CREATED",
      account_details: { business_details: { business_name: "Fresh & Sons <Pty> Ltd" } },
    });
  });

  test("the log-in and sign-up pages link to each other", async () => {
    await open();
    await page.getByRole("button", { name: "Sign up for an account" }).click();
    await seeHeading("Sign up");
    await page.getByRole("button", { name: "Log in" }).click();
    await seeHeading("Log in");
  });

  test("an unknown redirect URI shows a page that says so, and does not redirect", async () => {
    const answer = await open({ redirect_uri: "https://elsewhere.example/callback" });
    expect(answer?.status()).toBe(400);
    await seeHeading("This link does not work");
    expect(await page.getByRole("main").textContent()).toContain("redirect URI is not one");
    expect(await page.getByRole("link").count()).toBe(0);
    expect(new URL(page.url()).origin).toBe(emulator.url);
  });

  test("mistakes in a form are explained beside the field", async () => {
    await open({ sign_up: "true" });
    // A name of spaces satisfies the browser, but not the emulator.
    await page.getByLabel("Business name").fill("   ");
    await page.getByLabel("E-mail").fill("fresh@example.com");
    await page.getByRole("button", { name: "Sign up" }).click();
    expect(await page.getByRole("alert").textContent()).toBe("Enter the name of your business.");
    const field = page.getByLabel("Business name");
    expect(await field.getAttribute("aria-describedby")).toBe("problem");
    expect(await page.getByLabel("E-mail").inputValue()).toBe("fresh@example.com");
  });

  test("an answered page cannot be answered again, and reloading it sends nothing", async () => {
    await open();
    await logIn();
    await seeHeading("Choose an account");
    await page.reload();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await readCallback();
    // The page was not cached, so going back requests it again.
    await page.goBack();
    await seeHeading("This link does not work");
  });

  test("the page can be used with the keyboard alone", async () => {
    await open();
    // The first field already has the focus.
    await page.keyboard.type("owner@example.com");
    await page.keyboard.press("Enter");
    await seeHeading("Choose an account");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await seeHeading("Allow Emulator App?");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await readCallback()).toMatchObject({ code: expect.any(String) });
  });
});
