/** Three clients, one API: ours, the vendor's SDK and curl get the same answers. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Airwallex } from "@airwallex/node-sdk";
import { createClient } from "airwallex-connect";
import { type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { individual } from "./inputs.js";

/** The version that the vendor's SDK asks for; later versions write timestamps differently. */
const apiVersion = "2025-06-30";

/** The same ids and times for all three: each has its own emulator. */
const same = { seed: "clients", now: "2026-01-01T00:00:00Z", frozen: true };

const create = { ...individual, identifier: "one" };
const decision = { next_status: "ACTIVE", force: false } as const;

/** The answers to each step of one account's life. */
interface Answers {
  readonly created: unknown;
  readonly retrieved: unknown;
  readonly listed: unknown;
  readonly updated: unknown;
  readonly submitted: unknown;
  readonly simulated: unknown;
  /** Status and code of a refused submit, and of an unknown account. */
  readonly refused: readonly unknown[];
}

async function byOurClient(emulator: RunningEmulator): Promise<Answers> {
  const client = createClient({ ...emulator.clientOptions, apiVersion });
  const { accounts, simulation } = client;
  const created = await accounts.create(create);
  const { id } = created;
  const says = (call: Promise<unknown>) =>
    call.catch(({ status, apiCode }: { status: number; apiCode: string }) => [status, apiCode]);
  return {
    created,
    retrieved: await accounts.retrieve(id),
    listed: await accounts.list({ identifier: "one", page_size: 5 }),
    updated: await accounts.update(id, { nickname: "Nick" }),
    submitted: await accounts.submit(id),
    simulated: await simulation.accounts.updateStatus(id, decision),
    refused: [await says(accounts.submit(id)), await says(accounts.retrieve("acct_none"))],
  };
}

async function byVendor(emulator: RunningEmulator): Promise<Answers> {
  class LocalAirwallex extends Airwallex {
    override get basePath(): string {
      return emulator.url;
    }
  }
  const { clientId, apiKey } = emulator.clientOptions;
  const options = { clientId, apiKey, env: "demo", enableTelemetry: false } as const;
  const vendor = new LocalAirwallex(options);
  const { accounts } = vendor.scale;
  const created = await accounts.createNewAccount(create as never);
  const id = created.id as string;
  const says = (call: Promise<unknown>) =>
    call.catch(({ status, data }: { status: number; data: { code: string } }) => [
      status,
      data.code,
    ]);
  try {
    return {
      created,
      retrieved: await accounts.getAccountByOpenId(id),
      listed: await accounts.getConnectedAccounts({ identifier: "one", page_size: 5 }),
      updated: await accounts.updateAccount(id, { nickname: "Nick" }),
      submitted: await accounts.submitAccount(id),
      simulated: await vendor.simulation.accounts.updateConnectedAccountStatus(
        id,
        decision as never,
      ),
      refused: [
        await says(accounts.submitAccount(id)),
        await says(accounts.getAccountByOpenId("acct_none")),
      ],
    };
  } finally {
    // Its timer would keep the process alive for 20 minutes.
    (vendor as unknown as { _cleanup(): void })._cleanup();
  }
}

async function byCurl({ url, clientOptions }: RunningEmulator): Promise<Answers> {
  const curl = async (path: string, ...args: readonly string[]) => {
    const version = ["-H", `x-api-version: ${apiVersion}`];
    const options = ["-sS", "-w", "\n%{http_code}", ...version, ...args, `${url}/api/v1/${path}`];
    const { stdout } = await promisify(execFile)("curl", options);
    const cut = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(cut)), body: JSON.parse(stdout.slice(0, cut)) };
  };
  const { clientId, apiKey } = clientOptions;
  const keys = ["-X", "POST", "-H", `x-client-id: ${clientId}`, "-H", `x-api-key: ${apiKey}`];
  const { token } = (await curl("authentication/login", ...keys)).body;
  const bearer = ["-H", `Authorization: Bearer ${token}`];
  const get = (path: string) => curl(path, ...bearer);
  const post = (path: string, body: unknown = {}) =>
    curl(path, ...bearer, "-H", "Content-Type: application/json", "-d", JSON.stringify(body));
  const created = (await post("accounts/create", create)).body;
  const account = `accounts/${created.id}`;
  const says = ({ status, body }: { status: number; body: { code: string } }) => [
    status,
    body.code,
  ];
  return {
    created,
    retrieved: (await get(account)).body,
    listed: (await get("accounts?identifier=one&page_size=5")).body,
    updated: (await post(`${account}/update`, { nickname: "Nick" })).body,
    submitted: (await post(`${account}/submit`)).body,
    simulated: (await post(`simulation/${account}/update_status`, decision)).body,
    refused: [says(await post(`${account}/submit`)), says(await get("accounts/acct_none"))],
  };
}

async function on<T>(use: (emulator: RunningEmulator) => Promise<T>): Promise<T> {
  await using emulator = await startEmulator(same);
  return await use(emulator);
}

/** The vendor's SDK drops members that it does not know; they are null or empty here. */
const droppedByVendor: ReadonlySet<string> = new Set([
  "attachments",
  "legal_entity_identifier",
  "reactivate_details",
  "suspend_details",
]);

function withoutDropped(value: unknown): unknown {
  const keep = (key: string, member: unknown) => (droppedByVendor.has(key) ? undefined : member);
  return JSON.parse(JSON.stringify(value, keep));
}

test("our client, the vendor's SDK and curl get the same answers", async () => {
  const ours = await on(byOurClient);
  const curls = await on(byCurl);
  expect(ours).toEqual(curls);
  expect(withoutDropped(await on(byVendor))).toEqual(withoutDropped(ours));
  expect(ours).toMatchObject({
    created: { status: "CREATED" },
    updated: { nickname: "Nick" },
    submitted: { status: "SUBMITTED" },
    simulated: { status: "ACTIVE" },
    refused: [
      [400, expect.any(String)],
      [404, "not_found"],
    ],
  });
});
