/** Answers and failures that prove nothing: what is looked up then, what is found, and how a call ends. */

import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEmulator } from "../../src/emulator/index.js";
import { type AirwallexError, createClient } from "../../src/index.js";
import { individual, payment, supplier } from "../emulator/inputs.js";
import { json, key, newAccount, refuse, startServer } from "../scripted-server.js";

const conversion = {
  request_id: "fx-1",
  sell_currency: "EUR",
  buy_currency: "USD",
  sell_amount: "5",
};

const failed = (calling: Promise<unknown>): Promise<AirwallexError> =>
  calling.then(
    () => Promise.reject(new Error("It did not fail")),
    (error) => error,
  );

describe("a success without what the call makes", () => {
  it.each([{ status: "maintenance" }, { request_id: "gateway-1", message: "error" }])(
    "is not taken for a conversion: %o",
    async (answer) => {
      const nothing = json(200, { items: [], has_more: false });
      const server = await startServer({
        otherwise: (response, seen, request) =>
          (seen.method === "POST" ? json(200, answer) : nothing)(response, seen, request),
      });
      const client = createClient({ ...key, baseUrl: server.url });
      const error = await failed(client.conversions.create(conversion));
      expect(error).toMatchObject({ code: "unreadable_response", outcome: "unknown" });
      const looked = server.requests.filter(({ target }) => target.includes("request_id=fx-1"));
      expect(looked.length).toBeGreaterThan(0);
    },
  );

  it("is not taken for a deletion", async () => {
    const server = await startServer({ otherwise: json(200, { status: "maintenance" }) });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await failed(client.beneficiaries.delete("ben_1"));
    expect(error).toMatchObject({ code: "unreadable_response", outcome: "unknown" });
  });
});

it.each([
  ["conversions", () => conversion],
  ["payouts", () => payment],
] as const)("looks up what %s.create has made behind a redirect", async (name, params) => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const raw = { status: 302, headers: { location: "https://portal.example/" } };
  emulator.faults.next(`${name}.create`, { raw, after: true });
  const make = client[name].create as (input: object) => Promise<{ request_id?: unknown }>;
  const made = await make({ ...params(), request_id: "r-302" });
  expect(made.request_id).toBe("r-302");
  const creates = emulator.requests.filter(({ endpoint }) => endpoint === `${name}.create`);
  expect(creates).toHaveLength(1);
});

it("finds out that a request_id has paid another beneficiary, however that one was given", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const { beneficiary, ...pay } = { ...payment, request_id: "inv-7" };
  const save = async (account_number: string) => {
    const bank_details = { ...supplier.bank_details, account_number };
    const transfer_methods = ["LOCAL"] as const;
    const payee = { ...supplier, bank_details };
    return (await client.beneficiaries.create({ beneficiary: payee, transfer_methods })).id;
  };
  await client.payouts.create({ ...pay, beneficiary });
  const beneficiary_id = await save("99999999");
  const error = await failed(client.payouts.create({ ...pay, beneficiary_id }));
  expect(error).toMatchObject({ apiCode: "request_id_duplicate", outcome: "not_done" });
  expect(error.message).toContain("pays another account");
  expect(error.message).not.toContain("99999999");
  const same = await save(supplier.bank_details.account_number);
  const found = await client.payouts.create({ ...pay, beneficiary_id: same });
  expect(found.request_id).toBe("inv-7");
  expect(emulator.money.payouts()).toHaveLength(1);
});

it("does not take a forgotten payout for what a call has made", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const pay = { ...payment, request_id: "inv-8" };
  await client.payouts.create(pay);
  emulator.clock.advance("8d");
  emulator.faults.always("payouts.create", { cut: "before" });
  const again = client.payouts.create(pay, { allowOldRequestId: true, maxRetries: 0 });
  expect(await failed(again)).toMatchObject({ outcome: "unknown" });
});

it("looks for the account that was sent, where extraBody has replaced the identifier", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  emulator.faults.next("accounts.create", { cut: "after" });
  const extraBody = { identifier: "seller-2" };
  await client.accounts.create({ ...individual, identifier: "seller-1" }, { extraBody });
  expect(emulator.accounts.list().map(({ identifier }) => identifier)).toEqual(["seller-2"]);
});

it("says that a beneficiary was deleted by an attempt whose answer was lost", async () => {
  const emulator = createEmulator();
  const client = createClient(emulator.clientOptions);
  const saved = { beneficiary: supplier, transfer_methods: ["LOCAL"] } as const;
  const { id } = await client.beneficiaries.create(saved);
  emulator.faults.next("beneficiaries.delete", { cut: "after" });
  expect(await client.beneficiaries.delete(id)).toBe(true);
  expect(await client.beneficiaries.delete(id)).toBe(false);
});

it("waits between attempts while the same request is in progress, whatever Retry-After says", async () => {
  const busy = refuse(409, { code: "request_in_progress" }, { "retry-after": "0" });
  const server = await startServer({ otherwise: busy });
  const client = createClient({ ...key, baseUrl: server.url, timeoutMs: 2000 });
  const transfer = {
    ...{ destination: "acct_1", amount: "1", currency: "USD", reference: "r" },
    reason: "professional_business_services",
  } as const;
  await failed(client.transfers.create(transfer));
  expect(server.requests.length).toBeGreaterThan(1);
  expect(server.requests.length).toBeLessThan(12);
});

it("ends for an error whose causes are a circle", async () => {
  const first = new Error("first");
  const second = new Error("second", { cause: first });
  first.cause = second;
  const several: Error = new AggregateError([], "several");
  Object.assign(several, { errors: Array.from({ length: 10 }, () => several) });
  for (const error of [first, several]) {
    const fetch = () => Promise.reject(error);
    const client = createClient({ ...key, fetch, maxRetries: 0, timeoutMs: 1000 });
    const { code, message } = await failed(client.accounts.create(newAccount));
    expect(code).toBe("response_lost");
    expect(message).toContain(error.message);
  }
});

it("does not take a download without a length for whole when it is cut short", async () => {
  const files = createServer((socket) => {
    socket.once("data", () => {
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${"x".repeat(500)}`);
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void files.close());
  await new Promise((resolve) => files.once("listening", resolve));
  const { port } = files.address() as { readonly port: number };
  const link = { file_id: "f", url: `http://127.0.0.1:${port}/f`, filename: "a.pdf", size: 1000 };
  const server = await startServer({ otherwise: json(200, { files: [link], absent_files: [] }) });
  for (const fetch of [undefined, globalThis.fetch]) {
    const client = createClient({ ...key, baseUrl: server.url, fetch });
    const download = await client.files.download("f");
    expect(await failed(download.bytes())).toMatchObject({ name: "NetworkError" });
  }
});
