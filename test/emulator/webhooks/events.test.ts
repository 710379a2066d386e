/** Which events are sent, and what they contain in the two formats. */

import {
  createEmulator,
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type Emulator,
  eventNames,
} from "airwallex-connect/emulator";
import { describe, expect, test } from "vitest";
import { eventShapes } from "../../../src/generated/event-shapes.js";
import type { Shape } from "../../../src/schemas/shape.js";
import { connect, send } from "../api.js";
import { business, individual } from "../inputs.js";

const old = "2024-02-21";
const since = "2024-02-22";
const today = "2026-08-21";

// biome-ignore lint/suspicious/noExplicitAny: tests reach into events of every shape
type Events = any[];

function subscribe(emulator: Emulator, version = today, events = eventNames): void {
  emulator.webhooks.subscribe({ url: "http://receiver.localhost/", events, version });
}

/** An emulator whose webhooks are collected in a list. */
function emulatorWithEvents(): { readonly emulator: Emulator; readonly events: Events } {
  const events: Events = [];
  const fetch = async (request: Request) => {
    events.push(JSON.parse(await request.text()));
    return new Response();
  };
  const options = { now: "2026-09-01T10:00:00Z", frozen: true } as const;
  return { emulator: createEmulator({ ...options, webhooks: { fetch } }), events };
}

const notAgreed = {
  ...individual,
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false },
};

/** Takes an account from creation to ACTIVE, through every status in between. */
async function onboard(emulator: Emulator): Promise<string> {
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", notAgreed);
  const path = `/api/v1/accounts/${body.id}`;
  await api("POST", `${path}/submit`);
  await api("POST", `/api/v1/simulation/accounts/${body.id}/update_status`, {
    next_status: "ACTIVE",
    force: false,
  });
  await api("POST", `${path}/terms_and_conditions/agree`, {});
  await api("POST", `${path}/suspend`, {});
  await api("POST", `${path}/reactivate`, {});
  await emulator.webhooks.settled();
  return body.id;
}

test("every status of an account on its way is sent, once and in order", async () => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator);
  const id = await onboard(emulator);
  emulator.accounts.setStatus(id, "DORMANT");
  emulator.accounts.setStatus(id, "CLOSED");
  await emulator.webhooks.settled();
  expect(events.map(({ name, account_id }) => [name, account_id])).toEqual([
    ["account.connected", emulator.accounts.platformId],
    ["account.submitted", id],
    ["account.action_required", id],
    ["account.active", id],
    ["account.suspended", id],
    ["account.active", id],
    ["account.dormant", id],
    ["account.closed", id],
  ]);
  expect(new Set(events.map((event) => event.id)).size).toBe(8);
});

test("suspending and reactivating sends an event for each account of the legal entity", async () => {
  const { emulator, events } = emulatorWithEvents();
  const first = await onboard(emulator);
  const api = await connect(emulator);
  const { legal_entity_id } = emulator.accounts.get(first)?.account_details ?? {};
  const { body } = await api("POST", "/api/v1/accounts/create", {
    ...notAgreed,
    account_details: { legal_entity_id },
  });
  subscribe(emulator);
  await api("POST", `/api/v1/accounts/${body.id}/suspend`, { message: "Chargebacks" });
  await api("POST", `/api/v1/accounts/${body.id}/reactivate`, {});
  await emulator.webhooks.settled();
  expect(events.map(({ name, account_id }) => [name, account_id])).toEqual([
    ["account.suspended", first],
    ["account.suspended", body.id],
    ["account.active", first],
    ["account.active", body.id],
  ]);
  expect(events[1].data.suspend_details).toMatchObject([{ message: "Chargebacks" }]);
});

