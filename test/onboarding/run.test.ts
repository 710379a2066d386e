/** A hundred sellers with faults and a kill halfway, and what becomes of each kind of seller. */

import {
  createClient,
  type MissingItem,
  type OnboardingEvent,
  type OnboardingReport,
  type Seller,
  type ValidationError,
} from "airwallex-connect";
import { createEmulator, failingFileId, startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { expect, test } from "vitest";
import { missingOf as missingOfSources } from "../../src/onboarding/to-do.js";
import type { Store } from "../../src/stores/store.js";
import { business } from "../emulator/inputs.js";
import { prove } from "./proof.js";
import { sellerOf, sellersUpTo } from "./sellers.js";

test("100 sellers get one account each, despite faults and a SIGKILL halfway", async () => {
  const { seen, counts, stepsBeforeKill } = await prove(100, 200);
  expect(stepsBeforeKill).toBe(200);
  expect(Object.values(seen.faults).length).toBeGreaterThan(3);
  expect(Object.keys(seen.accounts).sort()).toEqual(
    [...sellersUpTo(100)].map(({ identifier }) => identifier).sort(),
  );
  expect(new Set(Object.values(seen.accounts))).toEqual(new Set([1]));
  expect(seen.statuses).toEqual({ ACTIVE: 100 });
  expect(counts).toEqual({ total: 100, done: 100, waiting: 0, missing: 0, failed: 0 });
});

async function startSuite(options: Parameters<typeof startEmulator>[0] = {}) {
  const emulator = await startEmulator({ reviewAfterMs: 0, ...options });
  const client = createClient(emulator.clientOptions);
  const identifiers = (): readonly (string | null | undefined)[] =>
    emulator.accounts.list().map(({ identifier }) => identifier);
  const asked = (endpoint: string): number =>
    emulator.requests.filter((request) => request.endpoint === endpoint).length;
  return {
    emulator,
    client,
    identifiers,
    asked,
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** What is missing for the first seller that lacks something. */
function missingOf({ results }: OnboardingReport): readonly MissingItem[] {
  const [found] = results.filter((result) => result.kind === "missing");
  return found?.missing ?? [];
}

test("run() sends nothing more for a submitted account, even if the store has forgotten it", async () => {
  await using suite = await startSuite();
  await suite.client.onboarding.run(sellerOf(1), { store: createMemoryStore() });
  const report = await suite.client.onboarding.run(sellerOf(1), { store: createMemoryStore() });
  expect(report.counts.done).toBe(1);
  expect(suite.identifiers()).toEqual(["seller-1"]);
  for (const endpoint of [
    "accounts.create",
    "files.upload",
    "accounts.update",
    "accounts.submit",
  ]) {
    expect([endpoint, suite.asked(endpoint)]).toEqual([endpoint, 1]);
  }
});

test("run() never takes an account with another identifier for the seller's, whatever the list returns", async () => {
  await using suite = await startSuite();
  const { create, identifier } = sellerOf(10);
  const other = await suite.client.accounts.create({ ...create, identifier });
  const body = { items: [other], has_more: false };
  suite.emulator.faults.always("accounts.list", { status: 200, body });
  const seller: Seller = { ...sellerOf(1), waitFor: "SUBMITTED" };
  const report = await suite.client.onboarding.run(seller, { store: createMemoryStore() });
  expect(report.counts.done).toBe(1);
  expect([...suite.identifiers()].sort()).toEqual(["seller-1", "seller-10"]);
  expect(suite.emulator.accounts.get(other.id)?.status).toBe("CREATED");
});

test("run() takes one seller through every step and reports each", async () => {
  await using suite = await startSuite();
  const events: OnboardingEvent[] = [];
  const seller: Seller = {
    ...sellerOf(1),
    agreeToTerms: { agreed_at: "2026-09-01T00:00:00+0000" },
  };
  const report = await suite.client.onboarding.run(seller, {
    store: createMemoryStore(),
    onProgress: (event) => events.push(event),
  });
  const [account] = suite.emulator.accounts.list();
  const result = {
    kind: "done",
    identifier: "seller-1",
    accountId: account?.id,
    status: "ACTIVE",
  };
  expect(report).toEqual({
    counts: { total: 1, done: 1, waiting: 0, missing: 0, failed: 0 },
    results: [result],
  });
  expect(events.map(({ step }) => step)).toEqual([
    "create",
    "upload",
    "update",
    "submit",
    "agree",
    "wait",
  ]);
  expect(events.at(-1)?.result).toEqual(result);
});

test("run() makes a single request when all sellers are already done", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  await suite.client.onboarding.run(sellersUpTo(3), { store });
  const before = suite.emulator.requests.length;
  const { counts } = await suite.client.onboarding.run(sellersUpTo(3), { store });
  expect(counts.done).toBe(3);
  expect(suite.emulator.requests.length).toBe(before + 1);
});

test("run() does not take what was done on one platform as done on another", async () => {
  await using first = await startSuite();
  await using second = await startSuite({ clientId: "platform2", seed: "another" });
  const store = createMemoryStore();
  await first.client.onboarding.run(sellersUpTo(2), { store });
  const { counts } = await second.client.onboarding.run(sellersUpTo(2), { store });
  expect(counts.done).toBe(2);
  expect(second.identifiers().length).toBe(2);

  const host = encodeURIComponent(new URL(first.emulator.url).host);
  const { keys } = await store.list({ prefix: "airwallex:onboarding:" });
  const { clientId } = first.emulator.clientOptions;
  expect(keys.map(({ key }) => key)).toContain(`airwallex:onboarding:${host}:${clientId}:seller-1`);
});

test("run() keeps separate records per account to act for, and accepts a prefix", async () => {
  await using suite = await startSuite();
  const { client, emulator } = suite;
  const seen: string[] = [];
  const memory = createMemoryStore();
  const store: Store = {
    ...memory,
    read(key) {
      seen.push(key);
      return memory.read(key);
    },
  };
  const { platformId } = emulator.accounts;
  await client.onBehalfOf(platformId).onboarding.run(sellerOf(1), { store });
  await client.withOptions({ loginAs: platformId }).onboarding.run(sellerOf(1), { store });
  await client.onboarding.run(sellerOf(1), { store, keyPrefix: "mine:" });
  const { clientId } = emulator.clientOptions;
  const host = encodeURIComponent(new URL(emulator.url).host);
  const begin = `airwallex:onboarding:${host}:${clientId}`;
  expect(new Set(seen)).toEqual(
    new Set([
      `${begin}:${platformId}:seller-1`,
      `${begin}%2F${platformId}:seller-1`,
      "mine:seller-1",
    ]),
  );
});

test("run() with a refused key reports nobody as done, whatever the store holds", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  await suite.client.onboarding.run(sellersUpTo(3), { store });
  const stranger = createClient({ ...suite.emulator.clientOptions, apiKey: "wrong" });
  await expect(stranger.onboarding.run(sellersUpTo(3), { store })).rejects.toMatchObject({
    code: "login_refused",
  });
});

test("run() survives an outage at the start", async () => {
  await using suite = await startSuite();
  for (let i = 0; i < 2; i++) suite.emulator.faults.next("accounts.list", { status: 503 });
  const client = suite.client.withOptions({ maxRetries: 0 });
  const { counts } = await client.onboarding.run(sellerOf(1), { store: createMemoryStore() });
  expect(counts.done).toBe(1);
});

test("run() finds the account of a seller whom the store does not know", async () => {
  await using suite = await startSuite();
  const { identifier, create } = sellerOf(1);
  const { id } = await suite.client.accounts.create({ ...create, identifier });
  const { results } = await suite.client.onboarding.run(sellerOf(1), {
    store: createMemoryStore(),
  });
  expect(results[0]).toMatchObject({ kind: "done", accountId: id });
  expect(suite.identifiers()).toEqual([identifier]);
});

test("run() continues after a crash behind any step, and repeats at most that one", async () => {
  for (let writes = 1; writes <= 5; writes++) {
    await using suite = await startSuite();
    const memory = createMemoryStore();
    await suite.client.onboarding
      .run(sellerOf(1), { store: dyingAfter(memory, writes) })
      .catch(() => undefined);
    const { counts } = await suite.client.onboarding.run(sellerOf(1), { store: memory });
    expect(counts).toMatchObject({ done: 1 });
    expect(suite.identifiers()).toEqual(["seller-1"]);
    // The write after a step was lost, so that one step may be done twice, but no second account is opened.
    const twice = ["files.upload", "accounts.update"].filter((name) => suite.asked(name) > 1);
    expect(twice.length).toBeLessThanOrEqual(1);
    expect(suite.asked("accounts.create")).toBeLessThanOrEqual(writes === 1 ? 2 : 1);
    expect(suite.asked("accounts.submit")).toBeLessThanOrEqual(2);
  }
});

/** A store that fails after that many writes, for good. */
function dyingAfter(store: Store, writes: number): Store {
  let left = writes;
  return {
    ...store,
    async compareAndSet(key, write) {
      if (left-- <= 0) throw new Error("The store is away");
      return store.compareAndSet(key, write);
    },
  };
}

test("two simultaneous runs of the same sellers share the work", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  const other = createClient(suite.emulator.clientOptions);
  // Answers are slow, so that both runs often work on the same seller.
  suite.emulator.faults.always("accounts.list", { delayMs: 30 });
  const reports = await Promise.all([
    suite.client.onboarding.run(sellersUpTo(20), { store, concurrency: 8 }),
    other.onboarding.run(sellersUpTo(20), { store, concurrency: 8 }),
  ]);
  expect(reports.map(({ counts }) => counts.done)).toEqual([20, 20]);
  expect(suite.identifiers().length).toBe(20);
  expect(new Set(suite.identifiers()).size).toBe(20);
  expect(suite.asked("accounts.create")).toBe(20);
  expect(suite.asked("accounts.submit")).toBe(20);
});

