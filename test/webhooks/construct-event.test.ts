import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { WebhookPayloadError } from "airwallex-connect";
import {
  constructEvent,
  createDriftCheck,
  type WebhookDrift,
  type WebhookEvent,
} from "airwallex-connect/webhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { envelope, fixture, secret, signed } from "./deliveries.js";

const options = { secrets: secret };

const read = (body: string | Buffer, more = {}): Promise<WebhookEvent> =>
  constructEvent(body, signed(body), { ...options, ...more });

describe("constructEvent()", () => {
  it.each([
    ["account.active.legacy", "legacy"],
    ["account.connected.legacy", "legacy"],
    ["account.action_required.legacy", "legacy"],
    ["account.submitted", "current"],
  ])("reads the documented %s, and drops nothing", async (name, format) => {
    const body = fixture(name);
    const drifts: WebhookDrift[] = [];
    const event = await read(body, { driftCheck: createDriftCheck((drift) => drifts.push(drift)) });
    const raw = JSON.parse(body.toString());
    expect(event.raw).toEqual(raw);
    expect(event.data).toEqual(raw.data);
    expect(event).toMatchObject({ id: raw.id, name: raw.name, format });
    expect(event.accountId).toBe(raw.accountId ?? raw.account_id);
    expect(drifts).toEqual([]);
  });

  it("narrows the type by name and format", async () => {
    const event = await read(fixture("account.active.legacy"));
    if (event.name !== "account.active" || event.format !== "legacy")
      throw new Error("not narrowed");
    expect(event.data.accountDetails?.businessDetails?.businessName).toBe("Swift Concrete Pty Ltd");
    const asked = await read(fixture("account.action_required.legacy"));
    if (asked.name !== "account.action_required" || asked.format !== "legacy") throw new Error();
    expect(asked.data.agreedToTermsAndConditionsRequired?.method).toBe("POST");
  });

  it("writes times in one form that can be compared as strings", async () => {
    const times = [
      "2023-07-13T10:51:25+0000",
      "2023-07-13T10:51:25+00:00",
      "2023-07-13T18:51:25+08:00",
    ];
    for (const created_at of times) {
      const { createdAt } = await read(envelope({ created_at }));
      expect(createdAt).toBe("2023-07-13T10:51:25.000Z");
    }
    for (const created_at of [
      "2024-02-29T23:59:59Z",
      "2024-01-01T00:00:00+0000",
      "2023-12-31T00:00:00+00:00",
      "2023-12-28T10:51:25.5Z",
      "2023-12-28T10:51:25-0100",
    ]) {
      const { createdAt } = await read(envelope({ created_at }));
      expect(createdAt).toBe(new Date(created_at).toISOString());
    }
    for (const created_at of [undefined, null, "soon", 7, "2023-13-13T10:51:25+0000"]) {
      expect((await read(envelope({ created_at }))).createdAt).toBeUndefined();
    }
    expect(Math.abs((await read(envelope())).signedAtMs - Date.now())).toBeLessThan(60_000);
  });

  it("reads a time without an offset as UTC, whatever the machine's time zone", async () => {
    const { TZ } = process.env;
    onTestFinished(() => {
      if (TZ === undefined) delete process.env["TZ"];
      else process.env["TZ"] = TZ;
    });
    process.env["TZ"] = "Asia/Hong_Kong";
    for (const created_at of ["2023-07-13T10:51:25", "2023-07-13 10:51:25.0"]) {
      const { createdAt } = await read(envelope({ created_at }));
      expect(createdAt).toBe("2023-07-13T10:51:25.000Z");
    }
  });

  it("keeps every digit of an amount", async () => {
    for (const name of ["charge.settled", "card.activated"]) {
      const body = envelope({ name, data: { amount: 0, fee: 1.5 } });
      const { data, raw } = await read(body.replace('"amount":0', '"amount":90071992547409.93'));
      expect(data).toEqual({ amount: "90071992547409.93", fee: 1.5 });
      expect(raw["data"]).toEqual(data);
    }
  });

  it("is plain data that survives a queue", async () => {
    const event = await read(fixture("account.submitted"));
    expect(JSON.parse(JSON.stringify(event))).toEqual(
      Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)),
    );
  });

  it("recognises the format by the data, then by the envelope", async () => {
    const format = async (members: object) => (await read(envelope(members))).format;
    expect(await format({ name: "account.active", data: { accountDetails: {} } })).toBe("legacy");
    expect(await format({ name: "account.active", data: { account_details: {} } })).toBe("current");
    const old = { account_id: undefined, accountId: "acct_1" };
    expect(await format({ ...old, data: {} })).toBe("legacy");
    expect(await format({ ...old, data: { connected_account_id: "acct_2" } })).toBe("current");
    expect(await format({ data: null })).toBe("current");
  });

  it("delivers names and members that are not modelled", async () => {
    const body = envelope({
      name: "lunar.eclipse",
      data: [1, { a: null }],
      org_id: "o",
      version: "2030-01-01",
    });
    const drifts: WebhookDrift[] = [];
    const event = await read(body, { driftCheck: createDriftCheck((drift) => drifts.push(drift)) });
    expect(event).toMatchObject({
      name: "lunar.eclipse",
      data: [1, { a: null }],
      version: "2030-01-01",
    });
    expect(event.raw["org_id"]).toBe("o");
    for (const name of ["toString", "__proto__", "constructor"]) {
      expect(
        (await read(envelope({ name }), { driftCheck: createDriftCheck(() => undefined) })).name,
      ).toBe(name);
    }
    expect(drifts).toEqual([]);
  });

  it("delivers data of an unexpected shape, and reports it without its values", async () => {
    const published: unknown[] = [];
    const listen = (message: unknown) => published.push(message);
    subscribe("airwallex-connect:webhook-drift", listen);
    const drifts: WebhookDrift[] = [];
    const driftCheck = createDriftCheck((drift) => {
      drifts.push(drift);
      throw new Error("a broken log");
    });
    const data = { id: 7, status: "ACTIVE", created_at: "x", nickname: { secret: "Ada" } };
    const event = await read(envelope({ name: "account.active", data }), { driftCheck });
    unsubscribe("airwallex-connect:webhook-drift", listen);
    expect(event.data).toEqual(data);
    expect(drifts).toMatchObject([
      { eventId: "evt_1", eventName: "account.active", shape: "Account" },
    ]);
    expect(drifts[0]?.issues.map(({ path }) => path.join("."))).toEqual(["id", "nickname"]);
    expect(published).toEqual(drifts);
    expect(JSON.stringify(drifts)).not.toContain("Ada");
  });

  it("reads bodies in any script, with or without a byte-order mark", async () => {
    const text = envelope({ name: "x.y", data: { name: "李 Ångström 🦊" } });
    for (const body of [text, Buffer.from(text), Buffer.from(`\ufeff${text}`), `\ufeff${text}`]) {
      expect((await read(body)).data).toEqual({ name: "李 Ångström 🦊" });
    }
  });

  it.each([
    ["nothing", "", "webhook_body_not_json"],
    ["half of it", '{"id":"evt_1","na', "webhook_body_not_json"],
    ["form data", "id=evt_1&name=account.active", "webhook_body_not_json"],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22]), "webhook_body_not_json"],
    ["a list", "[]", "webhook_envelope_invalid"],
    ["null", "null", "webhook_envelope_invalid"],
    ["a number", "1e999", "webhook_envelope_invalid"],
    ["no name", '{"id":"evt_1","data":{}}', "webhook_envelope_invalid"],
    ["an empty name", '{"id":"evt_1","name":""}', "webhook_envelope_invalid"],
    ["a name of another type", '{"id":"evt_1","name":{"a":1}}', "webhook_envelope_invalid"],
    ["no id", '{"name":"account.active"}', "webhook_envelope_invalid"],
    [
      "an id that is only inherited",
      '{"__proto__":{"id":"a","name":"b"}}',
      "webhook_envelope_invalid",
    ],
  ])("refuses %s, although the signature is good", async (_, body, code) => {
    const error = await read(body).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WebhookPayloadError);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("evt_1");
  });
});
