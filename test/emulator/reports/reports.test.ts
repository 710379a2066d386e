/** Reports on the platform, and what their files contain. */

import type { EmulatorOptions } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { openSeller } from "../seller.js";

async function open(options: EmulatorOptions = {}) {
  const { emulator, client, id } = await openSeller(options);
  const pay = (amount: string, reference: string) =>
    client.transfers.create({
      ...{ destination: id, amount, currency: "USD", reason: "travel", reference },
    });
  return { emulator, client, id, pay };
}

/** The file of a report, as anybody with the link can fetch it. */
async function read(url: string | null | undefined): Promise<string> {
  const response = await fetch(String(url));
  expect(response.headers.get("content-type")).toBe("text/csv");
  return await response.text();
}

test("a report on balances has a line for each wallet of a connected account", async () => {
  const { emulator, client, id } = await open();
  emulator.money.setBalance(id, "USD", "12.50");
  emulator.money.setBalance(id, "AUD", "3");
  const input = { type: "BALANCE_REPORT", file_format: "CSV", file_name: "wallets" } as const;
  const created = await client.platformReports.create(input);
  expect(created).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const report = await client.platformReports.retrieve(created.id);
  expect(report).toEqual({
    ...{ id: created.id, status: "COMPLETED", ...input },
    download_url: expect.stringContaining(emulator.url),
    download_url_expires_at: "2026-09-01T10:01:00+00:00",
  });
  expect(await read(report.download_url)).toBe(
    [
      "account_id,currency,available_balance,reserved_balance,total_balance,last_update",
      `${id},AUD,3,0,3,2026-09-01T10:00:00+00:00`,
      `${id},USD,12.5,0,12.5,2026-09-01T10:00:00+00:00`,
      "",
    ].join("\r\n"),
  );
});

test("a report on transactions has a line for each transfer and charge", async () => {
  const { emulator, client, id, pay } = await open();
  const transfer = await pay("20", 'Rent, "May"');
  const charge = await client.charges.create({
    ...{ source: id, amount: "5", currency: "USD", reason: "travel", reference: "Fee" },
  });
  const report = await client.platformReports.create({
    ...{ type: "TRANSACTION_RECON_REPORT", file_format: "CSV" },
  });
  const { download_url } = await client.platformReports.retrieve(report.id);
  const time = "2026-09-01T10:00:00+00:00,2026-09-01T10:00:00+00:00";
  const lines = (await read(download_url)).split("\r\n");
  expect(lines).toEqual([
    "transaction_id,request_id,account_id,transaction_type,status,currency,amount,reference,created_at,updated_at",
    `${transfer.id},${transfer.request_id},${id},TRANSFER,SETTLED,USD,20.00,"Rent, ""May""",${time}`,
    `${charge.id},${charge.request_id},${id},CHARGE,SETTLED,USD,-5.00,Fee,${time}`,
    "",
  ]);
  expect(emulator.money.transfers()).toHaveLength(1);
});

test("a report covers what happened from its start until just before its end", async () => {
  const { emulator, client, pay } = await open({ tokenLifetimeMs: 86_400_000 });
  for (const reference of ["before", "first", "last", "after"]) {
    await pay("1", reference);
    emulator.clock.advance("1h");
  }
  const references = async (period: object) => {
    const { id } = await client.platformReports.create({
      ...{ type: "TRANSACTION_RECON_REPORT", file_format: "CSV" },
      ...period,
    });
    const { download_url } = await client.platformReports.retrieve(id);
    const lines = (await read(download_url)).trimEnd().split("\r\n").slice(1);
    return lines.map((line) => line.split(",")[7]);
  };
  const from_created_at = "2026-09-01T11:00:00+0000";
  const to_created_at = "2026-09-01T13:00:00+0000";
  expect(await references({ from_created_at, to_created_at })).toEqual(["first", "last"]);
  // A date is its first moment in UTC.
  emulator.clock.set("2026-09-03T00:00:00Z");
  await pay("1", "later");
  const days = { from_created_at: "2026-09-01", to_created_at: "2026-09-02" };
  expect(await references(days)).toEqual(["before", "first", "last", "after"]);
  expect(await references({ from_created_at: "2026-09-02" })).toEqual(["later"]);
});