test("run() gives up when nothing can be reached, even if another run keeps trying", async () => {
  const emulator = createEmulator();
  const client = createClient({ ...emulator.clientOptions, maxRetries: 0 });
  emulator.faults.always("accounts.create", { status: 503 });
  const memory = createMemoryStore();
  let asked = 0;
  // The other run holds the lease whenever this one has paused.
  const store: Store = {
    ...memory,
    withLease: async (key, options, work) =>
      asked++ % 2 === 1 ? { kind: "busy" } : memory.withLease(key, options, work),
  };
  const { counts } = await client.onboarding.run(sellerOf(1), { store });
  expect(counts.failed).toBe(1);
});

test("run() reports what is missing from a refused submission, and takes the correction", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  const { update: _, ...incomplete } = sellerOf(1);
  const sellers = [incomplete, sellerOf(2)];
  const first = await suite.client.onboarding.run(sellers, { store });
  expect(first.counts).toMatchObject({ done: 1, missing: 1, failed: 0 });
  expect(first.results[0]).toMatchObject({ kind: "missing", identifier: "seller-1" });
  const accountId = first.results[0]?.accountId;
  const path = "account_details.individual_details.first_name";
  expect(missingOf(first)).toContainEqual({
    kind: "provide_field",
    path,
    what: "Provide the first name",
    why: `field [${path}] is required.`,
    code: "field_required",
    next: {
      method: "accounts.update",
      id: accountId,
      params: { account_details: { individual_details: { first_name: "<text>" } } },
      afterwards: "accounts.submit",
    },
  });
  const second = await suite.client.onboarding.run([sellerOf(1), sellerOf(2)], { store });
  expect(second.counts).toMatchObject({ done: 2 });
  expect(suite.identifiers().length).toBe(2);
});

