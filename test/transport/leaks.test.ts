import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { piiFields } from "../../src/generated/pii.js";
import {
  type AccountCreateParams,
  type Client,
  createClient,
  isAirwallexError,
  type Observer,
} from "../../src/index.js";
import {
  type Answer,
  account,
  closedServer,
  cut,
  json,
  key,
  raw,
  type Script,
  type SeenRequest,
  stall,
  startServer,
  text,
  tokenOf,
} from "../scripted-server.js";

const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));

const legacy = readFixture("account.legacy.json");

/** Every personal value in the fixture. */
function personalValues(value: unknown, marked = false, into = new Set<string>()): Set<string> {
  if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      personalValues(member, marked || piiFields.has(name), into);
    }
    // The fixture's own word for "some text", which any message may hold.
  } else if (marked && value !== "string") into.add(String(value));
  return into;
}

/** An account to be created, with the personal values of the fixture in their newer places. */
const input = readFixture("account.create.json") as AccountCreateParams;
const person = input.account_details?.individual_details;

const secrets = [
  key.clientId,
  key.apiKey,
  ...[1, 2, 3].map(tokenOf),
  ...personalValues(legacy),
  ...personalValues(input),
];

/** The secrets that appear in a text as separate words. */
function leaksIn(shown: string): readonly string[] {
  return secrets.filter((secret) => {
    const escaped = secret.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "u").test(shown);
  });
}

function formsOf(value: unknown): readonly string[] {
  const forms = [
    inspect(value),
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(value),
    String(value),
  ];
  return value instanceof Error ? [...forms, value.stack ?? "", value.message] : forms;
}

/** Everything that a remote knows about a request, verbatim. */
const echoOf = ({ method, target, headers, body }: SeenRequest): string =>
  `${method} ${target} ${JSON.stringify(headers)} ${body}`;

/** Refuses, and echoes what it was sent in the members of the envelope. */
function echo(status: number): Answer {
  return (response, seen, request) => {
    const said = echoOf(seen);
    let sent: unknown = said;
    try {
      sent = JSON.parse(String(seen.body));
    } catch {
      // The body is not JSON, or there is none.
    }
    const errors = (said.match(/[^"]{1,900}/g) ?? []).map((message) => ({
      source: message.slice(0, 80),
      code: "invalid",
      message,
    }));
    const { authorization, "x-api-key": apiKey } = seen.headers;
    const envelope = {
      code: "invalid_argument",
      message: `${authorization ?? apiKey}: ${said}`,
      source: authorization ?? apiKey,
      details: { sent, said, headers: seen.headers, errors },
    };
    return json(status, envelope, { "retry-after": "0" })(response, seen, request);
  };
}

/** Answers with success, and echoes what it was sent in a body that is not JSON. */
const echoText: Answer = (response, seen, request) =>
  text(200, echoOf(seen), { "content-type": "text/plain" })(response, seen, request);

interface Case {
  readonly script: Script;
  readonly call: (client: Client<"sandbox">) => Promise<unknown>;
  readonly name: string;
}

const accountOfAlice = account({
  status: "ACTION_REQUIRED",
  nickname: "Quillfeather",
  account_details: { individual_details: person },
});

const create = (client: Client<"sandbox">) => client.accounts.create(input);

const listOf = (email: string) =>
  ({ method: "GET", path: "/api/v1/accounts", query: { email } }) as const;

