/** The commands that send and forward webhooks, each run as a separate process. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { createClient } from "airwallex-connect";
import { defaultApiKey, defaultClientId, startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createInbox, createWebhooks, nodeHandler, signPayload } from "airwallex-connect/webhooks";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { signatureOf, startReceiver } from "../emulator/webhooks/receiver.js";
import { run as runCommand, start as startCommand } from "./command.js";

const run = (...args: readonly string[]) => runCommand(args);

/** A command that keeps running, and what it has printed. */
function start(...args: readonly string[]) {
  const { child, stdout, stderr } = startCommand(args);
  return { child, errors: stderr, text: () => stdout() + stderr() };
}

/** An emulator in its own process, whose platform is told of new accounts. */
async function startWithReceiver(statuses: readonly number[], ...flags: readonly string[]) {
  const receiver = await startReceiver(...statuses);
  const emulator = start("emulator", "--port", "0", ...flags);
  await expect.poll(emulator.text).toContain("Try it");
  const client = createClient({
    environment: "sandbox",
    clientId: defaultClientId,
    apiKey: defaultApiKey,
    baseUrl: /at (http:\S+)/.exec(emulator.text())?.[1],
  });
  const version = "2026-08-21";
  await client.webhooks.create({ url: receiver.url, events: ["account.connected"], version });
  const open = () =>
    client.accounts.create({
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email: "ada@example.com" },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    });
  const ids = () => receiver.arrivals.map(({ event }) => event.id);
  return { open, ids, receiver };
}

test("emulator delivers again as --webhook-retries and --webhook-timeout say, then gives up", async () => {
  const flags = ["--webhook-retries", "50ms, 100ms", "--webhook-timeout", "200ms"];
  const { open, ids } = await startWithReceiver([500, 0, 500], ...flags);
  await open();
  // Less than the usual timeout of one delivery.
  await expect.poll(() => ids().length, { timeout: 6000 }).toBe(3);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(new Set(ids()).size).toBe(1);
  expect(ids().length).toBe(3);
});