test("run() reports what a review asks for", async () => {
  await using suite = await startSuite();
  const { create, ...rest } = sellerOf(1);
  const agreements = { agreed_to_data_usage: true, agreed_to_terms_and_conditions: false };
  const seller = { ...rest, create: { ...create, customer_agreements: agreements } };
  const { results } = await suite.client.onboarding.run(seller, { store: createMemoryStore() });
  expect(results[0]).toMatchObject({
    kind: "missing",
    missing: [{ kind: "agree_to_terms", next: { method: "accounts.agreeToTerms" } }],
  });
});

test("run() refers to the persons of a business by their ids, and quotes no personal data, when a submission is refused", async () => {
  await using suite = await startSuite();
  const { business_person_details: people, business_details } = business.account_details;
  const broken = people.map((person) => ({ ...person, nationality: undefined }));
  const seller = {
    identifier: "engines",
    create: business,
    update: { account_details: { business_details, business_person_details: broken } },
  };
  const report = await suite.client.onboarding.run(seller, { store: createMemoryStore() });
  const [account] = suite.emulator.accounts.list();
  const ids = account?.account_details?.business_person_details?.map(({ person_id }) => person_id);
  expect(ids?.length).toBeGreaterThan(0);
  expect(missingOf(report)[0]?.next).toMatchObject({
    params: {
      account_details: {
        business_person_details: ids?.map((person_id) => ({ person_id, nationality: "<country>" })),
      },
    },
  });
  const [{ first_name, last_name, date_of_birth, email }] = people;
  const text = JSON.stringify(report);
  for (const personal of [first_name, last_name, date_of_birth, email, "200 Collins Street"]) {
    expect(text).not.toContain(personal);
  }
});