test("since 2024-02-22, events are in snake_case, with the account as retrieve returns it", async () => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator, since);
  const id = await onboard(emulator);
  const [connected, submitted, required, active] = events;
  expect(connected.data).toEqual({
    connected_account_id: id,
    connected_account_name: "Ada Lovelace",
    connected_account_status: "CREATED",
    created_at: "2026-09-01T10:00:00+0000",
    platform_account_id: emulator.accounts.platformId,
    platform_name: "Emulator Platform",
  });
  expect(submitted).toEqual({
    id: expect.stringMatching(/^evt_[\w-]{22}$/),
    name: "account.submitted",
    account_id: id,
    data: {},
    created_at: "2026-09-01T10:00:00+0000",
    version: since,
  });
  expect(required.data).toEqual({
    agreement_to_terms_and_conditions_required: {
      endpoint: `/api/v1/accounts/${id}/terms_and_conditions/agree`,
      method: "POST",
      message: expect.any(String),
    },
  });
  const api = await connect(emulator);
  const { body } = await api("GET", `/api/v1/accounts/${id}`, undefined, {
    "x-api-version": since,
  });
  const { suspend_details, reactivate_details, ...asNow } = body;
  expect(active.data).toEqual({ ...asNow, suspend_details: [], reactivate_details: null });
});

test("before 2024-02-22, events are in camelCase, in the older envelope", async () => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator, old);
  const id = await onboard(emulator);
  const [connected, submitted, required, active] = events;
  expect(events.map((event) => Object.keys(event))).toEqual(
    events.map(() => ["accountId", "data", "id", "name"]),
  );
  expect(submitted).toMatchObject({ accountId: id, data: {}, name: "account.submitted" });
  expect(submitted.id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(connected.data).toMatchObject({
    connectedAccountId: id,
    platformName: "Emulator Platform",
  });
  expect(required.data).toEqual({
    agreedToTermsAndConditionsRequired: {
      endpoint: `/api/v1/accounts/${id}/terms_and_conditions/agree`,
      method: "POST",
      message: expect.any(String),
    },
  });
  expect(active.data.accountDetails.individualDetails).toMatchObject({ firstName: "Ada" });
});

test.each([
  ["2026-08-20", []],
  ["2026-08-21", ["account.dormant", "account.closed"]],
])(
  "a subscription of version %s receives %j for a dormant and a closed account",
  async (version, names) => {
    const { emulator, events } = emulatorWithEvents();
    subscribe(emulator, version);
    const id = await onboard(emulator);
    const before = events.length;
    emulator.accounts.setStatus(id, "DORMANT");
    emulator.accounts.setStatus(id, "CLOSED");
    await emulator.webhooks.settled();
    expect(events.slice(before).map(({ name }) => name)).toEqual(names);
  },
);

test("account.connected gives the status as the subscription's version names it", async () => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator, "2026-08-20", ["account.connected"]);
  const accountId = await onboard(emulator);
  emulator.accounts.setStatus(accountId, "DORMANT");
  emulator.deliver({ name: "account.connected", accountId });
  await emulator.webhooks.settled();
  expect(events.at(-1)?.data.connected_account_status).toBe("ACTIVE");
});

test("events that were not subscribed to, or happened before, are not sent", async () => {
  const { emulator, events } = emulatorWithEvents();
  await onboard(emulator);
  subscribe(emulator, today, ["account.active"]);
  await onboard(emulator);
  expect(events.map(({ name }) => name)).toEqual(["account.active", "account.active"]);
});

test("a review by the clock is sent with the time at which it was due", async () => {
  const events: Events = [];
  const fetch = async (request: Request) => {
    events.push(JSON.parse(await request.text()));
    return new Response();
  };
  const emulator = createEmulator({
    now: "2026-09-01T10:00:00Z",
    frozen: true,
    reviewAfterMs: 60_000,
    webhooks: { fetch },
  });
  subscribe(emulator, today, ["account.active"]);
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", business);
  await api("POST", `/api/v1/accounts/${body.id}/submit`);
  emulator.clock.advance("1h");
  await emulator.webhooks.settled();
  expect(events).toMatchObject([{ created_at: "2026-09-01T10:01:00+00:00" }]);
});