test("a report whose period ends in the future is made then, and announced", async () => {
  const events: { name: string; account_id: string; source_id: string; data: object }[] = [];
  const receive = async (request: Request) => {
    events.push(JSON.parse(await request.text()));
    return new Response();
  };
  const { emulator, client, pay } = await open({ webhooks: { fetch: receive } });
  emulator.webhooks.subscribe({
    ...{ url: "http://receiver.localhost/", events: ["platform_report.completed"] },
  });
  const { id } = await client.platformReports.create({
    ...{ type: "TRANSACTION_RECON_REPORT", file_format: "CSV" },
    to_created_at: "2026-09-02T00:00:00+0000",
  });
  expect(await client.platformReports.retrieve(id)).toMatchObject({ id, status: "PENDING" });
  await pay("1", "still in it");
  await emulator.webhooks.settled();
  expect(events).toEqual([]);
  emulator.clock.set("2026-09-02T00:00:00Z");
  await emulator.webhooks.settled();
  const report = await client.platformReports.retrieve(id);
  expect(report.status).toBe("COMPLETED");
  expect(await read(report.download_url)).toContain("still in it");
  expect(events).toMatchObject([
    {
      name: "platform_report.completed",
      account_id: emulator.accounts.platformId,
      source_id: id,
      data: { id, status: "COMPLETED" },
    },
  ]);
});

test("a link to a report expires after a minute, and reading the report gives a new one", async () => {
  const { emulator, client } = await open();
  const { id } = await client.platformReports.create({
    ...{ type: "BALANCE_REPORT", file_format: "CSV" },
  });
  const { download_url } = await client.platformReports.retrieve(id);
  emulator.clock.advance("60s");
  expect((await fetch(String(download_url))).status).toBe(403);
  expect(await read((await client.platformReports.retrieve(id)).download_url)).toContain(
    "account_id",
  );
});

test("every documented type is made, with a default name", async () => {
  const { client, id } = await open();
  for (const [type, lines] of [
    ["ACCOUNT_REPORT", ["account_id,identifier,status,created_at", expect.stringContaining(id)]],
    ["PAYOUT_REPORT", ["account_id"]],
    ["ISSUING_TRANSACTION_REPORT", ["account_id"]],
    ["APPLICATION_FEE_REPORT", ["account_id"]],
  ] as const) {
    const created = await client.platformReports.create({ type, file_format: "CSV" });
    const report = await client.platformReports.retrieve(created.id);
    expect(report.file_name).toBe(`${type}_20260901T100000`);
    expect((await read(report.download_url)).trimEnd().split("\r\n")).toEqual(lines);
  }
});

test("a report that cannot be made is refused", async () => {
  const { client, id } = await open();
  const { create, retrieve } = client.platformReports;
  const csv = { file_format: "CSV" } as const;
  await expect(create({ ...csv, type: "BALANCES_REPORT" as never })).rejects.toMatchObject({
    ...{ code: "invalid_input", issues: [{ suggestion: "BALANCE_REPORT" }] },
  });
  const balances = { ...csv, type: "BALANCE_REPORT" } as const;
  for (const [from_created_at, to_created_at] of [
    ["2026-01-01", "2027-01-03"],
    ["2026-01-01", "2026-01-01"],
    ["2026-01-01", "yesterday"],
  ] as const) {
    await expect(create({ ...balances, from_created_at, to_created_at })).rejects.toMatchObject({
      ...{ status: 400, apiCode: "invalid_argument", source: "to_created_at" },
    });
  }
  await expect(retrieve("none")).rejects.toMatchObject({ code: "not_found" });
  const seller = client.onBehalfOf(id).platformReports;
  await expect(seller.create(balances)).rejects.toMatchObject({ apiCode: "forbidden" });
});