test("run() finds the questions that a review waits for, continues with it, and quotes no reviewer", async () => {
  await using suite = await startSuite({ reviewAfterMs: undefined });
  const store = createMemoryStore();
  const options = { store, reviewTimeoutMs: 0 };
  const sellers = [sellerOf(1), sellerOf(2)];
  const first = await suite.client.onboarding.run(sellers, options);
  expect(first.counts).toMatchObject({ waiting: 2, missing: 0 });
  const accountId = first.results[0]?.accountId ?? "";
  const asked = suite.client.onBehalfOf(accountId);
  const rfi = await asked.simulation.rfis.create({ type: "KYC" });

  const lists = suite.asked("rfis.list");
  const second = await suite.client.onboarding.run(sellers, options);
  expect(second.counts).toMatchObject({ waiting: 1, missing: 1 });
  // Both waits begin at once, so one list serves them. In the first run the accounts are submitted one after
  // the other, and how far apart depends on the machine.
  expect(suite.asked("rfis.list")).toBe(lists + 1);
  const questions = rfi.active_request?.questions ?? [];
  expect(missingOf(second)).toMatchObject([
    {
      kind: "answer_question",
      path: "questions[0]",
      what: "Upload a file",
      why: undefined,
      code: "PROOF_OF_ADDRESS",
      next: {
        method: "rfis.respond",
        id: rfi.id,
        onBehalfOf: accountId,
        params: { questions: [{ id: questions[0]?.id }] },
      },
    },
    { kind: "answer_question", path: "questions[1]", what: "Answer in words" },
  ]);
  const { title } = questions[0] ?? {};
  expect(title?.en).toBe("Upload a proof of address");
  expect(JSON.stringify(second)).not.toContain(title?.en);

  await asked.simulation.rfis.close(rfi.id);
  const review = { next_status: "ACTIVE" } as const;
  await suite.client.simulation.accounts.updateStatus(accountId, review);
  const uploads = suite.asked("files.upload");
  const third = await suite.client.onboarding.run(sellers, options);
  expect(third.counts).toMatchObject({ done: 1, waiting: 1 });
  expect(suite.asked("files.upload")).toBe(uploads);
});

test("run() advises looking for questions when the key may not read them", async () => {
  await using suite = await startSuite({ requireOwnerConsent: true });
  suite.emulator.faults.always("rfis.list", { status: 403 });
  const seller = { identifier: "engines", create: business };
  const report = await suite.client.onboarding.run(seller, { store: createMemoryStore() });
  expect(missingOf(report)).toMatchObject([
    {
      kind: "look_at_rfis",
      why: "The owner of the account has not approved the connection to the platform.",
      next: { method: "rfis.list", onBehalfOf: report.results[0]?.accountId },
    },
  ]);
});

