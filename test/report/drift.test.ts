import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { chargesRetrieve } from "../../src/generated/endpoints.js";
import { createClient, type DriftEvent, type DriftIssue } from "../../src/index.js";
import { findDrift } from "../../src/report/drift.js";
import type { Shape } from "../../src/schemas/shape.js";
import {
  constructEvent,
  createDriftCheck,
  type DriftCheck,
  signPayload,
  type WebhookDrift,
} from "../../src/webhooks/index.js";
import { account, json, key, startServer } from "../scripted-server.js";

const accountOf = (more: object) => ({ ...account(), ...more });

/** The differences that a client reports while it reads these answers. */
async function reported(
  answers: readonly unknown[],
  validation: "report" | "strict" | "off" = "report",
): Promise<readonly DriftIssue[]> {
  const events: DriftEvent[] = [];
  const server = await startServer({ answers: answers.map((answer) => json(200, answer)) });
  const observer = { onDrift: (event: DriftEvent) => events.push(event) };
  const client = createClient({ ...key, baseUrl: server.url, validation, observer });
  for (const answer of answers) {
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(answer);
  }
  return events.flatMap(({ issues }) => issues);
}

describe("what the API adds", () => {
  const isNew = [
    { path: ["risk_level"], kind: "new_field", message: "is a new field" },
    { path: ["status"], kind: "new_value", message: "is a new value", value: "ON_HOLD" },
  ];

  it.each(["report", "strict"] as const)("passes under %s, and is reported once", async (mode) => {
    const answer = accountOf({ status: "ON_HOLD", risk_level: 3 });
    const issues = await reported([answer, answer, { ...answer, risk_level: 4 }], mode);
    expect(issues.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual(isNew);
  });

  it("is not looked for with validation off", async () => {
    expect(await reported([accountOf({ risk_level: 3 })], "off")).toEqual([]);
  });

  it("is found at any depth, and once whatever the item of a list", async () => {
    const person = { nickname: "Ada" };
    const answer = accountOf({
      account_details: { business_person_details: [person, person], colour: "red" },
    });
    const paths = (await reported([answer])).map(({ path }) => path.join("."));
    expect(paths.toSorted()).toEqual([
      "account_details.business_person_details.0.nickname",
      "account_details.colour",
    ]);
  });

  it("is reported field by field, also when other differences were reported before", async () => {
    const issues = await reported([
      accountOf({ status: "ON_HOLD" }),
      accountOf({ status: "ON_HOLD", risk_level: 3 }),
    ]);
    expect(issues.map(({ kind }) => kind)).toEqual(["new_value", "new_field"]);
  });

  it("is not found in what users put there themselves", async () => {
    expect(await reported([accountOf({ metadata: { anything: "goes" } })])).toEqual([]);
  });

  it("shows no value that does not read like a name in code", async () => {
    const [issue] = await reported([accountOf({ status: "Ada Lovelace, 1 Main Street" })]);
    expect(issue).toEqual({ path: ["status"], kind: "new_value", message: "is a new value" });
  });

  it("is reported by each client for itself", async () => {
    const answer = accountOf({ risk_level: 3 });
    expect(await reported([answer])).toHaveLength(1);
    expect(await reported([answer])).toHaveLength(1);
  });

  it("cannot fill the memory with names", async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`field_${i}`, i]));
    expect(await reported([accountOf(many)])).toHaveLength(1000);
  });
});

describe("a wrong type", () => {
  it.each([
    [undefined, "is missing, expected string or number"],
    [{}, "is an object, expected string or number"],
  ])("of an amount is explained in words: %j", async (amount, message) => {
    const charge = { id: "chg_1", amount };
    const issues = await findDrift(chargesRetrieve.response as Shape<unknown>, charge);
    expect(issues).toContainEqual({ kind: "mismatch", path: ["amount"], message });
  });

  it("is reported once, and refused each time under strict validation", async () => {
    const events: DriftEvent[] = [];
    const server = await startServer({ otherwise: json(200, accountOf({ id: 7 })) });
    const client = createClient({
      ...key,
      baseUrl: server.url,
      validation: "strict",
      observer: { onDrift: (event) => events.push(event) },
    });
    for (let i = 0; i < 3; i++) {
      await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
        code: "unexpected_shape",
        issues: [{ path: ["id"] }],
      });
    }
    expect(events).toMatchObject([
      { shape: "Account", issues: [{ kind: "mismatch", path: ["id"] }] },
    ]);
  });
});

describe("what a webhook event adds", () => {
  const secrets = "whsec_test";
  const deliver = (data: object, driftCheck: DriftCheck) => {
    const event = { id: "evt_1", name: "account.active", account_id: "acct_1", data };
    const body = JSON.stringify(event);
    return constructEvent(body, signPayload(body, { secret: secrets }), { secrets, driftCheck });
  };

  it("is delivered, and reported once to each listener", async () => {
    const hook: WebhookDrift[] = [];
    const heard: unknown[] = [];
    const driftCheck = createDriftCheck((drift) => hook.push(drift));
    const listen = (message: unknown) => heard.push(message);
    subscribe("airwallex-connect:webhook-drift", listen);
    try {
      const data = accountOf({ risk_level: 3 });
      for (let i = 0; i < 3; i++) expect((await deliver(data, driftCheck)).data).toEqual(data);
    } finally {
      unsubscribe("airwallex-connect:webhook-drift", listen);
    }
    const drift = { eventName: "account.active", issues: [{ path: ["risk_level"] }] };
    expect(hook).toMatchObject([drift]);
    expect(heard).toMatchObject([drift]);
  });
});
