/** The page at `/` that shows what happens, over HTTP and in a real browser. */

import { type Client, createClient } from "airwallex-connect";
import { createEmulator, type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { business, minimal } from "./inputs.js";
import { type Browser, browserPath, openBrowser } from "./oauth/browser.js";

const nobody = "http://127.0.0.1:9/";

describe("the inspector", () => {
  let emulator: RunningEmulator;
  let client: Client<"sandbox">;

  beforeEach(async () => {
    // One attempt each: a second one, 100 ms later, might come before or after the state is read.
    emulator = await startEmulator({ recordBodies: true, webhooks: { retries: [] } });
    client = createClient(emulator.clientOptions);
  });

  afterEach(async () => {
    await client.close();
    await emulator.close();
  });

  // biome-ignore lint/suspicious/noExplicitAny: only the tests know the shape of what the page reads
  const read = async (path: string): Promise<any> => {
    const response = await fetch(`${emulator.url}/inspector/${path}`);
    return response.ok ? response.json() : response.status;
  };

  test("lists what happened, newest first", async () => {
    emulator.webhooks.subscribe({ url: nobody, events: ["account.connected"] });
    const { id } = await client.accounts.create(minimal);
    await client.onBehalfOf(id).balances.current();
    await emulator.webhooks.settled();

    const state = await read("state");
    expect(state.accounts).toMatchObject([{ key: id, status: "CREATED" }]);
    expect(state.requests).toMatchObject([
      { endpoint: "balances.current", status: 200, onBehalfOf: id },
      { endpoint: "accounts.create", status: 201 },
      { endpoint: "authentication.login", status: 201 },
    ]);
    expect(state.events).toMatchObject([
      {
        name: "account.connected",
        accountId: emulator.accounts.platformId,
        deliveries: [{ url: nobody, attempt: 1, failure: "ECONNREFUSED" }],
      },
    ]);
  });

  test("shows every detail of one entry", async () => {
    emulator.webhooks.subscribe({ url: nobody, events: ["account.connected"] });
    const { id } = await client.accounts.create(minimal);
    emulator.money.setBalance(id, "AUD", "12.50");
    await emulator.webhooks.settled();
    const { events, requests } = await read("state");

    expect(await read(`accounts/${id}`)).toMatchObject({
      account: { id, view_type: "COMPLETE" },
      balances: [{ currency: "AUD", available_amount: 12.5 }],
    });
    expect(JSON.parse((await read(`requests/${requests[0].key}`)).responseBody).id).toBe(id);
    const [{ body }] = (await read(`events/${events[0].key}`)).deliveries;
    expect(JSON.parse(body).data.connected_account_id).toBe(id);
    for (const gone of ["accounts/acct_none", "requests/7", "events/evt_none", "else"]) {
      expect(await read(gone)).toBe(404);
    }
  });

  test("finds the deliveries of an event that older versions know under another id", async () => {
    const version = "2024-02-21";
    emulator.webhooks.subscribe({ url: nobody, events: ["account.active"], version });
    const { id } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(id, "ACTIVE");
    await emulator.webhooks.settled();
    const [active] = (await read("state")).events;
    expect(active).toMatchObject({ name: "account.active", deliveries: [{ attempt: 1 }] });
  });

  test("does not affect what it watches", async () => {
    const other = createEmulator();
    const unwatched = createClient(other.clientOptions);
    await Promise.all([client.accounts.list(), unwatched.accounts.list()]);
    const html = await fetch(emulator.url, { headers: { accept: "text/html" } });
    expect(await html.text()).toContain('<h2 id="title">');
    emulator.faults.next("*", { status: 503 });
    await read("state");
    expect(emulator.requests).toHaveLength(2);
    await expect(client.accounts.list({}, { maxRetries: 0 })).rejects.toMatchObject({
      status: 503,
    });
    const [{ id: seen }, { id }] = await Promise.all([
      client.accounts.create(minimal),
      unwatched.accounts.create(minimal),
    ]);
    expect(seen).toBe(id);
  });

  test("forgets everything on a reset, and keeps a request's key as long as the request", async () => {
    for (let i = 0; i < 1_001; i++) await emulator.fetch(`${emulator.url}/nothing/${i}`);
    const { requests } = await read("state");
    expect(requests).toHaveLength(200);
    expect(await read(`requests/${requests[0].key}`)).toMatchObject({ path: "/nothing/1000" });
    expect(await read("requests/0")).toBe(404);
    emulator.reset();
    expect(await read("state")).toMatchObject({ accounts: [], events: [], requests: [] });
  });
});

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";

describe.skipIf(browserPath === undefined)(`the inspector's page${reason}`, () => {
  let browser: Browser;
  let emulator: RunningEmulator;
  let client: Client<"sandbox">;
  let page: Page;
  const said: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser(true);
  }, 60_000);

  afterAll(() => browser.close());

  beforeEach(async () => {
    emulator = await startEmulator();
    client = createClient(emulator.clientOptions);
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    said.length = 0;
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    await page.goto(emulator.url);
  });

  afterEach(async () => {
    await page.close();
    await client.close();
    await emulator.close();
  });

  const inRegion = (name: string) => page.getByRole("region", { name });

  test("shows accounts, events and requests as they happen", async () => {
    await inRegion("Accounts").getByText("none yet").waitFor();
    const { id } = await client.accounts.create(business);
    await inRegion("Accounts").getByRole("cell", { name: id }).waitFor();
    await inRegion("Accounts").getByRole("button", { name: "CREATED" }).waitFor();
    await inRegion("Requests")
      .getByRole("button", { name: "POST /api/v1/accounts/create" })
      .waitFor();
    await inRegion("Events").getByText("nobody subscribed").waitFor();

    emulator.accounts.setStatus(id, "ACTIVE");
    await inRegion("Accounts").getByRole("button", { name: "ACTIVE", exact: true }).click();
    const detail = page.getByRole("dialog");
    expect(await detail.locator("pre").textContent()).toContain(`"id": "${id}"`);
    await detail.getByRole("button", { name: "Close" }).click();
    expect(await detail.isVisible()).toBe(false);
    expect(said).toEqual([]);
  });

  test("shows what was sent as text, not as HTML", async () => {
    const name = "<img src=x onerror=console.error(1)><script>console.error(2)</script>";
    const { account_details } = business;
    await client.accounts.create({
      ...business,
      account_details: {
        ...account_details,
        business_details: { ...account_details.business_details, business_name: name },
      },
    });
    await inRegion("Accounts").getByRole("cell", { name }).waitFor();
    await client
      .request({ method: "GET", path: `/api/v1/${encodeURIComponent(name)}` })
      .catch(() => {});
    await inRegion("Requests").getByText("404").waitFor();
    expect(said).toEqual([]);
  });

  test("says when the emulator has stopped", async () => {
    await inRegion("Accounts").getByText("none yet").waitFor();
    await emulator.close();
    await page.getByText("The emulator does not answer.").waitFor();
  });
});