test("a report contains no personal data, whatever the API says", async () => {
  await using suite = await startSuite();
  const { update, ...rest } = sellerOf(1);
  const failing = {
    ...rest,
    update: () => (update as (ids: object) => object)({ passport: failingFileId }),
  };
  const report = await suite.client.onboarding.run(failing, { store: createMemoryStore() });
  expect(missingOf(report).map(({ kind }) => kind)).toContain("replace_identification");
  expect(JSON.stringify(report)).not.toMatch(/Ada|Lovelace|example\.com|PA1234567|1990/);
  expect(JSON.stringify(report)).not.toContain(failingFileId);
});

test("personal data in the API's messages is removed from a report", () => {
  const [item] = missingOfSources([
    {
      id: "acct_1",
      status: "ACTION_REQUIRED",
      created_at: "2026-09-01T10:00:00+0000",
      account_details: { individual_details: { first_name: "Ada", last_name: "Lovelace" } },
      requirements: { other: [{ message: "Call Ada Lovelace, ada@example.com" }] },
    },
  ]);
  expect(item?.why).toBe("Call [redacted] [redacted], [redacted]");
});

test("run() fails on a refusal that names nothing a seller could provide", async () => {
  await using suite = await startSuite();
  suite.emulator.faults.next("accounts.submit", {
    status: 400,
    body: { code: "operation_failed", message: "No." },
  });
  const { results } = await suite.client.onboarding.run(sellerOf(1), {
    store: createMemoryStore(),
  });
  expect(results[0]).toMatchObject({
    kind: "failed",
    step: "submit",
    error: { apiCode: "operation_failed" },
  });
});

test("run() reports who is still waiting, and who is done once submitted", async () => {
  await using suite = await startSuite({ reviewAfterMs: undefined });
  const sellers = [sellerOf(1), { ...sellerOf(2), waitFor: "SUBMITTED" } as const];
  const options = { store: createMemoryStore(), reviewTimeoutMs: 0 };
  const { results } = await suite.client.onboarding.run(sellers, options);
  expect(results).toMatchObject([
    { kind: "waiting", status: "SUBMITTED" },
    { kind: "done", status: "SUBMITTED" },
  ]);
});

test("the failure of one seller stops no other, and shows no personal data", async () => {
  await using suite = await startSuite();
  const broken = { ...sellerOf(1), update: () => ({ nickname: 7 }) } as unknown as Seller;
  const nameless = { ...sellerOf(2), identifier: "" };
  const sellers = [broken, nameless, sellerOf(3), sellerOf(3)];
  const { results, counts } = await suite.client.onboarding.run(sellers, {
    store: createMemoryStore(),
  });
  expect(counts).toEqual({ total: 4, done: 1, waiting: 0, missing: 0, failed: 3 });
  expect(results.map(({ kind }) => kind)).toEqual(["failed", "failed", "done", "failed"]);
  expect(results[0]).toMatchObject({ step: "update", error: { code: "invalid_input" } });
  expect(JSON.stringify(results)).not.toContain("example.com");
});

test("run() checks everything that a seller sends before its first call, and reports every problem", async () => {
  await using suite = await startSuite();
  const { create } = sellerOf(1);
  const broken = {
    identifier: "broken",
    create: { ...create, primary_contact: { mail: "ada@example.com" } },
    files: {
      none: "./no-such-file.png",
      nameless: Buffer.from("a"),
      long: { file: Buffer.from("a"), name: "a.png", notes: "x".repeat(51) },
    },
    update: (ids: Readonly<Record<string, string>>) => ({
      account_details: {
        individual_details: { firstname: "Ada", live_selfie_file_id: ids["none"] },
      },
    }),
    agreeToTerms: { agreed: true },
  } as unknown as Seller;
  const store = createMemoryStore();
  const { results } = await suite.client.onboarding.run([broken, sellerOf(1)], { store });
  expect(results[0]).toMatchObject({ kind: "failed", step: "create", accountId: undefined });
  expect(results[1]).toMatchObject({ kind: "done" });
  const { issues } = (results[0] as unknown as { error: ValidationError }).error;
  expect(issues.map(({ path, message }) => [path.join("."), message])).toEqual([
    ["create.primary_contact.mail", "is not a known field"],
    ["files.none", "does not exist, expected the path of a file"],
    ["files.nameless.name", "is missing, expected a file name for bytes and streams"],
    ["files.long.notes", "is 51 characters long, expected at most 50"],
    ["update.account_details.individual_details.firstname", "is not a known field"],
    ["agreeToTerms.agreed", "is not a known field"],
  ]);
  expect(suite.identifiers()).toEqual(["seller-1"]);
  expect(suite.asked("files.upload")).toBe(1);
});