const cases: Readonly<Record<string, Case>> = {
  "a refused create": { script: { otherwise: echo(400) }, call: create, name: "ApiError" },
  "a create that fails": { script: { otherwise: echo(500) }, call: create, name: "ApiError" },
  "a refused request of any body": {
    script: { otherwise: echo(422) },
    call: (client) => client.request({ method: "POST", path: "/api/v1/any", body: legacy }),
    name: "ApiError",
  },
  "a refused list by e-mail address": {
    script: { otherwise: echo(400) },
    call: (client) => client.request(listOf("alice.smith@example.com")),
    name: "ApiError",
  },
  "a refused upload": {
    script: { otherwise: echo(400) },
    call: (client) => client.files.upload(Buffer.from("x"), { name: "Quillfeather.png" }),
    name: "ApiError",
  },
  "a refused extraBody": {
    script: { otherwise: echo(400) },
    call: (client) =>
      client.accounts.update(
        "acct_1",
        {},
        { extraBody: { account_details: { individual_details: person } } },
      ),
    name: "ApiError",
  },
  "a refused login": {
    script: { logins: [echo(401)] },
    call: create,
    name: "AuthenticationError",
  },
  "a login that is forbidden": { script: { logins: [echo(403)] }, call: create, name: "ApiError" },
  "a refused token": {
    script: { otherwise: echo(401) },
    call: create,
    name: "AuthenticationError",
  },
  "a login whose answer is no JSON": {
    script: { logins: [text(201, `token=${tokenOf(1)}`)] },
    call: create,
    name: "ShapeError",
  },
  "a deadline": {
    script: { otherwise: stall() },
    call: (client) => client.accounts.create(input, { timeoutMs: 80 }),
    name: "NetworkError",
  },
  "a lost connection": { script: { otherwise: cut() }, call: create, name: "NetworkError" },
  "an answer that is not HTTP": {
    script: { otherwise: (response, seen, request) => raw(echoOf(seen))(response, seen, request) },
    call: create,
    name: "NetworkError",
  },
  "an answer of broken HTTP": {
    script: {
      otherwise: (response, seen, request) =>
        raw(`HTTP/1.1 200 OK\r\ncontent-length: 1${echoOf(seen)}\r\n\r\n`)(response, seen, request),
    },
    call: create,
    name: "NetworkError",
  },
  "an input that does not fit": {
    script: {},
    call: (client) =>
      client.accounts.create({
        ...input,
        nickname: ["Quillfeather"],
        primary_contact: { e_mail: "alice.smith@example.com", mobile: 6_457_892_324 },
        account_details: {
          individual_details: {
            ...person,
            date_of_birth: "28/11/1970",
            nationality: "Alice",
            first_name: { text: "Alice" },
          },
        },
        metadata: { note: `Alice Smith ${"4107306240".repeat(5)}` },
      } as never),
    name: "ValidationError",
  },
  "an answer that is not JSON": {
    script: { otherwise: echoText },
    call: create,
    name: "ShapeError",
  },
  "an answer of another shape": {
    script: { otherwise: json(200, { ...accountOfAlice, id: 7, nickname: ["Quillfeather"] }) },
    call: (client) => client.withOptions({ validation: "strict" }).accounts.retrieve("acct_1"),
    name: "ShapeError",
  },
  "a page that repeats itself": {
    script: { otherwise: json(200, { items: [accountOfAlice], has_more: true }) },
    call: (client) => client.accounts.list().toArray({ limit: 9 }),
    name: "ShapeError",
  },
  "a status that cannot be reached": {
    script: { otherwise: json(200, accountOfAlice) },
    call: (client) => client.accounts.waitForStatus("acct_1", { status: "ACTIVE" }),
    name: "AccountStatusError",
  },
  "a status that is not reached in time": {
    script: { otherwise: json(200, { ...accountOfAlice, status: "SUBMITTED" }) },
    call: (client) =>
      client.accounts.waitForStatus("acct_1", { status: "ACTIVE", timeoutMs: 50, intervalMs: 10 }),
    name: "AccountStatusError",
  },
};

