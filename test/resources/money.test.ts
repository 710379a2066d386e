import { describe, expect, it } from "vitest";
import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/index.js";
import {
  type Client,
  createClient,
  isAirwallexError,
  type TransferCreateParams,
} from "../../src/index.js";
import { cut, json, key, refuse, type Script, startServer, text } from "../scripted-server.js";

interface Shop {
  readonly emulator: Emulator;
  readonly client: Client<"sandbox">;
  /** An active connected account. */
  readonly sellerId: string;
}

async function openShop(options: EmulatorOptions = {}): Promise<Shop> {
  const emulator = createEmulator(options);
  const client = createClient(emulator.clientOptions);
  const { id: sellerId } = await client.accounts.create({
    account_details: { legal_entity_type: "INDIVIDUAL" },
    primary_contact: { email: "ada@example.com" },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
  });
  emulator.accounts.setStatus(sellerId, "ACTIVE");
  return { emulator, client, sellerId };
}

const money = {
  amount: "12.50",
  currency: "USD",
  reason: "travel",
  reference: "Sales of September",
} as const;

const input: TransferCreateParams = { ...money, destination: "acct_1", request_id: "payout-1" };

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (reason: unknown) => reason,
  );

/** A client of a scripted server that does not wait between attempts. */
async function scripted(script: Script) {
  const server = await startServer(script);
  const { random } = Math;
  Math.random = () => 0;
  const client = createClient({ ...key, baseUrl: server.url });
  Math.random = random;
  return { server, client };
}

const duplicate = refuse(400, { code: "request_id_duplicate", message: "Used before." });
const listed = (...items: unknown[]) => json(200, { items, has_more: false });
const now = "2026-09-01T10:00:00+0000";
const made = {
  ...{ id: "tr_1", short_reference_id: "CT1", status: "NEW" },
  ...{ ...input, amount: 12.5, fee: 0, created_at: now, updated_at: now },
};

