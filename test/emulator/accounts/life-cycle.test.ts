/** The status machine: every transition that is allowed, and every one that is not. */

import { createEmulator, type RunningEmulator, startEmulator } from "airwallex-connect/emulator";
import { expect, test } from "vitest";
import { type Api, connect } from "../api.js";
import { agreed, business, individual, minimal } from "../inputs.js";

const statuses = [
  "CREATED",
  "SUBMITTED",
  "ACTION_REQUIRED",
  "ACTIVE",
  "SUSPENDED",
  "DORMANT",
  "CLOSED",
] as const;

type Status = (typeof statuses)[number];

const calls: Readonly<Record<string, (api: Api, id: string) => ReturnType<Api>>> = {
  update: (api, id) => api("POST", `/api/v1/accounts/${id}/update`, { nickname: "New" }),
  submit: (api, id) => api("POST", `/api/v1/accounts/${id}/submit`),
  suspend: (api, id) => api("POST", `/api/v1/accounts/${id}/suspend`, {}),
  reactivate: (api, id) => api("POST", `/api/v1/accounts/${id}/reactivate`, {}),
  agree: (api, id) => api("POST", `/api/v1/accounts/${id}/terms_and_conditions/agree`, {}),
  activate: (api, id) =>
    api("POST", `/api/v1/simulation/accounts/${id}/update_status`, { next_status: "ACTIVE" }),
  reject: (api, id) =>
    api("POST", `/api/v1/simulation/accounts/${id}/update_status`, { next_status: "SUSPENDED" }),
};

/** What each call does in each status: the status afterwards, or the code of the refusal. */
const machine: Readonly<Record<string, Readonly<Record<Status, string>>>> = {
  update: {
    CREATED: "CREATED",
    SUBMITTED: "can_not_be_edited",
    ACTION_REQUIRED: "ACTION_REQUIRED",
    ACTIVE: "can_not_be_edited",
    SUSPENDED: "can_not_be_edited",
    DORMANT: "can_not_be_edited",
    CLOSED: "can_not_be_edited",
  },
  submit: {
    CREATED: "SUBMITTED",
    SUBMITTED: "invalid_argument",
    ACTION_REQUIRED: "SUBMITTED",
    ACTIVE: "invalid_argument",
    SUSPENDED: "invalid_argument",
    DORMANT: "invalid_argument",
    CLOSED: "invalid_argument",
  },
  suspend: {
    CREATED: "invalid_argument",
    SUBMITTED: "invalid_argument",
    ACTION_REQUIRED: "invalid_argument",
    ACTIVE: "SUSPENDED",
    SUSPENDED: "invalid_argument",
    DORMANT: "invalid_argument",
    CLOSED: "invalid_argument",
  },
  reactivate: {
    CREATED: "invalid_argument",
    SUBMITTED: "invalid_argument",
    ACTION_REQUIRED: "invalid_argument",
    ACTIVE: "invalid_argument",
    SUSPENDED: "ACTIVE",
    DORMANT: "invalid_argument",
    CLOSED: "invalid_argument",
  },
  agree: {
    CREATED: "CREATED",
    SUBMITTED: "SUBMITTED",
    ACTION_REQUIRED: "ACTIVE",
    ACTIVE: "ACTIVE",
    SUSPENDED: "SUSPENDED",
    DORMANT: "DORMANT",
    CLOSED: "CLOSED",
  },
  activate: {
    CREATED: "bad_request",
    SUBMITTED: "ACTIVE",
    ACTION_REQUIRED: "bad_request",
    ACTIVE: "bad_request",
    SUSPENDED: "bad_request",
    DORMANT: "bad_request",
    CLOSED: "bad_request",
  },
  reject: {
    CREATED: "bad_request",
    SUBMITTED: "SUSPENDED",
    ACTION_REQUIRED: "bad_request",
    ACTIVE: "bad_request",
    SUSPENDED: "bad_request",
    DORMANT: "bad_request",
    CLOSED: "bad_request",
  },
};

