/** The inspector's data and actions, over HTTP. Its page is in inspector-page.test.ts. */

import { type Client, createClient } from "airwallex-connect";
import { createEmulator, type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { individual, minimal, payment } from "../inputs.js";
import { connectAccount } from "../oauth/app.js";

const nobody = "http://127.0.0.1:9/";

/** As the page reads them. */
interface Row {
  readonly key: string;
  readonly cells: readonly { readonly text: string; readonly look?: string }[];
}

let emulator: RunningEmulator;
let client: Client<"sandbox">;

beforeEach(async () => {
  // One attempt each: a second one, 100 ms later, might come before or after the state is read.
  emulator = await startEmulator({
    recordBodies: true,
    settleAfterMs: false,
    webhooks: { retries: [] },
  });
  client = createClient(emulator.clientOptions);
});

afterEach(async () => {
  await client.close();
  await emulator.close();
});

// biome-ignore lint/suspicious/noExplicitAny: only the tests know the shape of what the page reads
async function read(path: string): Promise<any> {
  const response = await fetch(`${emulator.url}/inspector/${path}`);
  return response.ok ? response.json() : response.status;
}

async function rowsOf(table: string): Promise<readonly Row[]> {
  return (await read("state")).tables[table].rows;
}

/** The texts of each row. */
async function textsOf(table: string): Promise<readonly (readonly string[])[]> {
  return (await rowsOf(table)).map(({ cells }) => cells.map(({ text }) => text));
}

async function act(
  path: string,
  values: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly message: string | undefined }> {
  const response = await fetch(`${emulator.url}/inspector/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: emulator.url, ...headers },
    body: JSON.stringify(values),
  });
  const { message } = (await response.json()) as { readonly message?: string };
  return { status: response.status, message };
}

const time = expect.stringMatching(/^\d\d:\d\d:\d\d$/);
const took = expect.stringMatching(/ ms$/);

describe("the inspector lists", () => {
  test("accounts with their identifiers, and requests and events, newest first", async () => {
    emulator.webhooks.subscribe({ url: nobody, events: ["account.connected"] });
    const { id } = await client.accounts.create({ ...minimal, identifier: "seller-1" });
    await client.onBehalfOf(id).balances.current();
    await emulator.webhooks.settled();
    expect(await textsOf("accounts")).toEqual([
      [id, "CREATED", "Swift Concrete Pty Ltd", "seller-1", "BUSINESS", time],
    ]);
    expect(await textsOf("requests")).toEqual([
      ["GET /api/v1/balances/current", "200", id, took, time],
      ["POST /api/v1/accounts/create", "201", "", took, time],
      ["POST /api/v1/authentication/login", "201", "", took, time],
    ]);
    expect(await textsOf("events")).toEqual([
      [
        "account.connected",
        emulator.accounts.platformId,
        expect.stringMatching(/^ECONNREFUSED in [\d.]+ ms$/),
        time,
      ],
    ]);
  });

  test("transfers and charges, with amounts as people write them", async () => {
    const { id } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(id, "ACTIVE");
    const common = { reason: "other_services", reference: "Invoice 42" } as const;
    await client.transfers.create({
      destination: id,
      amount: 123456.5,
      currency: "USD",
      ...common,
    });
    const { platformId } = emulator.accounts;
    expect(await textsOf("transfers")).toEqual([
      [
        expect.any(String),
        ...["NEW", "transfer", "123,456.50 USD", platformId, id, "Invoice 42"],
        time,
      ],
    ]);
  });

  test("the ledger and payouts, which are moved along by hand", async () => {
    const { id } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(id, "ACTIVE");
    emulator.money.setBalance(id, "USD", "1000");
    const payout = await client.onBehalfOf(id).payouts.create(payment);
    const [row] = await textsOf("payouts");
    expect(row).toEqual([payout.id, "SCHEDULED", id, "200.00 USD", "Invoice 7", time]);
    const [out, set] = await textsOf("ledger");
    expect(out).toEqual(["PAYOUT", id, "-200.00 USD", "800.00 USD", payout.id, time]);
    expect(set).toMatchObject({ 0: "ADJUSTMENT", 2: "1,000.00 USD", 3: "1,000.00 USD" });
    const [entry] = await rowsOf("ledger");
    expect((await read(`ledger/${entry?.key}`)).data).toMatchObject({ amount: "-200.00 USD" });

    const move = (status: string) => act(`payouts/${payout.id}/move`, { status });
    const next = async () => (await read(`payouts/${payout.id}`)).actions[0]?.fields[0]?.choices;
    expect(await next()).toEqual(["OVERDUE", "PROCESSING", "FAILED", "CANCELLED"]);
    expect(await move("PAID")).toMatchObject({ status: 400 });
    for (const status of ["PROCESSING", "SENT", "PAID"]) {
      expect(await move(status)).toMatchObject({ status: 200 });
    }
    // The bank of the beneficiary can return it.
    expect(await next()).toEqual(["FAILED"]);
    expect(await move("FAILED")).toMatchObject({ status: 200 });
    expect(emulator.money.balance(id, "USD")).toBe("1000.00");
    expect((await read(`payouts/${payout.id}`)).actions).toEqual([]);
  });

  test("subscriptions, connections, requests for information and faults", async () => {
    const { id, url, version } = emulator.webhooks.subscribe({ url: nobody, events: ["a", "b"] });
    await connectAccount(emulator);
    const [connection] = emulator.oauth.connections;
    const rfi = await client.simulation.rfis.create({
      type: "KYC",
      questions: [{ answer: { type: "TEXT" } }],
    });
    emulator.faults.next("accounts.list", { status: 503 }, { times: 2 });
    emulator.faults.random({ rate: 0.05, effects: [{ cut: "after" }] });
    const { platformId } = emulator.accounts;
    expect(await textsOf("subscriptions")).toEqual([
      [id, url, version, "a, b", platformId, expect.any(String)],
    ]);
    expect(await textsOf("connections")).toEqual([
      [
        expect.any(String),
        "CONNECTED",
        "appid_emulator",
        connection?.accountId,
        expect.any(String),
        "0",
      ],
    ]);
    expect(await textsOf("rfis")).toEqual([
      [rfi.id, "ACTION_REQUIRED", "KYC", platformId, "TEXT", time],
    ]);
    expect(await textsOf("faults")).toEqual([
      ["*", "5 % of requests: cut after", "0", "any number"],
      ["accounts.list", "status 503", "0", "2"],
    ]);
  });

  test("the newest 200 of each, and how many there are", async () => {
    for (let i = 0; i < 1_001; i++) await emulator.fetch(`${emulator.url}/nothing/${i}`);
    const { tables } = await read("state");
    expect(tables.requests.rows).toHaveLength(200);
    expect(tables.requests.total).toBe(1_000);
    const [{ key }] = tables.requests.rows;
    // A request keeps its key as long as it is kept.
    expect((await read(`requests/${key}`)).data).toMatchObject({ path: "/nothing/1000" });
    expect(await read("requests/0")).toBe(404);
    emulator.reset();
    const after = await read("state");
    expect([after.tables.accounts.total, after.tables.requests.total]).toEqual([0, 0]);
  });
});

describe("the inspector shows", () => {
  test("every detail of one row, with the bodies that were recorded", async () => {
    emulator.webhooks.subscribe({ url: nobody, events: ["account.connected"] });
    const { id } = await client.accounts.create(minimal);
    const [event] = await rowsOf("events");
    emulator.money.setBalance(id, "AUD", "12.50");
    await emulator.webhooks.settled();
    expect(await read(`accounts/${id}`)).toMatchObject({
      title: "Swift Concrete Pty Ltd, CREATED",
      data: {
        account: { id, view_type: "COMPLETE" },
        balances: [{ currency: "AUD", available_amount: 12.5 }],
      },
    });
    const [request] = await rowsOf("requests");
    expect((await read(`requests/${request?.key}`)).data).toMatchObject({
      requestBody: { primary_contact: minimal.primary_contact },
      responseBody: { id },
    });
    const [attempt] = (await read(`events/${event?.key}`)).data.attempts;
    expect(attempt).toMatchObject({ took, body: { data: { connected_account_id: id } } });
  });

  test.each([
    "accounts/acct_none",
    "requests/7",
    "events/evt_none",
    "faults/1",
    "else/x",
    "state/x",
  ])("nothing at %s", async (path) => {
    expect(await read(path)).toBe(404);
  });

  test("a body that is not JSON, or nested too deeply to be read, as it is", async () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    for (const body of ["{broken", deep]) {
      await emulator.fetch(`${emulator.url}/nothing`, { method: "POST", body });
      const [request] = await rowsOf("requests");
      expect((await read(`requests/${request?.key}`)).data.requestBody).toBe(body);
    }
  });

  test("what differs between a request and the last one to its path", async () => {
    emulator.faults.next("accounts.create", { status: 503 });
    await client.accounts.create({ ...minimal, identifier: "one" });
    const [second, first] = await rowsOf("requests");
    const [{ changes, label }] = (await read(`requests/${second?.key}`)).comparisons;
    expect(label).toBe("Compared with the last request to this path");
    expect(changes).toContainEqual({ path: "status", before: "503", after: "201" });
    expect(changes).toContainEqual({ path: "fault", before: '"status 503"' });
    expect(changes).toContainEqual({
      path: "responseBody.code",
      before: '"service_unavailable"',
    });
    expect(changes).toContainEqual({ path: "responseBody.identifier", after: '"one"' });
    expect(changes.some(({ path }: { path: string }) => path.startsWith("requestBody"))).toBe(
      false,
    );
    expect((await read(`requests/${first?.key}`)).comparisons).toEqual([]);
  });

  test("what differs between the attempts to deliver an event", async () => {
    let answers = 0;
    const other = createEmulator({
      frozen: true,
      webhooks: {
        retries: [1_000, 1_000],
        fetch: () => (answers++ === 0 ? new Response("no", { status: 500 }) : new Response("yes")),
      },
    });
    const { url } = other.webhooks.subscribe({ url: nobody, events: ["account.active"] });
    const id = other.deliver({ name: "account.active" });
    await other.webhooks.settled();
    other.clock.advance("1s");
    await other.webhooks.settled();
    const response = await other.fetch(`https://emulator.localhost/inspector/events/${id}`);
    const { comparisons } = (await response.json()) as { comparisons: unknown };
    expect(comparisons).toEqual([
      {
        label: `Attempt 2 to ${url}, compared with the one before`,
        changes: [
          { path: "status", before: "500", after: "200" },
          { path: "answer", before: '"no"', after: '"yes"' },
        ],
      },
    ]);
  });

  test("the deliveries of an event that older versions know under another id", async () => {
    const version = "2024-02-21";
    emulator.webhooks.subscribe({ url: nobody, events: ["account.active"], version });
    const { id } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(id, "ACTIVE");
    await emulator.webhooks.settled();
    const [active] = await rowsOf("events");
    expect(active?.cells[2]?.text).toMatch(/^ECONNREFUSED/);
    expect((await read(`events/${active?.key}`)).data.attempts).toMatchObject([{ attempt: 1 }]);
  });
});