describe("an error", () => {
  it.each(Object.entries(cases))("of %s shows no secret and no personal data", async (_, one) => {
    const heard: unknown[] = [];
    const hear = (event: unknown) => heard.push(event);
    const observer: Observer = {
      onAttempt: hear,
      onRetry: hear,
      onDrift: hear,
      onToken: hear,
    };
    vi.spyOn(Math, "random").mockReturnValue(0);
    const server = await startServer(one.script);
    const client = createClient({ ...key, baseUrl: server.url, observer, maxRetries: 1 });
    vi.restoreAllMocks();
    const error = await one.call(client).then(
      () => new Error("It did not fail"),
      (reason: unknown) => reason,
    );
    expect(error).toHaveProperty("name", one.name);
    expect(isAirwallexError(error)).toBe(true);
    for (const shown of formsOf(error)) expect(leaksIn(shown)).toEqual([]);
    for (const shown of formsOf(heard)) expect(leaksIn(shown)).toEqual([]);
  });

  it("of a closed server shows no secret and no personal data", async () => {
    const client = createClient({ ...key, baseUrl: await closedServer(), maxRetries: 0 });
    const error = await client.accounts.create(input).catch((reason: unknown) => reason);
    expect(error).toHaveProperty("name", "NetworkError");
    for (const shown of formsOf(error)) expect(leaksIn(shown)).toEqual([]);
  });

  it("of a call over fetch shows no secret and no personal data", async () => {
    // The fourth answers the look-up that follows the third.
    const answers = [echo(400), echo(401), echoText, echoText, cut()];
    const server = await startServer({ answers });
    const client = createClient({ ...key, baseUrl: server.url, fetch, maxRetries: 0 });
    for (const name of ["ApiError", "ShapeError", "NetworkError"]) {
      const error = await client.accounts.create(input).catch((reason: unknown) => reason);
      expect(error).toHaveProperty("name", name);
      for (const shown of formsOf(error)) expect(leaksIn(shown)).toEqual([]);
    }
  });

  it("of a fetch that quotes what it could not send shows no secret and no personal data", async () => {
    const server = await startServer();
    const quoting = async (url: string, init: RequestInit): Promise<Response> => {
      if (url.endsWith("/login")) return fetch(url, init);
      const reason = new Error(`${init.method} ${url} ${init.body}`, {
        cause: new Error(JSON.stringify([url, init])),
      });
      throw new TypeError(`request to ${url} failed`, { cause: reason });
    };
    const client = createClient({ ...key, baseUrl: server.url, fetch: quoting, maxRetries: 0 });
    const email = input.primary_contact?.email ?? "";
    const calls = [() => client.accounts.create(input), () => client.request(listOf(email))];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "response_lost" });
      expect(String(error)).toContain(`request to ${server.url}/api/v1/accounts`);
      for (const shown of formsOf(error)) {
        expect(leaksIn(shown)).toEqual([]);
        expect(shown).not.toContain(encodeURIComponent(email));
      }
    }
  });

  it("keeps its class and shows no personal data, however much was sent", async () => {
    const server = await startServer({ otherwise: echo(400) });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    const body = { first_name: "Quillfeather", comment: "Quillfeather ".repeat(20_000) };
    const calls = [client, createClient({ ...key, baseUrl: await closedServer() })].map(
      (each) => () => each.request({ method: "POST", path: "/api/v1/x", body }, { maxRetries: 0 }),
    );
    for (const [i, call] of calls.entries()) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toHaveProperty("name", ["ApiError", "NetworkError"][i]);
      for (const shown of formsOf(error)) expect(leaksIn(shown)).toEqual([]);
    }
  });

  it("shows no fragment of a value where a long message is cut off", async () => {
    const shown = "x".repeat(990);
    const message = `${shown} alice.smith@example.com Quillfeather`;
    for (const moved of [0, 3, 6, 12, 24, 30]) {
      const server = await startServer({
        answers: [json(400, { code: "c", message: message.slice(moved) })],
      });
      const client = createClient({ ...key, baseUrl: server.url });
      const error = await client.accounts.create(input).catch((reason: unknown) => reason);
      expect(String(error)).toContain("400 c");
      expect(String(error)).not.toMatch(/alice|Quill/);
    }
  });

  it("keeps the rest of what the remote said", async () => {
    const server = await startServer({
      answers: [
        json(400, {
          code: "invalid_argument",
          message: "Passport 4107306240 of Alice Smith has expired",
          source: "account_details.individual_details.identifications.primary.passport",
          details: [{ source: "passport.number", message: "4107306240 is not valid in AU" }],
        }),
      ],
    });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.create(input)).rejects.toMatchObject({
      remoteMessage: "Passport [redacted] of [redacted] [redacted] has expired",
      source: "account_details.individual_details.identifications.primary.passport",
      fieldErrors: [{ field: "passport.number", message: "[redacted] is not valid in AU" }],
    });
  });

  it("gives the remote's own body, unchanged, to callers who ask for it", async () => {
    const body = { code: "c", message: "Alice", details: { first_name: "Alice" } };
    const server = await startServer({ answers: [json(400, body)] });
    const client = createClient({ ...key, baseUrl: server.url });
    await expect(client.accounts.create(input)).rejects.toHaveProperty("body", body);
  });
});