/** Brings a new individual's account, without agreement to the terms, to a status. */
async function reach(emulator: RunningEmulator, api: Api, status: Status): Promise<string> {
  const { body } = await api("POST", "/api/v1/accounts/create", {
    ...individual,
    customer_agreements: { ...agreed, agreed_to_terms_and_conditions: false },
  });
  const simulate = (next_status: string, force: boolean) =>
    api("POST", `/api/v1/simulation/accounts/${body.id}/update_status`, { next_status, force });
  if (status === "CREATED") return body.id;
  await calls["submit"]?.(api, body.id);
  if (status === "SUBMITTED") return body.id;
  await simulate("ACTIVE", status !== "ACTION_REQUIRED");
  if (status === "SUSPENDED") await calls["suspend"]?.(api, body.id);
  if (status === "DORMANT" || status === "CLOSED") emulator.accounts.setStatus(body.id, status);
  return body.id;
}

const ways = Object.entries(machine).flatMap(([call, outcomes]) =>
  statuses.map((from) => ({ call, from, outcome: outcomes[from] })),
);

test.each(ways)("$call from $from leads to $outcome", async ({ call, from, outcome }) => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const id = await reach(emulator, api, from);
  expect(emulator.accounts.get(id)?.status).toBe(from);
  const answer = await calls[call]?.(api, id);
  const succeeds = (statuses as readonly string[]).includes(outcome);
  // Suspending and reactivating answer all accounts of the legal entity.
  const [account] = [answer?.body].flat();
  if (succeeds) expect([answer?.status, account.status]).toEqual([200, outcome]);
  else expect(answer).toMatchObject({ status: 400, body: { code: outcome } });
  expect(emulator.accounts.get(id)?.status).toBe(succeeds ? outcome : from);
});

test("submit names every missing field, the first one as its source, and leaves the account CREATED", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body: account } = await api("POST", "/api/v1/accounts/create", {
    ...individual,
    account_details: { legal_entity_type: "INDIVIDUAL", individual_details: { first_name: "Ada" } },
  });
  const { status, body } = await api("POST", `/api/v1/accounts/${account.id}/submit`);
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: "field_required",
    source: "account_details.individual_details.last_name",
    message: "field [account_details.individual_details.last_name] is required.",
  });
  expect(body.details.errors).toContainEqual({
    source: "account_details.individual_details.date_of_birth",
    code: "field_required",
    message: "field [account_details.individual_details.date_of_birth] is required.",
  });
  expect(body.details.errors.length).toBeGreaterThan(4);
  expect(emulator.accounts.get(account.id)?.status).toBe("CREATED");
});

test("submit lets individuals be identified later if deferredIdentityVerification is set", async () => {
  const details = individual.account_details.individual_details;
  const unidentified = {
    ...individual,
    account_details: {
      ...individual.account_details,
      individual_details: { ...details, identifications: undefined },
    },
  };
  await using strict = await startEmulator();
  await using deferring = await startEmulator({ deferredIdentityVerification: true });
  for (const [emulator, status] of [[strict, 400] as const, [deferring, 200] as const]) {
    const api = await connect(emulator);
    const { body } = await api("POST", "/api/v1/accounts/create", unidentified);
    expect((await api("POST", `/api/v1/accounts/${body.id}/submit`)).status).toBe(status);
  }
});

test("reactivate refuses an account that the review suspended", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const id = await reach(emulator, api, "SUBMITTED");
  const rejected = await calls["reject"]?.(api, id);
  expect(rejected?.body.suspend_details).toEqual([
    { code: "SUSPENDED_BY_AIRWALLEX", suspended_at: expect.any(String) },
  ]);
  expect(await calls["reactivate"]?.(api, id)).toMatchObject({
    status: 400,
    body: { code: "invalid_argument" },
  });
});

test("reactivate refuses an account that a test suspended, even after an earlier suspension by the platform", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", minimal);
  emulator.accounts.setStatus(body.id, "ACTIVE");
  await calls["suspend"]?.(api, body.id);
  await calls["reactivate"]?.(api, body.id);
  const { suspend_details } = emulator.accounts.setStatus(body.id, "SUSPENDED");
  expect(suspend_details).toMatchObject([
    { code: "SUSPENDED_BY_PLATFORM" },
    { code: "SUSPENDED_BY_AIRWALLEX" },
  ]);
  const refused = await calls["reactivate"]?.(api, body.id);
  expect(refused?.body.code).toBe("invalid_argument");
});