test("a subscription of a connected account receives the events of that account only", async () => {
  const { emulator, events } = emulatorWithEvents();
  const api = await connect(emulator);
  const { body: mine } = await api("POST", "/api/v1/accounts/create", business);
  const { body: other } = await api("POST", "/api/v1/accounts/create", business);
  const made = await api(
    "POST",
    "/api/v1/webhooks/create",
    { request_id: "1", url: "http://a.localhost/", version: today, events: ["account.submitted"] },
    { "x-on-behalf-of": mine.id },
  );
  expect(made.status).toBe(201);
  await api("POST", `/api/v1/accounts/${other.id}/submit`);
  await api("POST", `/api/v1/accounts/${mine.id}/submit`);
  await emulator.webhooks.settled();
  expect(events.map(({ account_id }) => account_id)).toEqual([mine.id]);
});

test.each(["customer", "account"])("the end of a connection by its %s is sent", async (by) => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator, today, ["connection.disconnected", "account.suspended"]);
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", business);
  emulator.accounts.setStatus(body.id, "ACTIVE");
  const redirectUri = "http://localhost:3000/callback";
  const scope = "account_details:read";
  const back = emulator.oauth.consent({ redirectUri, scope, accountId: body.id });
  const granted = await send(emulator, "POST", "/oauth/token", {
    grant_type: "authorization_code",
    code: new URL(back).searchParams.get("code"),
    redirect_uri: redirectUri,
    client_id: defaultOAuthClientId,
    client_secret: defaultOAuthClientSecret,
  });
  expect(granted.status).toBe(200);
  const [connection] = emulator.oauth.connections;
  const id = connection?.id ?? "";
  if (by === "customer") emulator.oauth.disconnect(id);
  else emulator.accounts.setStatus(body.id, "SUSPENDED");
  await emulator.webhooks.settled();
  if (by === "account") expect(events.shift()).toMatchObject({ name: "account.suspended" });
  expect(events).toEqual([
    {
      id: expect.stringMatching(/^evt_/),
      name: "connection.disconnected",
      account_id: body.id,
      data: {
        id,
        account_id: body.id,
        status: "DISCONNECTED",
        authorized_scopes: ["account_details:read"],
      },
      created_at: "2026-09-01T10:00:00+00:00",
      version: today,
      source_id: id,
    },
  ]);
});

test("every change of a request for information is sent to its account", async () => {
  const { emulator, events } = emulatorWithEvents();
  const names = ["rfi.action_required", "rfi.answered", "rfi.closed"];
  subscribe(emulator, today, names);
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", individual);
  const headers = { "x-on-behalf-of": account.id };
  const asked = { type: "KYC", questions: [{ answer: { type: "TEXT" } }] };
  const { body: rfi } = await api("POST", "/api/v1/simulation/rfis/create", asked, headers);
  const [{ id }] = rfi.active_request.questions;
  const questions = [{ id, answer: { type: "TEXT", text: "Savings" } }];
  await api("POST", `/api/v1/rfis/${rfi.id}/respond`, { questions }, headers);
  await api("POST", `/api/v1/simulation/rfis/${rfi.id}/close`, {}, headers);
  await emulator.webhooks.settled();
  const about = { account_id: account.id, data: { id: rfi.id }, source_id: rfi.id };
  expect(events).toMatchObject(names.map((name) => ({ name, ...about })));
});

test("decisions on amendments and capabilities are sent, with the outcome", async () => {
  const { emulator, events } = emulatorWithEvents();
  subscribe(emulator, today, [
    "account_amendment.approved",
    "account_amendment.rejected",
    "account_capability.pending",
    "account_capability.enabled",
  ]);
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", business);
  emulator.accounts.setStatus(account.id, "ACTIVE");
  const headers = { "x-on-behalf-of": account.id };
  const change = { target: "primary_contact", primary_contact: { mobile: "+61 3 5550 0000" } };
  const made = await api("POST", "/api/v1/account/amendments/create", change, headers);
  const { id } = made.body;
  await api("POST", `/api/v1/simulation/account/amendments/${id}/approve`, {}, headers);
  await api("POST", "/api/v1/account_capabilities/payments_visa/enable", undefined, headers);
  emulator.capabilities.decide(account.id, "payments_visa", { status: "ENABLED" });
  await emulator.webhooks.settled();
  expect(events.map(({ name, account_id, data }) => [name, account_id, data.id])).toEqual([
    ["account_amendment.approved", account.id, id],
    ["account_capability.pending", account.id, "payments_visa"],
    ["account_capability.enabled", account.id, "payments_visa"],
  ]);
});