describe("by hand,", () => {
  test.each([
    ["as the data say", "ACTION_REQUIRED"],
    ["ACTIVE in any case", "ACTIVE"],
    ["SUSPENDED", "SUSPENDED"],
  ])("a review is decided: %s", async (outcome, status) => {
    const { customer_agreements: agreed } = individual;
    const account = await client.accounts.create({
      ...structuredClone(individual),
      customer_agreements: { ...agreed, agreed_to_terms_and_conditions: false },
    } as never);
    const early = await act(`accounts/${account.id}/decide`, { outcome });
    expect(early).toMatchObject({ status: 400, message: expect.stringContaining("is CREATED") });
    await client.accounts.submit(account.id);
    const { actions } = await read(`accounts/${account.id}`);
    expect(actions[0]).toMatchObject({ name: "decide", label: "Decide the review" });
    expect(await act(`accounts/${account.id}/decide`, { outcome })).toMatchObject({ status: 200 });
    expect(emulator.accounts.get(account.id)?.status).toBe(status);
  });

  test("a status is set, a question asked, followed up and closed", async () => {
    const { id } = await client.accounts.create(minimal);
    await act(`accounts/${id}/set_status`, { status: "DORMANT" });
    expect(emulator.accounts.get(id)?.status).toBe("DORMANT");
    await act(`accounts/${id}/ask`, { type: "KYC", answer: "CONFIRMATION" });
    const [rfi] = await rowsOf("rfis");
    const key = rfi?.key ?? "";
    const { active_request: active } = await client.onBehalfOf(id).rfis.retrieve(key);
    expect(active?.questions).toMatchObject([{ answer: { type: "CONFIRMATION" } }]);
    const [question] = active?.questions ?? [];
    await client.onBehalfOf(id).rfis.respond(key, {
      questions: [{ id: question?.id ?? "", answer: { type: "CONFIRMATION", confirmed: true } }],
    });
    await act(`rfis/${key}/follow_up`, { answer: "TEXT" });
    expect((await textsOf("rfis"))[0]).toMatchObject({ 1: "ACTION_REQUIRED", 4: "TEXT" });
    await act(`rfis/${key}/close`);
    expect((await textsOf("rfis"))[0]?.[1]).toBe("CLOSED");
  });

  test.each([
    ["settle", "SETTLED"],
    ["fail", "FAILED"],
    ["hold", "PENDING"],
    ["suspend", "SUSPENDED"],
  ])("a transfer is decided: %s", async (action, status) => {
    const { id: destination } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(destination, "ACTIVE");
    const { id } = await client.transfers.create({
      ...{ destination, amount: 1, currency: "AUD" },
      ...{ reason: "other_services", reference: "x" },
    });
    expect(await act(`transfers/${id}/${action}`)).toMatchObject({ status: 200 });
    expect((await client.transfers.retrieve(id)).status).toBe(status);
    if (status !== "SETTLED" && status !== "FAILED") return;
    expect(await act(`transfers/${id}/settle`)).toMatchObject({ status: 400 });
    expect((await read(`transfers/${id}`)).actions).toEqual([]);
  });

  test("an event is sent again, and a sample sent", async () => {
    const { id } = emulator.webhooks.subscribe({ url: nobody, events: ["account.active"] });
    await act(`subscriptions/${id}/send`, { event: "account.active" });
    await emulator.webhooks.settled();
    const [event] = await rowsOf("events");
    await act(`events/${event?.key}/resend`);
    await emulator.webhooks.settled();
    expect(emulator.webhooks.deliveries().map(({ name, attempt }) => [name, attempt])).toEqual([
      ["account.active", 1],
      ["account.active", 1],
    ]);
    expect(await act("events/evt_none/resend")).toMatchObject({ status: 400 });
  });

  test("a customer disconnects", async () => {
    await connectAccount(emulator);
    const [connection] = await rowsOf("connections");
    const key = encodeURIComponent(connection?.key ?? "");
    await act(`connections/${key}/disconnect`);
    expect(emulator.oauth.connections).toMatchObject([
      { status: "DISCONNECTED", disconnected: "customer" },
    ]);
  });

  test("names that every object has are no actions and no choices", async () => {
    const { id } = await client.accounts.create(minimal);
    emulator.accounts.setStatus(id, "SUBMITTED");
    expect(await act(`accounts/${id}/constructor`)).toMatchObject({ status: 400 });
    const outcome = "toString";
    expect(await act(`accounts/${id}/decide`, { outcome })).toEqual({
      status: 400,
      message:
        'Cannot decide the review: outcome is "toString", expected one of as the data say, ACTIVE in any case, SUSPENDED',
    });
    expect(emulator.accounts.get(id)?.status).toBe("SUBMITTED");
  });

  test("the clock is advanced, frozen and resumed", async () => {
    await act("freeze");
    const { now, isFrozen } = await read("state");
    expect(isFrozen).toBe(true);
    await act("advance", { by: "90d" });
    expect(Date.parse((await read("state")).now) - Date.parse(now)).toBe(90 * 86_400_000);
    expect(await act("advance", { by: "soon" })).toMatchObject({
      status: 400,
      message: expect.stringContaining('the text "soon"'),
    });
    await act("resume");
    expect((await read("state")).isFrozen).toBe(false);
  });

  test("a fault is set and removed", async () => {
    const fault = { match: "accounts.list", effect: "status 503", hits: "every one" };
    expect(await act("fault", fault)).toMatchObject({ status: 200 });
    const list = () => client.accounts.list({}, { maxRetries: 0 });
    await expect(list()).rejects.toMatchObject({ status: 503 });
    const [set] = await rowsOf("faults");
    await act(`faults/${set?.key}/remove`);
    await list();
    expect(await act("fault", { ...fault, match: "accounts.lust" })).toMatchObject({
      status: 400,
      message: expect.stringContaining('did you mean "accounts.list"'),
    });
    expect(await act("fault", { ...fault, effect: "constructor" })).toMatchObject({ status: 400 });
    expect(await act("fault", { ...fault, hits: "0" })).toMatchObject({ status: 400 });
  });

  test.each(["nothing", "accounts", "accounts/acct_none/set_status", "else/x/y", "constructor"])(
    "there is nothing to do at %s",
    async (path) => {
      expect(await act(path)).toMatchObject({ status: 400 });
    },
  );

  test.each([
    ["another site", { origin: "https://evil.example" }],
    ["another program on this machine", { origin: "http://localhost:3000" }],
    ["a form", { "content-type": "text/plain" }],
  ])("nothing is done for %s", async (_, headers) => {
    expect(await act("freeze", {}, headers)).toMatchObject({ status: 403 });
    expect((await read("state")).isFrozen).toBe(false);
  });

  test("nothing is done for another site, wherever the emulator listens", async () => {
    const open = await startEmulator({ host: "0.0.0.0", allowedHosts: ["*"] });
    const response = await fetch(`${open.url}/inspector/freeze`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://evil.example" },
      body: "{}",
    });
    await open.close();
    expect(response.status).toBe(403);
  });
});

test("looking does not affect what is looked at", async () => {
  const other = createEmulator();
  const unwatched = createClient(other.clientOptions);
  await Promise.all([client.accounts.list(), unwatched.accounts.list()]);
  const html = await fetch(emulator.url, { headers: { accept: "text/html" } });
  expect(await html.text()).toContain('<h2 id="title">');
  emulator.faults.next("*", { status: 503 });
  await read("state");
  expect(emulator.requests).toHaveLength(2);
  await expect(client.accounts.list({}, { maxRetries: 0 })).rejects.toMatchObject({ status: 503 });
  const [{ id: seen }, { id }] = await Promise.all([
    client.accounts.create(minimal),
    unwatched.accounts.create(minimal),
  ]);
  expect(seen).toBe(id);
});
