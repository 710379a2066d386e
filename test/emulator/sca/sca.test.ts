/** Strong customer authentication in an emulator, with the client and in a real browser. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Account, type CallOptions, createClient, ScaRequiredError } from "airwallex-connect";
import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type Emulator,
  type RunningEmulator,
  startEmulator,
} from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agreed, individual } from "../inputs.js";
import { type Browser, browserPath, openBrowser } from "../oauth/browser.js";

const payment = {
  amount: "12.50",
  currency: "EUR",
  reason: "travel",
  reference: "Rent",
} as const;

/** A seller in a country, with money, and another account to pay. */
async function openShop(emulator: Emulator, country = "NL") {
  const client = createClient(emulator.clientOptions);
  const open = async (country_code: string): Promise<Account> => {
    const account = await client.accounts.create({
      account_details: {
        legal_entity_type: "BUSINESS",
        business_details: {
          business_name: "Tulips",
          registration_address: { address_line1: "Damrak 1", country_code },
        },
      },
      customer_agreements: agreed,
      primary_contact: { email: "tulips@example.com" },
    });
    emulator.accounts.setStatus(account.id, "ACTIVE");
    emulator.money.setBalance(account.id, "EUR", "1000");
    return account;
  };
  const [{ id }, { id: payee }] = [await open(country), await open("AU")];
  return { client, id, payee, seller: client.onBehalfOf(id) };
}

/** The session of a call that was refused. */
async function sessionOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("it was not refused"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScaRequiredError)) throw error;
  return error.scaSessionCode ?? "";
}

