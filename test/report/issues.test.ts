import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listIssues } from "../../src/errors/index.js";
import { type AccountCreateParams, createClient, ValidationError } from "../../src/index.js";
import { patternWords } from "../../src/report/issues.js";
import { key, newAccount, startServer } from "../scripted-server.js";

/** The issues of an input, as the client reports them; fails if anything was sent. */
async function issuesOf(input: unknown): Promise<readonly string[]> {
  const server = await startServer();
  const client = createClient({ ...key, baseUrl: server.url });
  const promise = client.accounts.create(input as AccountCreateParams);
  const error = await promise.catch((reason: unknown) => reason);
  expect(server.connections).toBe(0);
  if (!(error instanceof ValidationError)) throw error;
  expect(error.operation).toBe("accounts.create");
  const issues = error.issues.map((issue) => listIssues([issue]));
  expect(error.message).toContain(`Cannot call accounts.create: ${issues[0]}`);
  return issues;
}

describe("accounts.create()", () => {
  it("suggests the field that was probably meant", async () => {
    const { primary_contact, ...rest } = newAccount;
    const input = { ...rest, primary_contact: {}, primaryContact: primary_contact, identifer: "1" };
    expect(await issuesOf(input)).toEqual([
      'primaryContact: is not a known field, did you mean "primary_contact"',
      'identifer: is not a known field, did you mean "identifier"',
    ]);
  });

  it("suggests it within nested objects and lists too", async () => {
    const input = {
      ...newAccount,
      account_details: {
        business_person_details: [{}, { firstname: "Ada", quite_another_thing: 1 }],
      },
    };
    expect(await issuesOf(input)).toEqual(
      expect.arrayContaining([
        'account_details.business_person_details[1].firstname: is not a known field, did you mean "first_name"',
        "account_details.business_person_details[1].quite_another_thing: is not a known field",
      ]),
    );
  });

  it("provides every issue with its path and suggestion as data", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const input = { ...newAccount, primary_contact: { e_mail: "ada@example.com" } };
    await expect(client.accounts.create(input as never)).rejects.toMatchObject({
      issues: [{ path: ["primary_contact", "e_mail"], suggestion: "email" }],
    });
  });

  it.each([
    [undefined, ["input: is missing, expected object"]],
    [null, ["input: is null, expected object"]],
    ["text", ["input: is a string, expected object"]],
    [[], ["input: is an array, expected object"]],
  ])("rejects %j as a whole", async (input, issues) => {
    expect(await issuesOf(input)).toEqual(issues);
  });

  it("reports every wrong type, and never the value", async () => {
    const input = {
      identifier: 42_000_001,
      nickname: ["Ada"],
      primary_contact: { email: true, mobile: 4_917_612_345 },
      customer_agreements: { agreed_to_data_usage: "yes" },
    };
    const issues = await issuesOf(input);
    expect([...issues].sort()).toEqual([
      "customer_agreements.agreed_to_data_usage: is a string, expected boolean",
      "identifier: is a number, expected string",
      "nickname: is an array, expected string",
      "primary_contact.email: is a boolean, expected string",
      "primary_contact.mobile: is a number, expected string",
    ]);
  });

  it("refuses metadata that is too long", async () => {
    const long = {
      ...newAccount,
      metadata: { [`k${"e".repeat(20)}`]: "v", short: "v".repeat(151) },
    };
    const issues = await issuesOf(long);
    expect(issues.join("\n")).toMatch(/metadata\.ke{20}: .*at most 20/);
    expect(issues.join("\n")).toMatch(
      /metadata\.short: is too long, expected at most 150 characters/,
    );
    const names = ["a", "b", "c", "d", "e", "f"];
    const many = { ...newAccount, metadata: Object.fromEntries(names.map((name) => [name, "v"])) };
    expect(await issuesOf(many)).toEqual(["metadata: has too many members, expected at most 5"]);
  });

  it.each([
    "1980/10/10",
    "10-10-1980",
    "1980-13-01",
    "1980-02-30",
    "1980-1-1",
    "",
    "1980-10-10T00:00:00Z",
  ])("refuses %j as a date of birth", async (date_of_birth) => {
    const individual_details = { date_of_birth };
    expect(await issuesOf({ ...newAccount, account_details: { individual_details } })).toEqual([
      "account_details.individual_details.date_of_birth: has the wrong form, expected a calendar date as YYYY-MM-DD",
    ]);
  });

  it("hides an e-mail address that is used as a member's name", async () => {
    const address = "ada@example.com";
    expect(
      await issuesOf({ ...newAccount, [address]: 1, metadata: { [address]: 7 } } as never),
    ).toEqual([
      "metadata.[redacted]: is a number, expected string",
      "[redacted]: is not a known field",
    ]);
  });

  it("describes the form of a country in words, and finds a name by part of it", async () => {
    const individual_details = { nationality: "Australia" };
    expect(await issuesOf({ ...newAccount, account_details: { individual_details } })).toEqual([
      "account_details.individual_details.nationality: has the wrong form, expected two capital letters such as AU",
    ]);
    const client = createClient({ ...key, baseUrl: "http://127.0.0.1:9" });
    await expect(client.accounts.list({ status: "ACTIVE" } as object)).rejects.toThrow(
      'status: is not a known field, did you mean "account_status"',
    );
  });

  it("has words for every pattern of the account model", () => {
    const folder = new URL("../../src/generated/", import.meta.url);
    const files = readdirSync(folder);
    const patterns = files.flatMap((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      return [...text.matchAll(/regex\((\/.+?\/u)\)/g)].map((match) => match[1] as string);
    });
    expect(patterns.length).toBeGreaterThan(3);
    for (const pattern of patterns) expect(patternWords).toHaveProperty([pattern]);
  });

  it("lists what an enum allows, and the value that was probably meant", async () => {
    const account_details = { legal_entity_type: "Individual" };
    const [issue] = await issuesOf({ ...newAccount, account_details });
    expect(issue).toBe(
      'account_details.legal_entity_type: is not allowed, expected one of BUSINESS, INDIVIDUAL, did you mean "INDIVIDUAL"',
    );
  });

  it("sends a valid input unchanged", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const input = { ...newAccount, metadata: { shop: "42" }, nickname: "Grüße 😀" };
    await client.accounts.create(input);
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual(input);
  });
});

describe("accounts.list()", () => {
  it("refuses an invalid query before anything is sent", async () => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const list = client.accounts.list({ page_size: 0, account_status: "active" } as never);
    await expect(list).rejects.toMatchObject({
      name: "ValidationError",
      operation: "accounts.list",
      issues: expect.arrayContaining([
        expect.objectContaining({
          path: ["page_size"],
          message: "is too small, expected at least 1",
        }),
        expect.objectContaining({ path: ["account_status"], suggestion: "ACTIVE" }),
      ]),
    });
    await expect(client.accounts.list({ pageSize: 5 } as never)).rejects.toThrow(
      'pageSize: is not a known field, did you mean "page_size"',
    );
    expect(server.connections).toBe(0);
  });

  it.each([null, "ACTIVE", ["ACTIVE"]])("rejects the query %j", async (query) => {
    const server = await startServer();
    const client = createClient({ ...key, baseUrl: server.url });
    const list = async () => await client.accounts.list(query as never);
    await expect(list).rejects.toThrow(ValidationError);
    expect(server.connections).toBe(0);
  });
});