test("a capability is sent with its time in the format of the subscription's version", async () => {
  const { emulator, events } = emulatorWithEvents();
  for (const version of ["2025-06-30", "2023-12-31"]) {
    subscribe(emulator, version, ["account_capability.enabled"]);
  }
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", business);
  emulator.capabilities.decide(account.id, "payments_visa", { status: "ENABLED" });
  await emulator.webhooks.settled();
  expect(events.map(({ data }) => data.updated_at ?? data.updatedAt)).toEqual([
    expect.stringMatching(/\+0000$/),
    expect.stringMatching(/\+0000$/),
  ]);
});

describe("deliver()", () => {
  test.each(eventNames)(
    "sends %s with data that fits its schema, in both formats",
    async (name) => {
      const { emulator, events } = emulatorWithEvents();
      subscribe(emulator, today, [name]);
      subscribe(emulator, old, [name]);
      const id = emulator.deliver({ name });
      await emulator.webhooks.settled();
      const shapes: { readonly current: Shape<unknown>; readonly legacy?: Shape<unknown> } =
        eventShapes[name as keyof typeof eventShapes];
      const current = events.find((event) => event.id === id);
      expect(await shapes.current.fits(current.data)).toBe(true);
      const legacy = events.find((event) => event.accountId !== undefined);
      if (shapes.legacy) expect(await shapes.legacy.fits(legacy.data)).toBe(true);
      if (legacy) expect(JSON.stringify(legacy.data)).not.toMatch(/"[a-z]+_[a-z_]+":/);
    },
  );

  test("samples have ids in the API's own format, the same for the same account", async () => {
    const about = async (accountId?: string) => {
      const { emulator, events } = emulatorWithEvents();
      subscribe(emulator, today, eventNames);
      for (const name of eventNames) emulator.deliver({ name, accountId });
      await emulator.webhooks.settled();
      return Object.fromEntries(
        events.map(({ name, source_id, data }) => [name, source_id ?? data.id]),
      );
    };
    const ids = await about();
    expect(await about()).toEqual(ids);
    const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(ids).toMatchObject({
      "account.active": expect.stringMatching(/^acct_[\w-]{22}$/),
      "account_amendment.approved": expect.stringMatching(/^amd_[\w-]{22}$/),
      "account_capability.enabled": "payments_visa",
      "charge.new": expect.stringMatching(uuid),
      "connected_account_transfer.new": expect.stringMatching(uuid),
      "connection.disconnected": expect.stringMatching(/^[\w+/]{40,}$/),
      "rfi.closed": expect.stringMatching(uuid),
    });
    expect(ids["charge.settled"]).toBe(ids["charge.new"]);
    expect(new Set(Object.values(ids)).size).toBeGreaterThan(6);
    expect((await about("acct_other"))["charge.new"]).not.toBe(ids["charge.new"]);
  });

  test("sends any event as given", async () => {
    const { emulator, events } = emulatorWithEvents();
    subscribe(emulator, today, ["payment_intent.succeeded"]);
    const event = {
      name: "payment_intent.succeeded",
      accountId: "acct_mine",
      data: { object: { id: "int_1" } },
      id: "evt_mine",
      createdAt: new Date("2026-01-02T03:04:05Z"),
    };
    expect(emulator.deliver(event)).toBe("evt_mine");
    await emulator.webhooks.settled();
    expect(events).toEqual([
      {
        id: "evt_mine",
        name: "payment_intent.succeeded",
        account_id: "acct_mine",
        data: { object: { id: "int_1" } },
        created_at: "2026-01-02T03:04:05+00:00",
        version: today,
      },
    ]);
  });

  test("sends an existing account as it is", async () => {
    const { emulator, events } = emulatorWithEvents();
    const id = await onboard(emulator);
    subscribe(emulator, today, ["account.active"]);
    emulator.deliver({ name: "account.active", accountId: id });
    await emulator.webhooks.settled();
    expect(events).toMatchObject([{ account_id: id, data: { id, status: "ACTIVE" } }]);
  });
});
