import { inspect } from "node:util";
import { createEmulator, startEmulator } from "airwallex-connect/emulator";
import { describe, expect, it, vi } from "vitest";
import { printEvents } from "../../examples/webhook-events.js";
import { createClient } from "../../src/index.js";
import { business } from "../emulator/inputs.js";
import { json, key, startServer } from "../scripted-server.js";

const input = {
  url: "https://example.com/hooks",
  events: ["account.active"],
  version: "2026-08-21",
};

/** A client that does not wait between attempts, and the emulator that it talks to. */
async function setUp() {
  const emulator = createEmulator({ recordBodies: true });
  vi.spyOn(Math, "random").mockReturnValue(0);
  const client = createClient(emulator.clientOptions);
  vi.restoreAllMocks();
  const sent = (endpoint: string) =>
    emulator.requests.filter((request) => request.endpoint === endpoint);
  return { emulator, client, sent };
}

describe("webhooks", () => {
  it("creates, reads, changes, lists and deletes subscriptions", async () => {
    const { client } = await setUp();
    const made = await client.webhooks.create({ ...input, request_id: "mine" });
    expect(made).toMatchObject({ ...input, request_id: "mine" });
    expect([made.id, made.secret]).toEqual([
      expect.stringMatching(/^wh_/),
      expect.stringMatching(/^whsec_/),
    ]);
    expect(await client.webhooks.retrieve(made.id)).toEqual(made);
    const url = "https://example.com/elsewhere";
    expect(await client.webhooks.update(made.id, { url })).toMatchObject({ id: made.id, url });
    expect((await client.webhooks.list()).items.map(({ id }) => id)).toEqual([made.id]);
    expect(await client.webhooks.delete(made.id)).toEqual({ id: made.id, deleted: true });
    await expect(client.webhooks.retrieve(made.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(client.webhooks.delete(made.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("walks through pages by their cursors, newest first, in both directions", async () => {
    const { client, emulator } = await setUp();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(emulator.webhooks.subscribe(input).id);
    const all = await client.webhooks.list({ page_size: 2 }).toArray({ limit: 99 });
    expect(all.map(({ id }) => id)).toEqual(ids);
    const first = await client.webhooks.list({ page_size: 2 });
    expect(first.page_before).toBe(null);
    const second = await client.webhooks.list({ page_size: 2, page: String(first.page_after) });
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const back = await client.webhooks.list({ page_size: 2, page: String(second.page_before) });
    expect(back.items).toEqual(first.items);
    await expect(client.webhooks.list({ page: "forged" })).rejects.toMatchObject({
      code: "invalid_request",
      source: "page",
    });
  });

  it("walks through pages that are counted, as older versions of the API have them", async () => {
    const subscription = {
      ...{ ...input, secret: "whsec_1", request_id: "r" },
      ...{ created_at: "2026-09-01T10:00:00+0000", updated_at: "2026-09-01T10:00:00+0000" },
    };
    const pages = ["wh_1", "wh_2", "wh_3"].map((id, i) =>
      json(200, { items: [{ ...subscription, id }], has_more: i < 2 }),
    );
    const server = await startServer({ answers: [...pages, ...pages.slice(1)] });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    const all = await client.webhooks.list().toArray({ limit: 99 });
    expect(all.map(({ id }) => id)).toEqual(["wh_1", "wh_2", "wh_3"]);
    const later = await client.webhooks.list({ page_num: 1 }).toArray({ limit: 99 });
    expect(later.map(({ id }) => id)).toEqual(["wh_2", "wh_3"]);
    const queries = server.requests.map(({ target }) => new URL(target, server.url).search);
    expect(queries).toEqual(["", "?page_num=1", "?page_num=2", "?page_num=1", "?page_num=2"]);
  });

  it("counts the pages of the emulator where the caller does", async () => {
    const { client, emulator } = await setUp();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(emulator.webhooks.subscribe(input).id);
    const counted = await client.webhooks.list({ page_num: 0, page_size: 2 }).toArray({ limit: 9 });
    expect(counted.map(({ id }) => id)).toEqual(ids);
  });

  it("delete() takes a text for the answer that older versions of the API give", async () => {
    const server = await startServer({
      answers: [json(200, "deleted"), json(200, { id: "wh_2" })],
    });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    expect(await client.webhooks.delete("wh_1")).toEqual({ id: "wh_1", deleted: true });
    await expect(client.webhooks.delete("wh_2")).rejects.toMatchObject({
      code: "unexpected_shape",
    });
  });

  it("stops when cursors form a loop", async () => {
    const { client, emulator } = await setUp();
    const body = { items: [{ id: "1", ...input }], page_after: "again" };
    emulator.faults.always("webhooks.list", { status: 200, body });
    await expect(client.webhooks.list().toArray({ limit: 99 })).rejects.toMatchObject({
      code: "repeated_page",
    });
  });

  it("create() makes up a request_id, a new one for each call", async () => {
    const { client } = await setUp();
    const [one, two] = [await client.webhooks.create(input), await client.webhooks.create(input)];
    expect(one.request_id).toMatch(/^[\da-f-]{36}$/);
    expect(two.request_id).not.toBe(one.request_id);
  });

  it.each([
    ["cut off", { cut: "after" }],
    ["a 500", { status: 500, after: true }],
  ] as const)("create() is done once when its answer was %s", async (_, effect) => {
    const { client, emulator, sent } = await setUp();
    emulator.faults.next("webhooks.create", effect);
    const made = await client.webhooks.create(input);
    expect(emulator.webhooks.subscriptions).toEqual([made]);
    const bodies = sent("webhooks.create").map(({ requestBody }) => requestBody);
    expect(bodies.length).toBe(2);
    expect(new Set(bodies).size).toBe(1);
  });

  it("create() also finds what it made on a later page", async () => {
    const { client, emulator } = await setUp();
    emulator.faults.next("webhooks.create", { cut: "after" });
    const making = client.webhooks.create(input);
    await expect.poll(() => emulator.webhooks.subscriptions.length).toBe(1);
    for (let i = 0; i < 25; i++) emulator.webhooks.subscribe(input);
    expect((await making).id).toBe(emulator.webhooks.subscriptions[0]?.id);
  });

  it("create() is refused when an earlier call used the same request_id", async () => {
    const { client, sent } = await setUp();
    await client.webhooks.create({ ...input, request_id: "mine" });
    await expect(client.webhooks.create({ ...input, request_id: "mine" })).rejects.toMatchObject({
      code: "conflict",
      apiCode: "already_exists",
      outcome: "not_done",
    });
    expect(sent("webhooks.list").length).toBe(0);
  });

  it("create() reports the refusal when what it made cannot be found", async () => {
    const { client, emulator } = await setUp();
    emulator.faults.next("webhooks.create", { cut: "after" });
    emulator.faults.always("webhooks.list", { status: 403 });
    await expect(client.webhooks.create(input)).rejects.toMatchObject({
      apiCode: "already_exists",
      outcome: "unknown",
    });
  });

  it("delete() succeeds even if the answer to the attempt that did it was lost", async () => {
    const { client, emulator } = await setUp();
    const { id } = emulator.webhooks.subscribe(input);
    emulator.faults.next("webhooks.delete", { cut: "after" });
    expect(await client.webhooks.delete(id)).toEqual({ id, deleted: true });
  });

  it.each([
    ["no URL", { events: ["a"], version: "2026-08-21" }],
    ["no events", { ...input, events: [] }],
    ["a version that is not a date", { ...input, version: "latest" }],
    ["an unknown member", { ...input, event: "a" }],
    ["a request_id that is too long", { ...input, request_id: "x".repeat(51) }],
    ["nothing", undefined],
  ])("create() refuses %s before anything is sent", async (_, bad) => {
    const { client, emulator } = await setUp();
    await expect(client.webhooks.create(bad as never)).rejects.toMatchObject({
      name: "ValidationError",
      operation: "webhooks.create",
    });
    expect(emulator.requests).toEqual([]);
  });

  it("shows the secret in no error", async () => {
    const { client, emulator } = await setUp();
    const details = { secret: "whsec_hidden" };
    const body = { code: "invalid_argument", message: "no", details };
    emulator.faults.always("webhooks.create", { status: 400, body });
    const error = await client.webhooks.create(input).catch((refused) => refused);
    expect(error.details).toEqual({ secret: "[redacted]" });
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain("whsec_hidden");
  });

  it("delivers events to a handler over HTTP", async () => {
    await using emulator = await startEmulator();
    const client = createClient(emulator.clientOptions);
    const lines: string[] = [];
    const printer = await printEvents(client, (line) => lines.push(line));
    const { id } = await client.accounts.create(business as never);
    await client.accounts.submit(id);
    await client.simulation.accounts.updateStatus(id, { next_status: "ACTIVE" });
    await emulator.webhooks.settled();
    expect(lines.map((line) => line.split(/\s+/))).toEqual([
      ["account.submitted", id],
      ["account.active", id],
    ]);
    await printer.close();
    expect(emulator.webhooks.subscriptions).toEqual([]);
    await client.close();
  });
});
