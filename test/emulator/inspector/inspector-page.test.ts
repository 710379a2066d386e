/** The inspector's page in a real browser: what a reader sees, finds, copies and does. */

import { type Client, createClient } from "airwallex-connect";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { business, minimal } from "../inputs.js";
import { type Browser, browserPath, openBrowser } from "../oauth/browser.js";

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";

describe.skipIf(browserPath === undefined)(`the inspector's page${reason}`, () => {
  let browser: Browser;
  let emulator: RunningEmulator;
  let client: Client<"sandbox">;
  let page: Page;
  /** What the browser complains about. */
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser(true);
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    emulator = await startEmulator({ recordBodies: true, settleAfterMs: false });
    client = createClient(emulator.clientOptions);
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"], {
      origin: emulator.url,
    });
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    complaints.length = 0;
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(emulator.url);
  });

  afterEach(async () => {
    await page.close();
    await client.close();
    await emulator.close();
  });

  const region = (name: string) => page.getByRole("region", { name, exact: false });
  const dialog = () => page.getByRole("dialog");
  const clipboard = () => page.evaluate("navigator.clipboard.readText()");

  test("shows accounts, events and requests as they happen", async () => {
    await region("Accounts").getByText("none yet").waitFor();
    expect(await region("Transfers").count()).toBe(0);
    const { id } = await client.accounts.create({ ...business, identifier: "seller-1" } as never);
    await region("Accounts").getByRole("link", { name: id }).waitFor();
    await region("Accounts").getByRole("cell", { name: "seller-1" }).waitFor();
    await region("Requests").getByRole("link", { name: "POST /api/v1/accounts/create" }).waitFor();
    await region("Events").getByText("no subscriber").waitFor();
    emulator.accounts.setStatus(id, "ACTIVE");
    await region("Accounts").getByRole("cell", { name: "ACTIVE", exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("opens the details of a row as a tree, under an address of their own", async () => {
    const { id } = await client.accounts.create(minimal);
    await region("Accounts").getByRole("link", { name: id }).click();
    await dialog().getByRole("heading", { name: "Swift Concrete Pty Ltd, CREATED" }).waitFor();
    await dialog().getByText(`id: "${id}"`, { exact: true }).waitFor();
    expect(page.url()).toBe(`${emulator.url}/#accounts/${id}`);
    // Deep members are folded away, until they are opened.
    const text = dialog().getByText('business_name: "Swift Concrete Pty Ltd"');
    expect(await text.count()).toBe(0);
    await dialog().getByText("business_details:").click();
    await text.waitFor();
    await dialog().getByRole("button", { name: "Close" }).click();
    await dialog().waitFor({ state: "hidden" });
    await expect.poll(() => page.url()).toBe(`${emulator.url}/`);

    await page.goto(`${emulator.url}/#accounts/${id}`);
    await page.reload();
    await dialog().getByRole("heading", { name: "Swift Concrete" }).waitFor();
    await page.goBack();
    await dialog().waitFor({ state: "hidden" });
    await page.goto(`${emulator.url}/#accounts/acct_none`);
    await dialog().getByRole("alert").getByText("It is gone").waitFor();
    // The browser itself reports the 404.
    expect(complaints).toEqual([expect.stringContaining("404")]);
  });

  test("finds rows by what they show, and keeps the search in the address", async () => {
    const one = await client.accounts.create({ ...minimal, identifier: "seller-1" });
    const two = await client.accounts.create({ ...minimal, identifier: "seller-2" });
    await region("Accounts").getByRole("link", { name: two.id }).waitFor();
    await page.getByLabel("Search").fill("SELLER-2 created");
    await region("Accounts").getByText("1 of 2").waitFor();
    expect(await region("Accounts").getByRole("link", { name: one.id }).isVisible()).toBe(false);
    expect(await region("Accounts").getByRole("link", { name: two.id }).isVisible()).toBe(true);
    expect(new URL(page.url()).search).toBe("?q=SELLER-2+created");

    await page.reload();
    await region("Accounts").getByText("1 of 2").waitFor();
    await page.getByLabel("Search").fill("");
    await client.accounts.retrieve("acct_none").catch(() => {});
    await page.getByLabel("Only problems").check();
    await region("Requests").getByText("1 of 4").waitFor();
    await region("Requests")
      .getByRole("link", { name: "GET /api/v1/accounts/acct_none" })
      .waitFor();
    expect(complaints).toEqual([]);
  });

  test("copies ids, links and details", async () => {
    const { id } = await client.accounts.create(minimal);
    await page.getByRole("button", { name: `Copy ${id}` }).click();
    await page
      .getByRole("button", { name: `Copy ${id}` })
      .getByText("Copied")
      .waitFor();
    expect(await clipboard()).toBe(id);
    await page.getByRole("button", { name: `Copy the link to ${id}` }).click();
    await expect.poll(clipboard).toBe(`${emulator.url}/#accounts/${id}`);
    await page.goto(String(await clipboard()));
    await dialog().getByRole("button", { name: "Copy JSON" }).click();
    await expect.poll(clipboard).toContain(`"id": "${id}"`);
    expect(complaints).toEqual([]);
  });

  test("decides a review, sets a status and asks a question", async () => {
    const account = await client.accounts.create(structuredClone(business) as never);
    await client.accounts.submit(account.id);
    await page.goto(`${emulator.url}/#accounts/${account.id}`);
    await dialog().getByLabel("Outcome").selectOption("ACTIVE in any case");
    await dialog().getByRole("button", { name: "Decide the review" }).click();
    await dialog().getByRole("heading", { name: ", ACTIVE" }).waitFor();
    expect(await dialog().getByRole("button", { name: "Decide the review" }).count()).toBe(0);
    await dialog().getByRole("combobox", { name: "Status" }).selectOption("SUSPENDED");
    await dialog().getByRole("button", { name: "Set the status" }).click();
    await dialog().getByRole("heading", { name: ", SUSPENDED" }).waitFor();
    expect(emulator.accounts.get(account.id)?.status).toBe("SUSPENDED");
    await dialog().getByRole("button", { name: "Ask a question" }).click();
    await dialog().getByText("requests_for_information: 1 item").waitFor();
    // Only one of a type may be open: the refusal is shown.
    await dialog().getByRole("button", { name: "Ask a question" }).click();
    await dialog().getByRole("alert").getByText("is not CLOSED yet").waitFor();
    await dialog().getByRole("button", { name: "Close" }).click();
    await region("Requests for information").getByText("ACTION_REQUIRED").waitFor();
    // The browser itself reports the 400.
    expect(complaints).toEqual([expect.stringContaining("400")]);
  });

  test("settles a transfer, and follows it to its account", async () => {
    const { id: destination } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(destination, "ACTIVE");
    const { id } = await client.transfers.create({
      ...{ destination, amount: 1234.5, currency: "AUD" },
      ...{ reason: "other_services", reference: "Invoice 42" },
    });
    await region("Transfers").getByText("1,234.50 AUD").waitFor();
    await region("Transfers").getByRole("link", { name: id }).click();
    await dialog().getByRole("button", { name: "Settle" }).click();
    await dialog().getByRole("heading", { name: "1,234.50 AUD, SETTLED" }).waitFor();
    expect((await client.transfers.retrieve(id)).status).toBe("SETTLED");
    await dialog().getByRole("button", { name: "Close" }).click();
    await region("Transfers").getByRole("link", { name: destination }).click();
    await dialog().getByText("available_amount: 1234.5").waitFor({ state: "attached" });
    expect(complaints).toEqual([]);
  });

  test("sends an event again, and shows what differs between its attempts", async () => {
    await emulator.close();
    let answers = 0;
    emulator = await startEmulator({
      frozen: true,
      webhooks: {
        retries: [1_000],
        fetch: () => new Response(null, { status: answers++ === 0 ? 500 : 200 }),
      },
    });
    emulator.webhooks.subscribe({ url: "http://127.0.0.1:9/", events: ["account.active"] });
    const id = emulator.deliver({ name: "account.active" });
    await emulator.webhooks.settled();
    await page.goto(`${emulator.url}/#events/${id}`);
    await dialog().getByRole("button", { name: "Send again" }).click();
    await expect.poll(() => answers, { timeout: 20_000 }).toBe(2);
    await emulator.webhooks.settled();
    await page.reload();
    const changes = dialog().getByRole("table", { name: "compared with the one before" });
    await changes.getByRole("row", { name: "status 500 200" }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("moves the clock, and sets and removes a fault", async () => {
    const clock = page.getByRole("form", { name: "Clock" });
    await clock.getByRole("button", { name: "Freeze" }).click();
    await clock.getByText("frozen").waitFor();
    const before = emulator.clock.now().getTime();
    await clock.getByLabel("Advance by").fill("90d");
    await clock.getByRole("button", { name: "Advance" }).click();
    await expect.poll(() => emulator.clock.now().getTime() - before).toBe(90 * 86_400_000);
    await clock.getByRole("button", { name: "Resume" }).click();
    await clock.getByRole("button", { name: "Freeze" }).waitFor();

    const fault = page.getByRole("form", { name: "Set a fault" });
    await fault.getByLabel("Requests").fill("accounts.lust");
    await fault.getByRole("button", { name: "Set" }).click();
    await page.getByRole("status").getByText('did you mean "accounts.list"').waitFor();
    await fault.getByLabel("Requests").fill("accounts.list");
    await fault.getByLabel("Effect").selectOption("status 503");
    await fault.getByLabel("Hits").selectOption("every one");
    await fault.getByRole("button", { name: "Set" }).click();
    await region("Faults").getByRole("link", { name: "accounts.list" }).waitFor();
    expect(await page.getByRole("status").textContent()).toBe("");
    const list = () => client.accounts.list({}, { maxRetries: 0 });
    await expect(list()).rejects.toMatchObject({ status: 503 });
    await region("Faults").getByRole("link", { name: "accounts.list" }).click();
    await dialog().getByRole("button", { name: "Remove" }).click();
    await dialog().waitFor({ state: "hidden" });
    await region("Faults").getByText("none yet").waitFor();
    await list();
    // The browser itself reports the 400 of the misspelt name, and the 404 of the fault that is gone.
    expect(complaints).toEqual([expect.stringContaining("400"), expect.stringContaining("404")]);
  });

  test("shows what was sent as text, not as HTML", async () => {
    const name = "<img src=x onerror=console.error(1)><script>console.error(2)</script>";
    const { account_details } = business;
    const { id } = await client.accounts.create({
      ...business,
      identifier: name,
      account_details: {
        ...account_details,
        business_details: { ...account_details.business_details, business_name: name },
      },
    } as never);
    await region("Accounts").getByRole("cell", { name }).first().waitFor();
    await client
      .request({ method: "GET", path: `/api/v1/${encodeURIComponent(name)}` })
      .catch(() => {});
    await region("Requests").getByText("404").waitFor();
    await page.goto(`${emulator.url}/#accounts/${id}`);
    await dialog().getByRole("heading", { name }).waitFor();
    expect(complaints).toEqual([]);
  });

  test("fits a phone: no row is wider than the screen", async () => {
    await client.accounts.create({ ...minimal, identifier: "x".repeat(60) });
    await region("Accounts").getByText("x".repeat(60)).waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    const widths = await page.evaluate(
      "[...document.querySelectorAll('.scroll, html')].map((one) => one.scrollWidth - one.clientWidth)",
    );
    expect(new Set(widths as number[])).toEqual(new Set([0]));
  });

  test("says when the emulator has stopped", async () => {
    await region("Accounts").getByText("none yet").waitFor();
    await emulator.close();
    await page.getByText("The emulator does not answer.").waitFor();
  });
});