test("run() checks the members of a seller itself, and sends nothing for one that is misspelt", async () => {
  await using suite = await startSuite();
  const { update, ...rest } = sellerOf(1);
  const misspelt = {
    ...{ ...rest, udpate: update, waitfor: "SUBMITTED" },
    ...{ files: "./passport.png", agreeToTerms: "yes", waitFor: "SUBMITED", internal: 1 },
  } as unknown as Seller;
  const { results } = await suite.client.onboarding.run(misspelt, { store: createMemoryStore() });
  expect(results[0]).toMatchObject({ kind: "failed", step: "create", accountId: undefined });
  const { issues } = (results[0] as unknown as { error: ValidationError }).error;
  expect(issues).toEqual([
    { path: ["udpate"], message: "is not a known field", suggestion: "update" },
    { path: ["waitfor"], message: "is not a known field", suggestion: "waitFor" },
    { path: ["internal"], message: "is not a known field" },
    { path: ["files"], message: "is a string, expected an object of files by name" },
    {
      path: ["agreeToTerms"],
      message: "is a string, expected true, or the evidence as an object",
    },
    {
      path: ["waitFor"],
      message: "is not allowed, expected one of ACTIVE, SUBMITTED",
      suggestion: "SUBMITTED",
    },
  ]);
  expect(suite.identifiers()).toEqual([]);
});

test("run() does not check the steps that a seller has already passed", async () => {
  await using suite = await startSuite({ reviewAfterMs: undefined });
  const store = createMemoryStore();
  const options = { store, reviewTimeoutMs: 0 };
  await suite.client.onboarding.run(sellerOf(1), options);
  const { identifier } = sellerOf(1);
  const { results } = await suite.client.onboarding.run(
    { identifier, create: {}, files: { gone: "./gone.png" } } as unknown as Seller,
    options,
  );
  expect(results[0]).toMatchObject({ kind: "waiting" });
});

test("the store holds ids and steps, and no personal data", async () => {
  await using suite = await startSuite();
  const written: string[] = [];
  const memory = createMemoryStore();
  const store: Store = {
    ...memory,
    compareAndSet(key, write) {
      written.push(write.value);
      return memory.compareAndSet(key, write);
    },
  };
  await suite.client.onboarding.run(sellerOf(1), { store });
  const members = written.flatMap((value) => Object.keys(JSON.parse(value)));
  expect(new Set(members)).toEqual(new Set(["stage", "accountId", "fileIds", "status"]));
  expect(written.join()).not.toMatch(/Ada|Lovelace|example\.com|PA1234567|1990/);
});

test("run() stops with the signal's reason, and continues when it is run again", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  const controller = new AbortController();
  const reason = new Error("enough");
  let steps = 0;
  const onProgress = (): void => {
    if (++steps === 10) controller.abort(reason);
  };
  const options = { store, onProgress, signal: controller.signal };
  await expect(suite.client.onboarding.run(sellersUpTo(10), options)).rejects.toBe(reason);
  const { counts } = await suite.client.onboarding.run(sellersUpTo(10), { store });
  expect(counts.done).toBe(10);
  expect(suite.identifiers().length).toBe(10);
});