test("suspend and reactivate are recorded on the account, with the message", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const id = await reach(emulator, api, "ACTIVE");
  const path = `/api/v1/accounts/${id}`;
  const suspended = await api("POST", `${path}/suspend`, { message: "Too many chargebacks" });
  const suspension = {
    code: "SUSPENDED_BY_PLATFORM",
    message: "Too many chargebacks",
    suspended_at: "2026-09-01T10:00:00+00:00",
  };
  expect(suspended.body).toMatchObject([
    { id, suspend_details: [suspension], reactivate_details: null },
  ]);
  emulator.clock.advance("1h");
  const again = await connect(emulator);
  const { body } = await again("POST", `${path}/reactivate`, { message: "Settled" });
  const reactivation = { message: "Settled", reactivated_at: "2026-09-01T11:00:00+00:00" };
  expect(body).toMatchObject([{ suspend_details: [suspension], reactivate_details: reactivation }]);
  // Only an active account shows that it was reactivated.
  const { body: once } = await again("POST", `${path}/suspend`, {});
  expect(once).toMatchObject([{ suspend_details: [{}, {}], reactivate_details: null }]);
});

test("suspend and reactivate act on every account of the legal entity, and on no other", async () => {
  const emulator = createEmulator();
  const api = await connect(emulator);
  const { body: first } = await api("POST", "/api/v1/accounts/create", minimal);
  const { body: stranger } = await api("POST", "/api/v1/accounts/create", minimal);
  for (const { id } of [first, stranger]) emulator.accounts.setStatus(id, "ACTIVE");
  const open = async (): Promise<string> => {
    const account_details = { legal_entity_id: first.account_details.legal_entity_id };
    const { body } = await api("POST", "/api/v1/accounts/create", { ...minimal, account_details });
    return body.id;
  };
  const [second, third] = [await open(), await open()];
  // Airwallex suspends a single account, and the platform cannot undo that.
  emulator.accounts.setStatus(third, "SUSPENDED");

  const suspended = await calls["suspend"]?.(api, second);
  const seen = (accounts: { id: string; status: string }[]) =>
    accounts.map(({ id, status }) => [id, status]);
  expect(seen(suspended?.body)).toEqual([
    [first.id, "SUSPENDED"],
    [second, "SUSPENDED"],
    [third, "SUSPENDED"],
  ]);
  const reactivated = await calls["reactivate"]?.(api, first.id);
  expect(seen(reactivated?.body)).toEqual([
    [first.id, "ACTIVE"],
    [second, "ACTIVE"],
    [third, "SUSPENDED"],
  ]);
  expect(emulator.accounts.get(stranger.id)?.status).toBe("ACTIVE");
});

test("agree records when, where and to what", async () => {
  await using emulator = await startEmulator({ now: "2026-09-01T10:00:00Z", frozen: true });
  const api = await connect(emulator);
  const id = await reach(emulator, api, "CREATED");
  const path = `/api/v1/accounts/${id}/terms_and_conditions/agree`;
  const empty = await api("POST", path);
  expect(empty.body.customer_agreements).toMatchObject({
    agreed_to_terms_and_conditions: true,
    terms_and_conditions: {
      agreed_at: "2026-09-01T10:00:00+00:00",
      device_data: {},
      service_agreement_type: "FULL",
    },
  });
  const terms = {
    agreed_at: "2026-08-31T09:00:00+00:00",
    device_data: { ip_address: "203.0.113.7", user_agent: "Firefox" },
    service_agreement_type: "RECIPIENT",
  };
  const full = await api("POST", path, terms);
  expect(full.body.customer_agreements.terms_and_conditions).toEqual(terms);
});

test("a business account created from the inputs is ready to be submitted", async () => {
  await using emulator = await startEmulator();
  const api = await connect(emulator);
  const { body } = await api("POST", "/api/v1/accounts/create", business);
  expect((await api("POST", `/api/v1/accounts/${body.id}/submit`)).body.status).toBe("SUBMITTED");
});