describe("sca: true", () => {
  test.each([
    ["GB", true],
    ["NL", true],
    ["NO", true],
    ["CH", false],
    ["AU", false],
    ["US", false],
  ])("asks accounts in %s: %s", async (country, isAsked) => {
    const { seller, payee } = await openShop(createEmulator({ sca: true }), country);
    const calls = [
      () => seller.balances.current(),
      () => seller.balances.history(),
      () => seller.financialTransactions.list(),
      () => seller.payouts.list(),
      () => seller.transfers.list(),
      () => seller.transfers.create({ ...payment, destination: payee }),
    ];
    for (const call of calls) {
      const code = await call().then(
        () => undefined,
        ({ code }: { code: string }) => code,
      );
      expect(code).toBe(isAsked ? "sca_required" : undefined);
    }
    // Neither the platform itself nor what is not about money.
    await seller.accounts.current();
    await seller.globalAccounts.list();
  });

  test("asks nobody unless the option is set", async () => {
    const { seller, client, payee } = await openShop(createEmulator());
    await seller.balances.current();
    await seller.transfers.create({ ...payment, destination: payee });
    await client.balances.current();
  });

  test("asks individuals too, also for an app that they connected", async () => {
    const emulator = createEmulator({ sca: true });
    const redirectUri = "http://127.0.0.1:3000/callback";
    const scope = "balance:read account_details:read";
    const client = createClient({
      ...emulator.clientOptions,
      oauth: {
        ...{ clientId: defaultOAuthClientId, clientSecret: defaultOAuthClientSecret, redirectUri },
        ...{ scopes: scope.split(" "), store: createMemoryStore() },
      },
    });
    const home = { ...individual.account_details.individual_details.residential_address };
    const details = {
      ...individual.account_details.individual_details,
      residential_address: { ...home, country_code: "FR" },
    };
    const { id } = await client.accounts.create({
      ...structuredClone(individual),
      account_details: { legal_entity_type: "INDIVIDUAL", individual_details: details },
    } as never);
    emulator.accounts.setStatus(id, "ACTIVE");
    await sessionOf(client.onBehalfOf(id).balances.current());
    const url = await client.oauth.authorizationUrl({ session: "s" });
    const state = new URL(url).searchParams.get("state") ?? "";
    const back = emulator.oauth.consent({ redirectUri, scope, state, accountId: id });
    const { connection } = await client.oauth.handleCallback(back, { session: "s" });
    const customer = client.oauth.connection(connection.id);
    const scaToken = emulator.sca.verify(await sessionOf(customer.balances.current()));
    await customer.balances.current({}, { scaToken });
    await customer.accounts.current();
  });

  test("a token reads for 5 minutes, and then its account does without for 180 days", async () => {
    const emulator = createEmulator({ sca: true, frozen: true });
    const { seller } = await openShop(emulator);
    const other = await openShop(emulator);
    const scaToken = emulator.sca.verify(await sessionOf(seller.balances.current()));
    // Nobody else's, and not for moving money.
    await sessionOf(other.seller.balances.current({}, { scaToken }));
    await sessionOf(seller.transfers.create({ ...payment, destination: other.id }, { scaToken }));
    // Verifying is not enough: the API learns of it by the token.
    await sessionOf(seller.balances.current());
    emulator.clock.advance("299s");
    await seller.balances.current({}, { scaToken });
    await seller.transfers.list({}, { scaToken });
    await seller.transfers.list();
    emulator.clock.advance("179d");
    await seller.balances.current();
    emulator.clock.advance("1d");
    await sessionOf(seller.balances.current());
    await sessionOf(seller.balances.current({}, { scaToken }));
  });

  test("a token that is too old reads nothing", async () => {
    const emulator = createEmulator({ sca: true, frozen: true });
    const { seller } = await openShop(emulator);
    const scaToken = emulator.sca.verify(await sessionOf(seller.balances.current()));
    emulator.clock.advance("5m");
    await sessionOf(seller.balances.current({}, { scaToken }));
  });

  test("a token moves money once, also when two payments are made with it at once", async () => {
    const emulator = createEmulator({ sca: true });
    const { seller, payee } = await openShop(emulator);
    const pay = (request_id: string, options?: CallOptions) =>
      seller.transfers.create({ ...payment, destination: payee, request_id }, options);
    const scaToken = emulator.sca.verify(await sessionOf(pay("rent-1")));
    const paid = await Promise.allSettled([
      pay("rent-1", { scaToken }),
      pay("rent-2", { scaToken }),
    ]);
    expect(paid.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(emulator.money.transfers()).toHaveLength(1);
  });

  test("a payment whose answer was lost is found by its request_id, with a token that is used up", async () => {
    const emulator = createEmulator({ sca: true });
    const { seller, payee } = await openShop(emulator);
    const reading = emulator.sca.verify(await sessionOf(seller.balances.current()));
    await seller.balances.current({}, { scaToken: reading });
    const pay = (options?: CallOptions) =>
      seller.transfers.create({ ...payment, destination: payee, request_id: "rent-1" }, options);
    const scaToken = emulator.sca.verify(await sessionOf(pay()));
    emulator.faults.next("transfers.create", { cut: "after" });
    const transfer = await pay({ scaToken });
    expect(emulator.money.transfers().map(({ id }) => id)).toEqual([transfer.id]);
  });

  test("who is trusted is decided with authentication, and paid without", async () => {
    const emulator = createEmulator({ sca: true });
    const { seller } = await openShop(emulator);
    const person = {
      beneficiary: {
        entity_type: "COMPANY",
        company_name: "Bulbs",
        address: { country_code: "NL", street_address: "Damrak 2", city: "Amsterdam" },
        bank_details: {
          ...{ account_currency: "EUR", account_name: "Bulbs", bank_country_code: "NL" },
          iban: "NL91ABNA0417164300",
        },
      },
      transfer_methods: ["LOCAL"],
    } as const;
    const plain = await seller.beneficiaries.create(person as never);
    const trusted = { ...person, sca_exemptible: true } as never;
    const session = await sessionOf(seller.beneficiaries.create(trusted));
    const scaToken = emulator.sca.verify(session);
    const friend = await seller.beneficiaries.create(trusted, { scaToken });
    await sessionOf(seller.beneficiaries.update(plain.id ?? "", trusted));
    const pay = (beneficiary_id: string) =>
      seller.payouts.create({
        ...{ beneficiary_id, source_currency: "EUR", transfer_currency: "EUR" },
        ...{ transfer_amount: "1", reason: "travel", reference: "Bulbs", transfer_method: "LOCAL" },
      } as never);
    await sessionOf(pay(plain.id ?? ""));
    await pay(friend.id ?? "");
    expect(emulator.money.payouts()).toHaveLength(1);
  });

  test("a session is verified in once, and in time", async () => {
    const emulator = createEmulator({ sca: true, frozen: true });
    const { seller } = await openShop(emulator);
    const session = await sessionOf(seller.balances.current());
    emulator.sca.verify(session);
    expect(() => emulator.sca.verify(session)).toThrow(RangeError);
    const late = await sessionOf(seller.balances.current());
    emulator.clock.advance("15m");
    expect(() => emulator.sca.verify(late)).toThrow(RangeError);
    expect(() => emulator.sca.verify("made up")).toThrow(RangeError);
  });

  test("permission for the component needs an identity", async () => {
    const { seller } = await openShop(createEmulator({ sca: true }));
    const authorized = seller.embedded.authorize({ scope: ["sca:read"] });
    await expect(authorized).rejects.toMatchObject({ fieldErrors: [{ field: "identity" }] });
  });
});

const reason = browserPath === undefined ? " (skipped: no Chromium found, set CHROMIUM)" : "";

describe.skipIf(browserPath === undefined)(`the page that verifies${reason}`, () => {
  let browser: Browser;
  let platform: Server;
  let back: string;
  let emulator: RunningEmulator;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    platform = createServer((_, response) => response.end("back at the platform"));
    await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
    back = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/money?tab=balances`;
  });

  afterAll(async () => {
    await browser.close();
    platform.closeAllConnections();
    platform.close();
  });

  beforeEach(async (context) => {
    emulator = await startEmulator({ sca: true });
    page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    context.onTestFinished(async () => {
      await page.close();
      await emulator.close();
    });
  });

  type Seller = Awaited<ReturnType<typeof openShop>>["seller"];

  async function openPage(seller: Seller, kind: "read" | "write", session: string, to?: string) {
    const scope = [`sca:${kind}`] as const;
    const permission = await seller.embedded.authorize({ scope, identity: "user-1" });
    const query = new URLSearchParams({
      ...{ code: permission.authCode, code_verifier: permission.codeVerifier },
      session_code: session,
      ...(to === undefined ? {} : { return_url: to }),
    });
    return await page.goto(`${emulator.url}/embedded/sca?${query}`);
  }

  const click = (name: string) => page.getByRole("button", { name, exact: true }).click();

  async function confirm(seller: Seller, kind: "read" | "write", session: string): Promise<string> {
    await openPage(seller, kind, session, back);
    await click("Confirm");
    await page.getByText("back at the platform").waitFor();
    const url = new URL(page.url());
    expect(url.searchParams.get("tab")).toBe("balances");
    return url.searchParams.get("sca_token") ?? "";
  }

  test("read: refused, verified, read. Transfer: refused, verified, made once, token refused a second time", async () => {
    const { seller, payee } = await openShop(emulator);
    const reading = await confirm(seller, "read", await sessionOf(seller.balances.current()));
    const [{ available_amount } = {}] = await seller.balances.current({}, { scaToken: reading });
    expect(String(available_amount)).toBe("1000");

    const transfer = { ...payment, destination: payee };
    const refused = await seller.transfers.create(transfer).catch((error: unknown) => error);
    if (!(refused instanceof ScaRequiredError)) throw refused;
    expect(refused.outcome).toBe("not_done");
    const scaToken = await confirm(seller, "write", refused.scaSessionCode ?? "");
    const request_id = refused.idempotencyKey ?? "";
    const made = await seller.transfers.create({ ...transfer, request_id }, { scaToken });
    expect(made.request_id).toBe(request_id);

    await sessionOf(seller.transfers.create(transfer, { scaToken }));
    expect(emulator.money.transfers().map(({ id }) => id)).toEqual([made.id]);
    expect(emulator.money.balance(payee, "EUR")).toBe("1012.50");
  });

  test("a person cancels, and the session stays open; without a return_url the page shows the token", async () => {
    const { seller } = await openShop(emulator);
    const session = await sessionOf(seller.balances.current());
    await openPage(seller, "read", session, back);
    expect(await page.getByRole("main").textContent()).toContain("see the money of Tulips");
    await click("Cancel");
    await page.getByText("back at the platform").waitFor();
    expect(new URL(page.url()).searchParams.get("sca_error")).toBe("cancelled");
    await openPage(seller, "read", session);
    await click("Confirm");
    const scaToken = (await page.getByRole("status").textContent()) ?? "";
    await seller.balances.current({}, { scaToken });
    await page.goBack();
    await page.reload();
    expect(await page.getByRole("main").textContent()).toContain("over, or too old");
  });

  test.each<[string, (shop: Awaited<ReturnType<typeof openShop>>) => Promise<unknown>]>([
    [
      "a permission for another kind of call",
      async ({ seller }) =>
        openPage(seller, "write", await sessionOf(seller.balances.current()), back),
    ],
    [
      "a permission for another account",
      async ({ seller, client, payee }) =>
        openPage(
          client.onBehalfOf(payee),
          "read",
          await sessionOf(seller.balances.current()),
          back,
        ),
    ],
    ["a session that does not exist", ({ seller }) => openPage(seller, "read", "made up", back)],
    [
      "a return_url that is no web address",
      async ({ seller }) =>
        openPage(seller, "read", await sessionOf(seller.balances.current()), "javascript:alert(1)"),
    ],
  ])("refuses %s", async (_, open) => {
    const answer = (await open(await openShop(emulator))) as { status(): number } | null;
    expect(answer?.status()).toBe(400);
    await page.getByRole("heading", { name: "This link does not work" }).waitFor();
  });
});