test("run() rejects when the key is refused, and with the error that its input throws", async () => {
  await using suite = await startSuite();
  const stranger = createClient({ ...suite.emulator.clientOptions, apiKey: "wrong" });
  await expect(
    stranger.onboarding.run(sellersUpTo(200), { store: createMemoryStore() }),
  ).rejects.toMatchObject({ code: "login_refused" });
  expect(suite.asked("authentication.login")).toBeLessThan(5);

  const unreadable = (async function* () {
    yield sellerOf(1);
    throw new Error("line 2 is torn");
  })();
  await expect(
    suite.client.onboarding.run(unreadable, { store: createMemoryStore() }),
  ).rejects.toThrow("line 2 is torn");
  await expect(suite.client.onboarding.run([], {} as never)).rejects.toThrow(
    "store is not a store",
  );
});

test("run() stops while its input is waiting for the next seller", async () => {
  await using suite = await startSuite();
  const controller = new AbortController();
  const waiting = (async function* () {
    yield sellerOf(1);
    controller.abort(new Error("enough"));
    await new Promise(() => undefined);
  })();
  const options = { store: createMemoryStore(), signal: controller.signal };
  await expect(suite.client.onboarding.run(waiting, options)).rejects.toThrow("enough");
});

test("run() closes its input when it stops before the end", async () => {
  await using suite = await startSuite();
  suite.emulator.faults.always("accounts.create", { status: 401 });
  for (const kind of ["sync", "async"]) {
    let closed = false;
    const end = (): void => {
      closed = true;
    };
    const input = kind === "sync" ? endless(end) : endlessly(end);
    const run = suite.client.onboarding.run(input, { store: createMemoryStore() });
    await expect(run).rejects.toMatchObject({ code: "token_refused" });
    await expect.poll(() => closed).toBe(true);
  }
});

function* endless(end: () => void): Generator<Seller> {
  try {
    for (let i = 1; ; i++) yield sellerOf(i);
  } finally {
    end();
  }
}

async function* endlessly(end: () => void): AsyncGenerator<Seller> {
  yield* endless(end);
}

test("run() accepts an empty list, and fails repeated sellers and those without an identifier", async () => {
  await using suite = await startSuite();
  const store = createMemoryStore();
  const nobody = await suite.client.onboarding.run([], { store });
  expect(nobody).toEqual({
    counts: { total: 0, done: 0, waiting: 0, missing: 0, failed: 0 },
    results: [],
  });
  const odd = [sellerOf(1), null, { ...sellerOf(2), identifier: "" }, sellerOf(1)];
  const { results } = await suite.client.onboarding.run(odd as Seller[], { store });
  expect(results.map(({ kind }) => kind)).toEqual(["done", "failed", "failed", "failed"]);
  expect(suite.identifiers()).toEqual(["seller-1"]);
});

test("run() begins no more sellers at once than it can hold, however high the rate limits are", async () => {
  const emulator = createEmulator({ reviewAfterMs: 0 });
  const rateLimit = { perSecond: 1e8, perEndpointPerSecond: 1e8 };
  const client = createClient({ ...emulator.clientOptions, rateLimit });
  const { counts } = await client.onboarding.run([sellerOf(1)], { store: createMemoryStore() });
  expect(counts.done).toBe(1);
});

test.each([0, -1, 1.5, 1001, 1e9, Number.NaN, Number.POSITIVE_INFINITY])(
  "run() refuses a concurrency of %d",
  async (concurrency) => {
    await using suite = await startSuite();
    const run = suite.client.onboarding.run([], { store: createMemoryStore(), concurrency });
    await expect(run).rejects.toThrow(
      `Cannot run onboarding: concurrency is ${concurrency}, expected a whole number from 1 to 1000`,
    );
  },
);

test("run() refuses missing and unknown options", async () => {
  await using suite = await startSuite();
  const { run } = suite.client.onboarding;
  await expect(run([], undefined as never)).rejects.toThrow(
    "Cannot run onboarding: the options are missing, expected an object",
  );
  await expect(run([], {} as never)).rejects.toThrow("Cannot run onboarding: store is not a store");
  await expect(run([], { store: createMemoryStore(), reviewIntervalMs: 0 })).rejects.toThrow(
    "reviewIntervalMs is 0, expected a number above 0",
  );
  const options = { store: createMemoryStore(), onprogress: () => {} };
  await expect(run([], options)).rejects.toThrow('did you mean "onProgress"');
});
