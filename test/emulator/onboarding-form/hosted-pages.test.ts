/** The onboarding pages and the invitation page in a real browser, with scripts switched off. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, createClient } from "airwallex-connect";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { minimal } from "../inputs.js";
import { type Browser, browserPath, openBrowser } from "../oauth/browser.js";

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";

describe.skipIf(browserPath === undefined)(`the onboarding pages${reason}`, () => {
  let browser: Browser;
  let platform: Server;
  let back: string;
  let emulator: RunningEmulator;
  let client: Client<"sandbox">;
  let page: Page;
  let id: string;

  beforeAll(async () => {
    browser = await openBrowser();
    platform = createServer((_, response) => response.end("back at the platform"));
    await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
    back = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/done`;
  });

  afterAll(async () => {
    await browser.close();
    platform.closeAllConnections();
    platform.close();
  });

  beforeEach(async () => {
    emulator = await startEmulator({ requireOwnerConsent: true });
    client = createClient(emulator.clientOptions);
    ({ id } = await client.accounts.create(minimal));
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
  });

  afterEach(async () => {
    await page.close();
    await client.close();
    await emulator.close();
  });

  const see = (name: string) =>
    page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  const click = (name: string) => page.getByRole("button", { name, exact: true }).click();

  async function fillBusiness(): Promise<void> {
    await see("Your business");
    expect(await page.getByLabel("Name of the business").inputValue()).toBe(
      "Swift Concrete Pty Ltd",
    );
    await page.getByLabel("Country").fill("AU");
    await page.getByLabel("Registration number").fill("A1098762872");
    await page.getByLabel("What the business sells").fill("Concrete & sand");
    await click("Continue");
  }

  async function fillPerson(): Promise<void> {
    await see("Who runs it");
    await page.getByLabel("First name").fill("Grace");
    await page.getByLabel("Last name").fill("Hopper");
    await page.getByLabel("Date of birth").fill("1980-12-09");
    await click("Continue");
  }

  test("an owner goes through a hosted flow, and the account is submitted", async () => {
    const flow = await client.hostedFlows.create({
      account_id: id,
      template: "onboarding",
      return_url: back,
    });
    const { url } = await client.hostedFlows.authorize(flow.id);
    await page.goto(url ?? "");
    await fillBusiness();
    await see("Who runs it");
    await click("Back");
    expect(await page.getByLabel("Registration number").inputValue()).toBe("A1098762872");
    await fillBusiness();
    await page.getByLabel("First name").fill("Grace");
    await page.getByLabel("Last name").fill("Hopper");
    await page.getByLabel("Date of birth").fill("9 December 1980");
    await click("Continue");
    expect(await page.getByRole("alert").textContent()).toContain("YYYY-MM-DD");
    await fillPerson();

    await see("Check and submit");
    expect(await page.getByRole("listitem").allTextContents()).toContain(
      "What the business sells: Concrete & sand",
    );
    await page.getByRole("checkbox").check();
    await click("Submit");
    await page.getByText("back at the platform").waitFor();
    expect(page.url()).toBe(`${back}?ahfi_id=${flow.id}`);
    expect((await client.hostedFlows.retrieve(flow.id)).status).toBe("FINISHED");
    expect(await client.accounts.retrieve(id)).toMatchObject({
      status: "SUBMITTED",
      account_details: { business_person_details: [{ first_name: "Grace" }] },
      customer_agreements: {
        terms_and_conditions: { device_data: { user_agent: expect.stringContaining("Chrome") } },
      },
    });
  });

  test("an account's owner approves its connection through an invitation", async () => {
    const { url } = await client.invitationLinks.create({
      mode: "scale_connect",
      account_id: id,
      identifier: "seller 42",
      scale_connect: { redirect_uri: back },
    });
    emulator.accounts.setStatus(id, "SUBMITTED");
    const decision = { next_status: "ACTIVE", force: false } as const;
    const waiting = await client.simulation.accounts.updateStatus(id, decision);
    expect(waiting.status).toBe("ACTION_REQUIRED");
    await page.goto(url ?? "");
    await see("Connect to Emulator Platform?");
    await click("Approve");
    await page.getByText("back at the platform").waitFor();
    expect(page.url()).toBe(`${back}?identifier=seller+42`);
    expect((await client.accounts.retrieve(id)).status).toBe("ACTIVE");
    await page.goto(url ?? "");
    await see("This link does not work");
  });
});