describe("transfers.create()", () => {
  it("moves money from the platform to a connected account", async () => {
    const { emulator, client, sellerId } = await openShop();
    const transfer = await client.transfers.create({ ...money, destination: sellerId });
    expect(transfer).toMatchObject({ amount: 12.5, status: "NEW", destination: sellerId });
    expect(transfer.request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await client.transfers.retrieve(transfer.id)).toMatchObject({ status: "SETTLED" });
    expect(emulator.money.balance(sellerId, "USD")).toBe("12.50");
    const [balance] = await client.onBehalfOf(sellerId).balances.current();
    expect(balance).toMatchObject({ currency: "USD", available_amount: 12.5 });
  });

  it("makes one transfer however often it is called with the same request_id", async () => {
    const { emulator, client, sellerId } = await openShop();
    const payout = { ...money, destination: sellerId, request_id: "payout-1" };
    const first = await client.transfers.create(payout);
    const other = createClient(emulator.clientOptions);
    const again = await other.transfers.create({ ...payout, amount: "12.5" });
    expect(again.id).toBe(first.id);
    expect(emulator.money.balance(sellerId, "USD")).toBe("12.50");
  });

  it.each([
    ["amount", { amount: "12.51" }],
    ["currency", { currency: "EUR" }],
  ])("refuses a request_id that was used with another %s", async (_, change) => {
    const { emulator, client, sellerId } = await openShop();
    const payout = { ...money, destination: sellerId, request_id: "payout-1" };
    const first = await client.transfers.create(payout);
    const error = await failure(client.transfers.create({ ...payout, ...change }));
    expect(error).toMatchObject({
      apiCode: "request_id_duplicate",
      outcome: "not_done",
      idempotencyKey: "payout-1",
    });
    expect(String(error)).toContain(
      `; the request_id "payout-1" belongs to transfer ${first.id} (amount 12.5, currency USD, destination ${sellerId}), and this transfer was not made: `,
    );
    expect(emulator.money.transfers().length).toBe(1);
  });

  it.each([
    [400, "request_id_duplicate"],
    [400, "duplicate_request"],
    [400, "duplicate_request_id"],
    [409, "already_exists"],
  ])("takes %d %s for a request_id that was used before", async (status, code) => {
    const refusal = refuse(status, { code, message: "Used before." });
    const { client } = await scripted({ answers: [refusal, listed(made)] });
    expect(await client.transfers.create(input)).toEqual(made);
  });

  it("looks once for a payment whose request_id is taken, even after a lost answer", async () => {
    const other = listed({ ...made, amount: 11 });
    const { server, client } = await scripted({ answers: [cut(), duplicate, other] });
    const error = await failure(client.transfers.create(input));
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
    expect(error).toMatchObject({ outcome: "not_done", idempotencyKey: "payout-1" });
    expect(String(error)).toContain(
      "belongs to transfer tr_1 (amount 11, currency USD, destination acct_1)",
    );
    expect(String(error)).not.toContain("call again");
  });

  it("recognises its own payment by the request_id and by everything it asked for", async () => {
    const before = { ...made, id: "tr_0", request_id: "payout-0" };
    const grown = { ...made, source: "acct_platform" };
    const { client } = await scripted({ answers: [duplicate, listed(before, grown)] });
    expect(await client.transfers.create(input)).toEqual(grown);
    const to = await scripted({ answers: [duplicate, listed({ ...made, destination: "acct_2" })] });
    expect(String(await failure(to.client.transfers.create(input)))).toContain(
      "destination acct_2), and",
    );
    const fee = { ...money, source: "acct_1", request_id: "fee-1" };
    const taken = { ...fee, id: "ch_1", status: "NEW", source: "acct_2" };
    const from = await scripted({ answers: [duplicate, listed(taken)] });
    expect(String(await failure(from.client.charges.create(fee)))).toContain("source acct_2), and");
  });

  it.each([
    ["a web page", 200, "<html>Sign in</html>"],
    ["nothing", 204, ""],
  ])("looks for the payment it made when the answer is %s", async (_, status, body) => {
    const answer = text(status, body, { "content-type": "text/html" });
    const lost = await scripted({ answers: [answer, listed(made)] });
    expect(await lost.client.transfers.create(input)).toEqual(made);
    for (const answers of [
      [answer, listed()],
      [answer, answer],
    ]) {
      const { server, client } = await scripted({ answers });
      const error = await failure(client.transfers.create(input));
      expect(error).toMatchObject({
        code: "unreadable_response",
        outcome: "unknown",
        idempotencyKey: "payout-1",
      });
      expect(String(error)).toContain('call again with the request_id "payout-1"');
      expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
    }
  });

  it.each(
    [
      {},
      null,
      [],
      "ok",
      { status: "maintenance" },
      { id: null },
      { id: "" },
      { id: ["a"] },
    ].flatMap((body) =>
      (["report", "strict", "off"] as const).map((validation) => [body, validation] as const),
    ),
  )("looks for the payment it made when the answer is %j, with validation %s", async (body, v) => {
    const found = await scripted({ answers: [json(200, body), listed(made)] });
    const client = found.client.withOptions({ validation: v });
    expect(await client.transfers.create(input)).toEqual(made);
    const lost = await scripted({ answers: [json(200, body), listed()] });
    const create = lost.client.withOptions({ validation: v }).transfers.create(input);
    expect(await failure(create)).toMatchObject({
      code: "unreadable_response",
      outcome: "unknown",
      idempotencyKey: "payout-1",
    });
  });

  it.each([
    ["cannot be listed", refuse(403)],
    ["is not in the list", listed()],
    ["is listed without its request_id", listed({ ...made, request_id: undefined })],
  ])("does not know what became of a payment that was made before and %s", async (_, list) => {
    const { server, client } = await scripted({ answers: [duplicate], otherwise: list });
    const error = await failure(client.transfers.create(input));
    expect(error).toMatchObject({ apiCode: "request_id_duplicate", outcome: "unknown" });
    expect(String(error)).toContain('call again with the request_id "payout-1"');
    expect(server.requests.filter(({ method }) => method === "POST").length).toBe(1);
  });

  const busy = (wait?: string) =>
    json(409, { code: "concurrent_update" }, wait === undefined ? {} : { "retry-after": wait });

  it("waits for a payment that is in progress, longer than maxRetries says", async () => {
    const answers = [...Array.from({ length: 9 }, () => busy("0.01")), json(201, made)];
    const { server, client } = await scripted({ answers });
    expect(await client.transfers.create(input, { maxRetries: 2 })).toEqual(made);
    expect(server.requests.length).toBe(10);
  });

  it("waits for it again after a lost answer, and when no retry is left", async () => {
    const answers = [cut(), cut(), busy("0.01"), busy("0.01"), duplicate, listed(made)];
    const { client } = await scripted({ answers });
    expect(await client.transfers.create(input, { maxRetries: 2 })).toEqual(made);
  });

  it("waits at least half a step, and looks for it when its own time is over", async () => {
    const found = await scripted({ answers: [busy(), busy(), listed(made)] });
    expect(await found.client.transfers.create(input, { timeoutMs: 1400 })).toEqual(made);
    const lost = await scripted({ answers: [busy(), busy(), listed()] });
    const error = await failure(lost.client.transfers.create(input, { timeoutMs: 1400 }));
    expect(error).toMatchObject({ status: 409, outcome: "unknown", attempts: 2 });
  });

  it("does not wait for a request_id that was used, whatever the status", async () => {
    const used = refuse(409, { code: "already_exists" });
    const { server, client } = await scripted({ answers: [used, listed(made)] });
    expect(await client.transfers.create(input)).toEqual(made);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  it("does not wait with maxRetries 0", async () => {
    const { server, client } = await scripted({ answers: [busy("0.01"), listed()] });
    const error = await failure(client.transfers.create(input, { maxRetries: 0 }));
    expect(error).toMatchObject({ status: 409, outcome: "unknown" });
    expect(server.requests.filter(({ method }) => method === "POST").length).toBe(1);
  });

  it("waits until the list shows what an earlier attempt made", async () => {
    const answers = [cut(), duplicate, listed(), listed(made)];
    const { server, client } = await scripted({ answers });
    expect(await client.transfers.create(input)).toEqual(made);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET", "GET"]);
    expect(server.requests[2]?.target).toContain("request_id=payout-1");
  });

  it("looks once more when every attempt was lost", async () => {
    const answers = [cut(), cut(), cut(), cut(), listed(made)];
    const { client } = await scripted({ answers });
    expect(await client.transfers.create(input)).toEqual(made);
  });

  it("names the id to continue with when nothing can be known", async () => {
    const answers = [cut(), cut(), cut(), cut(), listed()];
    const { server, client } = await scripted({ answers });
    const { request_id: _, ...rest } = input;
    const error = await failure(client.transfers.create(rest));
    const sent = JSON.parse(String(server.requests[0]?.body)).request_id;
    expect(error).toMatchObject({
      code: "response_lost",
      outcome: "unknown",
      idempotencyKey: sent,
    });
    expect(String(error)).toContain(`call again with the request_id "${sent}"`);
    expect(JSON.stringify(error)).toContain(`"idempotencyKey":"${sent}"`);
    const ids = server.requests.slice(0, 4).map(({ body }) => JSON.parse(String(body)).request_id);
    expect(new Set(ids)).toEqual(new Set([sent]));
  });

  it("keeps the id in errors at its deadline, after a refusal, and when a login fails after a lost answer", async () => {
    const late = await scripted({ answers: [refuse(503, undefined, { "retry-after": "9" })] });
    const timeout = await failure(late.client.transfers.create(input, { timeoutMs: 200 }));
    expect(timeout).toMatchObject({ outcome: "unknown", idempotencyKey: "payout-1" });
    const refused = await scripted({ otherwise: refuse(403) });
    const forbidden = await failure(refused.client.transfers.create(input));
    expect(forbidden).toMatchObject({ outcome: "not_done", idempotencyKey: "payout-1" });
    expect(String(forbidden)).not.toContain("call again");
    const out = await scripted({
      answers: [cut(), refuse(401)],
      logins: [json(201, { token: "one", expires_at: "2099-01-01T00:00:00+0000" }), refuse(403)],
    });
    const loggedOut = await failure(out.client.transfers.create(input));
    expect(loggedOut).toMatchObject({
      operation: "transfers.create",
      outcome: "unknown",
      idempotencyKey: "payout-1",
    });
  });

  it.each([[0.1 + 0.2], [1e21], [-1], ["1,50"], ["-1"], [""], [Number.NaN]])(
    "refuses %s as an amount before it is sent",
    async (amount) => {
      const { server, client } = await scripted({});
      const error = await failure(client.transfers.create({ ...input, amount }));
      expect(isAirwallexError(error) && error.code).toBe("invalid_input");
      expect(String(error)).toContain('amount: is not valid, expected a text such as "12.50"');
      expect(server.requests).toEqual([]);
    },
  );

  it("sends an amount as given, and loses no digit of an answer", async () => {
    const raw = `{"id":"tr_1","status":"NEW","amount":90071992547409.93,"fee":0.10}`;
    const { server, client } = await scripted({
      otherwise: (response) =>
        response.writeHead(201, { "content-type": "application/json" }).end(raw),
    });
    const transfer = await client.transfers.create({ ...input, amount: "90071992547409.93" });
    expect(transfer).toMatchObject({ amount: "90071992547409.93", fee: 0.1 });
    expect(String(server.requests[0]?.body)).toContain('"amount":"90071992547409.93"');
    await client.transfers.create({ ...input, amount: 12.5 });
    expect(String(server.requests[1]?.body)).toContain('"amount":"12.5",');
  });

  it("refuses what the documentation says is refused, with the documented codes", async () => {
    const { emulator, client, sellerId } = await openShop();
    const codeOf = async (change: Partial<TransferCreateParams>): Promise<unknown> => {
      const error = await failure(
        client.transfers.create({ ...money, destination: sellerId, ...change }, { maxRetries: 0 }),
      );
      return isAirwallexError(error) && "apiCode" in error && error.apiCode;
    };
    expect(await codeOf({ amount: "1000000.01" })).toBe("insufficient_fund");
    expect(await codeOf({ amount: 0 })).toBe("invalid_argument");
    expect(await codeOf({ amount: "1.234" })).toBe("validation_failed");
    expect(await codeOf({ destination: "acct_other" })).toBe("validation_failed");
    emulator.accounts.setStatus(sellerId, "SUSPENDED");
    expect(await codeOf({})).toBe("validation_failed");
    expect(emulator.money.transfers()).toEqual([]);
  });
});

describe("charges.create()", () => {
  it("pulls money from a connected account, and only for the platform", async () => {
    const { emulator, client, sellerId } = await openShop();
    emulator.money.setBalance(sellerId, "USD", "20");
    const charge = await client.charges.create({ ...money, source: sellerId });
    expect(await client.charges.retrieve(charge.id)).toMatchObject({ status: "SETTLED" });
    expect(emulator.money.balance(sellerId, "USD")).toBe("7.50");
    const tooMuch = await failure(client.charges.create({ ...money, source: sellerId }));
    expect(tooMuch).toMatchObject({ apiCode: "insufficient_fund" });
    const own = client.onBehalfOf(sellerId).charges.create({ ...money, source: sellerId });
    expect(await failure(own)).toMatchObject({ status: 403 });
  });
});

describe("transfers.list()", () => {
  it("filters, and walks through its pages", async () => {
    const { client, sellerId } = await openShop({ settleAfterMs: false });
    for (let n = 1; n <= 12; n++) {
      const request_id = `payout-${n}`;
      await client.transfers.create({ ...money, request_id, amount: n, destination: sellerId });
    }
    const all = await client.transfers.list({ page_size: 10 }).toArray({ limit: Infinity });
    expect(all.map(({ amount }) => amount)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const { items } = await client.transfers.list({ request_id: "payout-7" });
    expect(items.map(({ amount }) => amount)).toEqual([7]);
    expect((await client.transfers.list({ status: "SETTLED" })).items).toEqual([]);
    expect((await client.onBehalfOf(sellerId).transfers.list()).items).toEqual([]);
  });
});
