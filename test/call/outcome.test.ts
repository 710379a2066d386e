import { describe, expect, it } from "vitest";
import { createClient, type DriftEvent, ShapeError } from "../../src/index.js";
import {
  account,
  failureOf,
  json,
  key,
  newAccount,
  startServer,
  text,
} from "../scripted-server.js";

const page = "<!doctype html><title>Sign in</title>";
const html = { "content-type": "text/html; charset=utf-8" };

describe("a successful answer", () => {
  it("that is a web page is not taken for an account, nor for proof that the work was done", async () => {
    const server = await startServer({
      answers: [text(200, page, { ...html, "x-request-id": "r-1" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    const error = await client.accounts.create(newAccount).catch((reason: unknown) => reason);
    if (!(error instanceof ShapeError)) throw error;
    expect(error).toMatchObject({
      code: "unreadable_response",
      outcome: "unknown",
      attempts: 1,
      requestId: "r-1",
      issues: [],
      data: page,
    });
    expect(error.message).toBe(
      `Cannot read the answer to accounts.create: status 200, and the answer is not JSON (text/html; charset=utf-8, ${page.length} bytes); it may have been done: look for it in accounts.list, by its identifier, before you call again: a new call does not look, and would open a second account (POST /api/v1/accounts/create, outcome unknown, request id r-1)`,
    );
    expect(server.requests.length).toBe(1);
  });

  it("that cannot be read has the outcome done when the call was a read", async () => {
    const server = await startServer({ answers: [text(200, page, html)] });
    const client = createClient({ ...key, baseUrl: server.url });
    const { error } = await failureOf(client.accounts.retrieve("acct_1"));
    expect(error).toMatchObject({ code: "unreadable_response", outcome: "done" });
    expect(server.requests.length).toBe(1);
  });

  it.each(["{", '{"id":"acct_1"', "\u{feff}{}x", "NaN", "undefined", "{} {}"])(
    "of %j is not JSON",
    async (body) => {
      const server = await startServer({ answers: [text(200, body)] });
      const client = createClient({ ...key, baseUrl: server.url });
      await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
        code: "unreadable_response",
        data: body,
      });
    },
  );

  it("keeps what this package does not know yet", async () => {
    const body = {
      ...account(),
      status: "HIBERNATING",
      brand_new: { deep: [1, null, "x"] },
      account_details: { legal_entity_type: "ROBOT", unknown_member: true },
      nickname: null,
      created_at: "2026-08-21T09:30:00+0000",
    };
    const events: DriftEvent[] = [];
    const onDrift = (event: DriftEvent) => events.push(event);
    const server = await startServer({ otherwise: json(200, body) });
    const client = createClient({ ...key, baseUrl: server.url, observer: { onDrift } });
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(body);
    const strict = client.withOptions({ validation: "strict" });
    await expect(strict.accounts.retrieve("acct_1")).resolves.toEqual(body);
    expect(events).toHaveLength(1);
    expect(new Set(events[0]?.issues.map(({ kind }) => kind))).toEqual(
      new Set(["new_field", "new_value"]),
    );
  });
});

describe("a successful answer of an unexpected shape", () => {
  const drifted = { ...account(), id: 7, primary_contact: { email: ["ada@example.com"] } };

  it("is delivered as it came, and reported", async () => {
    const events: DriftEvent[] = [];
    const onDrift = (event: DriftEvent) => events.push(event);
    const server = await startServer({ answers: [json(200, drifted, { "x-request-id": "r-1" })] });
    const client = createClient({ ...key, baseUrl: server.url, observer: { onDrift } });
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(drifted);
    expect(events).toEqual([
      {
        operation: "accounts.retrieve",
        method: "GET",
        path: "/api/v1/accounts/acct_1",
        requestId: "r-1",
        shape: "Account",
        issues: expect.arrayContaining([
          { path: ["id"], kind: "mismatch", message: "is a number, expected string" },
          {
            kind: "mismatch",
            path: ["primary_contact", "email"],
            message: "is an array, expected string",
          },
        ]),
      },
    ]);
    expect(events[0]?.issues.length).toBe(2);
  });

  it("is delivered as it came when nobody listens", async () => {
    const server = await startServer({ answers: [json(200, drifted)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(drifted);
  });

  it("is refused under strict validation, with the data", async () => {
    const server = await startServer({ answers: [json(200, drifted, { "x-request-id": "r-1" })] });
    const client = createClient({ ...key, baseUrl: server.url, validation: "strict" });
    const error = await client.accounts.submit("acct_1").catch((reason: unknown) => reason);
    if (!(error instanceof ShapeError)) throw error;
    expect(error).toMatchObject({
      code: "unexpected_shape",
      outcome: "done",
      attempts: 1,
      requestId: "r-1",
      data: drifted,
    });
    expect(error.issues.map(({ path }) => path.join("."))).toEqual(
      expect.arrayContaining(["id", "primary_contact.email"]),
    );
    expect(error.message).toContain("answer to accounts.submit: 2 members differ from Account; ");
    expect(error.message).toContain("; id: is a number, expected string");
    expect(error.message).toContain("; primary_contact.email: is an array, expected string");
  });

  it("is not checked with validation off", async () => {
    const events: DriftEvent[] = [];
    const onDrift = (event: DriftEvent) => events.push(event);
    const server = await startServer({ answers: [json(200, drifted)] });
    const client = createClient({
      ...key,
      baseUrl: server.url,
      validation: "off",
      observer: { onDrift },
    });
    await expect(client.accounts.retrieve("acct_1")).resolves.toEqual(drifted);
    expect(events).toEqual([]);
  });
});

describe("a redirect", () => {
  it("is a refusal, and is not followed", async () => {
    const server = await startServer({
      answers: [text(302, "", { location: "/api/v1/accounts/acct_2" })],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.retrieve("acct_1")).rejects.toMatchObject({
      name: "ApiError",
      code: "refused",
      status: 302,
    });
    expect(server.requests.length).toBe(1);
  });
});