test("emulator never delivers again with --webhook-retries none", async () => {
  const { open, ids } = await startWithReceiver([500], "--webhook-retries", "none");
  await open();
  await expect.poll(() => ids().length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(ids().length).toBe(1);
});

test("emulator delivers every event twice with --webhook-duplicates, and out of order with --webhook-unordered", async () => {
  const flags = ["--seed", "shuffled", "--webhook-duplicates", "--webhook-unordered"];
  const { open, ids, receiver } = await startWithReceiver([], ...flags);
  const accounts = await Promise.all(Array.from({ length: 8 }, open));
  await expect.poll(() => ids().length).toBe(16);
  const about = receiver.arrivals.map(
    ({ event }) => (event.data as { connected_account_id: string }).connected_account_id,
  );
  const opened = accounts.map(({ id }) => id);
  expect(about.toSorted()).toEqual([...opened, ...opened].toSorted());
  expect([...new Set(ids())].length).toBe(8);
  const times = receiver.arrivals.map(({ event }) => event.id);
  expect(times).not.toEqual([...new Set(times)].flatMap((id) => [id, id]));
});

test("trigger sends a signed sample, and reports that it was accepted", async () => {
  const receiver = await startReceiver();
  const { code, stdout } = await run("trigger", "account.active", "--to", receiver.url);
  const [arrival] = receiver.arrivals;
  expect(arrival?.event).toMatchObject({ name: "account.active", data: { status: "ACTIVE" } });
  expect(arrival?.headers["x-signature"]).toBe(
    arrival && signatureOf(arrival, "emulator_webhook_secret"),
  );
  expect(stdout).toMatch(/^account\.active evt_\S+ -> http:\S+ 200 noted in \d+ ms\n$/);
  expect(code).toBe(0);
});

test("trigger takes a secret, a format, an id and data", async () => {
  const receiver = await startReceiver();
  const shared = ["--to", receiver.url, "--secret", "sécret"];
  const runs = await Promise.all([
    run("trigger", "account.suspended", ...shared, "--format", "legacy"),
    run("trigger", "balance.low", ...shared, "--id", "evt_mine", "--data", '{"amount":1}'),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const legacy = receiver.arrivals.find(({ event }) => event.name === "account.suspended");
  const own = receiver.arrivals.find(({ event }) => event.name === "balance.low");
  expect(legacy?.event).toMatchObject({
    accountId: expect.any(String),
    data: { status: "SUSPENDED" },
  });
  expect(own?.event).toMatchObject({ id: "evt_mine", data: { amount: 1 } });
  expect(own?.headers["x-signature"]).toBe(own && signatureOf(own, "sécret"));
});

test("trigger exits with 1 and says why when the event was not accepted", async () => {
  const receiver = await startReceiver(400);
  const [refused, nobody] = await Promise.all([
    run("trigger", "rfi.closed", "--to", receiver.url),
    run("trigger", "rfi.closed", "--to", "http://127.0.0.1:1"),
  ]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/answered 400 noted, expected 200; does it know the secret/);
  expect(nobody).toMatchObject({ code: 1, stdout: "" });
  expect(nobody.stderr).toMatch(/gave no answer: ECONNREFUSED/);
});

test("trigger names an account, in the envelope and in its output", async () => {
  const receiver = await startReceiver();
  const mine = ["--account-id", "acct_mine", "--to", receiver.url];
  for (const name of ["account.active", "account.action_required"]) {
    expect((await run("trigger", name, ...mine)).code).toBe(0);
  }
  const [active, required] = receiver.arrivals;
  expect(active?.event).toMatchObject({ account_id: "acct_mine", data: { id: "acct_mine" } });
  expect(required?.event.account_id).toBe("acct_mine");
  expect(JSON.stringify(required?.event.data)).toContain("/accounts/acct_mine/");
});

test("trigger reports what the handler made of the event", async () => {
  const hooks = createWebhooks({ secrets: "whsec_test", inbox: createInbox(createMemoryStore()) });
  hooks.on("account.active", () => undefined);
  const app = express().use("/parsed", express.json());
  app.use(nodeHandler(hooks, { onError: () => undefined }));
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const say = async (name: string, path: string, secret: string) => {
    const flags = ["--to", to + path, "--secret", secret, "--id", "evt_1"];
    const { stdout, stderr } = await run("trigger", name, ...flags);
    return stdout + stderr;
  };
  expect(await say("account.active", "/", "whsec_test")).toContain(" 200 handled in ");
  expect(await say("account.active", "/", "whsec_test")).toContain(" 200 duplicate in ");
  expect(await say("rfi.closed", "/", "whsec_test")).toContain(
    " 200 ignored: no handler for rfi.closed in ",
  );
  expect(await say("rfi.closed", "/", "wrong")).toContain(
    "answered 400 webhook_signature_mismatch, expected 200; does it know the secret of --secret?",
  );
  expect(await say("rfi.closed", "/parsed", "whsec_test")).toMatch(
    /answered 500 webhook_body_not_raw, expected 200\n$/,
  );
});

test("trigger suggests the name that was probably meant", async () => {
  const { stderr } = await run("trigger", "acount.active", "--to", "http://127.0.0.1:1");
  expect(stderr).toBe(
    'airwallex-connect: there is no sample of "acount.active", did you mean "account.active"? Otherwise give its data with --data\n',
  );
});

test("trigger refuses an event that is newer than the legacy format", async () => {
  const asked = ["--to", "http://127.0.0.1:1", "--format", "legacy"];
  const { code, stderr } = await run("trigger", "account.dormant", ...asked);
  expect(stderr).toBe(
    'airwallex-connect: account.dormant is newer than the "legacy" format, expected --format current\n',
  );
  expect(code).toBe(2);
});

test("trigger and listen exit with 2 and one line for arguments they do not understand", async () => {
  const runs = await Promise.all([
    run("trigger", "account.active"),
    run("trigger", "--to", "http://127.0.0.1:1"),
    run("trigger", "account.actve", "--to", "http://127.0.0.1:1"),
    run("trigger", "account.active", "--to", "localhost"),
    run("trigger", "account.active", "--to", "http://127.0.0.1:1", "--format", "old"),
    run("trigger", "account.active", "--to", "http://127.0.0.1:1", "--data", "{"),
    run("trigger", "account.active", "--to", "http://127.0.0.1:1", "--secret", " "),
    run("listen"),
    run("listen", "--forward-to", "http://127.0.0.1:1", "--events", "account.active,"),
    run("listen", "--forward-to", "http://127.0.0.1:1", "--port", "high"),
  ]);
  for (const { code, stdout, stderr } of runs) {
    expect(stderr).toMatch(/^airwallex-connect: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
});

test("trigger and listen print their help", async () => {
  const [trigger, listen] = await Promise.all([run("trigger", "--help"), run("listen", "--help")]);
  for (const flag of ["to", "secret", "format", "id", "account-id", "data"]) {
    expect(trigger.stdout).toContain(`--${flag} `);
  }
  for (const flag of [
    "forward-to",
    "secret",
    "emulator",
    "port",
    "events",
    "format",
    "client-id",
    "api-key",
  ]) {
    expect(listen.stdout).toContain(`--${flag} `);
  }
  expect([trigger.code, listen.code]).toEqual([0, 0]);
});

test("listen prints and forwards what an emulator delivers, until SIGINT", async () => {
  const receiver = await startReceiver(500);
  await using emulator = await startEmulator();
  const listener = start("listen", "--forward-to", receiver.url, "--emulator", emulator.url);
  await expect.poll(listener.text).toContain("signing secret");
  const secret = /signing secret {2}(\S+)/.exec(listener.text())?.[1] ?? "";
  const id = emulator.deliver({ name: "account.active" });
  // The first answer is 500, which is passed back to the emulator, so it delivers again.
  await expect.poll(listener.text).toMatch(/account\.active \S+ 200/);
  expect(listener.text()).toMatch(new RegExp(`^account\\.active ${id} 500 noted in \\d+ ms$`, "m"));
  const [first, second] = receiver.arrivals;
  expect(second?.text).toBe(first?.text);
  expect(first?.text).toBe(emulator.webhooks.deliveries()[0]?.body);
  expect(second?.headers["x-signature"]).toBe(second && signatureOf(second, secret));
  expect(second?.headers["user-agent"]).toBe("airwallex-connect-emulator");
  // Anyone on this machine can post to it: what is printed cannot steer the terminal.
  const forged = JSON.stringify({ name: "\u001b[2J", id: "x\nforged 200 in 1 ms" });
  const { url = "" } = emulator.webhooks.deliveries()[0] ?? {};
  await fetch(url, { method: "POST", body: forged });
  await expect.poll(listener.text).toMatch(/^\\u\{1b\}\[2J x\\u\{a\}forged 200 in 1 ms /m);
  listener.child.kill("SIGINT");
  expect(await once(listener.child, "exit")).toEqual([0, null]);
  expect(emulator.webhooks.subscriptions).toEqual([]);
});

/** A handler of these webhooks, and its address. */
async function serve(hooks: Parameters<typeof nodeHandler>[0]): Promise<string> {
  const server = express()
    .use(nodeHandler(hooks, { onError: () => undefined }))
    .listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("listen signs with the secret of the handler, and says why an answer was 400", async () => {
  const hooks = createWebhooks({ secrets: "whsec_mine" }).on("account.active", () => undefined);
  const to = await serve(hooks);
  await using emulator = await startEmulator({ webhooks: { retries: [] } });
  const shared = ["listen", "--forward-to", to, "--emulator", emulator.url];
  const other = start(...shared);
  await expect.poll(other.text).toContain("signing secret");
  emulator.deliver({ name: "account.active" });
  await expect.poll(other.text).toMatch(/^account\.active \S+ 400 webhook_signature_mismatch in /m);
  const own = start(...shared, "--secret", "whsec_mine");
  await expect.poll(own.text).toContain("signing secret  that of --secret");
  emulator.deliver({ name: "account.active" });
  await expect.poll(own.text).toMatch(/^account\.active \S+ 200 in /m);
});

test("listen says which events will not come, and subscribes by itself to those of the format", async () => {
  await using emulator = await startEmulator();
  const shared = ["listen", "--forward-to", "http://127.0.0.1:9", "--emulator", emulator.url];
  const names = "account.activ,payout.transfer.paid,account.active";
  const named = start(...shared, "--events", names, "--format", "legacy");
  await expect.poll(named.text).toContain("signing secret");
  expect(named.errors()).toBe(
    'airwallex-connect: the emulator sends no "account.activ" by itself, did you mean "account.active"?\n' +
      'airwallex-connect: "payout.transfer.paid" is newer than the "legacy" format, and will not come\n',
  );
  expect(emulator.webhooks.subscriptions[0]?.events).toEqual(names.split(","));
  const legacy = start(...shared, "--format", "legacy");
  await expect.poll(legacy.text).toContain("signing secret");
  expect(legacy.errors()).toBe("");
  const { events } = emulator.webhooks.subscriptions[1] ?? {};
  expect(events).toContain("account.active");
  expect(events).not.toContain("payout.transfer.paid");
});

test("listen does not sign what the emulator has not, so that the handler refuses what a web page posts", async () => {
  const handled: string[] = [];
  const hooks = createWebhooks({ secrets: "whsec_mine" }).onAny(({ id }) => void handled.push(id));
  const to = await serve(hooks);
  await using emulator = await startEmulator();
  const shared = ["listen", "--forward-to", to, "--emulator", emulator.url];
  const listener = start(...shared, "--secret", "whsec_mine");
  await expect.poll(listener.text).toContain("signing secret");
  const { url = "" } = emulator.webhooks.subscriptions[0] ?? {};
  const body = JSON.stringify({
    id: "evt_forged",
    name: "account.active",
    account_id: "a",
    data: {},
  });
  const unsigned = await fetch(url, { method: "POST", body });
  const stranger = signPayload(body, { secret: "whsec_other" });
  const other = await fetch(url, { method: "POST", body, headers: { ...stranger } });
  expect([unsigned.status, other.status]).toEqual([400, 400]);
  const id = emulator.deliver({ name: "account.active" });
  await expect.poll(() => handled).toEqual([id]);
});

test("listen deletes its subscription even after its token has expired", async () => {
  await using emulator = await startEmulator();
  const listener = start(
    "listen",
    "--forward-to",
    "http://127.0.0.1:1",
    "--emulator",
    emulator.url,
  );
  await expect.poll(listener.text).toContain("signing secret");
  emulator.clock.advance("31m");
  listener.child.kill("SIGINT");
  expect(await once(listener.child, "exit")).toEqual([0, null]);
  expect(emulator.webhooks.subscriptions).toEqual([]);
});

test("listen reports a handler that does not answer, and gives it up when the emulator does", async () => {
  const receiver = await startReceiver(0);
  await using emulator = await startEmulator({ webhooks: { timeoutMs: 200, retries: [] } });
  const listener = start("listen", "--forward-to", receiver.url, "--emulator", emulator.url);
  await expect.poll(listener.text).toContain("signing secret");
  const id = emulator.deliver({ name: "account.active" });
  await expect
    .poll(listener.text)
    .toContain(`account.active ${id} 502 (the emulator waits no longer) in`);
  await expect.poll(() => receiver.open).toBe(0);
});

test("listen ends when nobody reads its output any longer", async () => {
  const receiver = await startReceiver();
  await using emulator = await startEmulator();
  const listener = start("listen", "--forward-to", receiver.url, "--emulator", emulator.url);
  await expect.poll(listener.text).toContain("signing secret");
  listener.child.stdout?.destroy();
  emulator.deliver({ name: "account.active" });
  expect(await once(listener.child, "exit")).toEqual([0, null]);
  expect(emulator.webhooks.subscriptions).toEqual([]);
});

test("listen says in one line that there is no emulator, and exits with 1", async () => {
  const to = ["--forward-to", "http://127.0.0.1:1", "--emulator", "http://127.0.0.1:1"];
  const { code, stderr } = await run("listen", ...to);
  expect(stderr).toBe(
    "airwallex-connect: there is no emulator at http://127.0.0.1:1, start one or name it\n",
  );
  expect(code).toBe(1);
});

test("a process that used an emulator without a socket ends by itself", async () => {
  const script = `
    import { createEmulator } from "./src/emulator/index.ts";
    const emulator = createEmulator({ reviewAfterMs: 60000 });
    emulator.webhooks.subscribe({ url: "http://127.0.0.1:1/", events: ["rfi.closed"] });
    emulator.deliver({ name: "rfi.closed" });
    await emulator.webhooks.settled();
    console.log(emulator.webhooks.deliveries()[0].nextAttemptAt instanceof Date);`;
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe("true\n");
});
