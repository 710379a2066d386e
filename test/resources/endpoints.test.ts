/** The endpoint table and the client agree: each row has its method, and each method its row. */

import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand } from "../../scripts/generate/expand.js";
import { loadSource } from "../../scripts/generate/load.js";
import type { Operation } from "../../scripts/generate/model.js";
import { endpoints } from "../../src/generated/endpoints.js";
import { createClient } from "../../src/index.js";
import { createMemoryStore } from "../../src/stores/memory/index.js";
import { fitting } from "../generated/arbitraries.js";

const model = expand(await loadSource(fileURLToPath(new URL("../../spec", import.meta.url))));
const schemas = new Map(model.schemas.map((schema) => [schema.name, schema]));
const called = model.operations.filter(({ source }) => source.caller === "method");

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Methods whose arguments are not the parts of their request. */
const otherArguments: Readonly<Record<string, readonly unknown[]>> = {
  "files.upload": [new Uint8Array([1]), { name: "passport.png" }],
  "files.downloadLinks": [["file"]],
  "rfis.respond": ["some id", { questions: [{ id: "q", answer: { type: "TEXT", text: "x" } }] }],
  "embedded.authorize": [{ scope: ["onboarding:write"] }],
  "oauth.webhooks.connect": ["some id", "acct_1"],
  "oauth.webhooks.disconnect": ["some id", "acct_1"],
};

/** Methods composed of others, with no endpoint of their own. */
const conveniences = [
  "accounts.waitForStatus",
  "beneficiaries.check",
  "files.download",
  "onboarding.run",
  ...[
    "authorizationUrl",
    "connection",
    "delete",
    "exchangeCode",
    "handleCallback",
    "handleDisconnected",
    "list",
    "reconcile",
    "refresh",
    "refreshExpiring",
    "retrieve",
  ].map((name) => `oauth.${name}`),
];

const sent: string[] = [];
let answer: unknown;
const client = createClient({
  environment: "sandbox",
  clientId: "client",
  apiKey: "key",
  oauth: {
    ...{ clientId: "app", clientSecret: "secret", redirectUri: "https://example.com/callback" },
    store: createMemoryStore(),
  },
  maxRetries: 0,
  validation: "off",
  fetch: async (input, init) => {
    const url = new URL(String(input));
    if (!url.pathname.endsWith("/authentication/login")) {
      sent.push(`${init?.method} ${decodeURIComponent(url.pathname)}`);
      return new Response(JSON.stringify(answer), { status: 200 });
    }
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    return new Response(JSON.stringify({ token: "token", expires_at }), { status: 201 });
  },
});

/** The client's method of that name, such as `simulation.accounts.updateStatus`. */
function methodOf(name: string): Method | undefined {
  let at: unknown = client;
  for (const part of name.split("."))
    at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at as Method | undefined;
}

/** The least that is taken for an answer of an endpoint. */
function answerOf(name: string): unknown {
  const { mustHave = ["id"] } = endpoints.find((one) => one.name === name) ?? {};
  if (name === "beneficiaries.delete") return true;
  if (mustHave.length === 0) return [];
  return Object.fromEntries(mustHave.map((one) => [one, one === "items" ? [] : "x"]));
}

/** The same values on every run. */
const sample = { numRuns: 1, seed: 42 };

/** The ids in the path in order, then the body or the query. */
function argumentsOf({ source, pathParameters, query, body }: Operation): readonly unknown[] {
  const shape = schemas.get(body?.schema ?? query?.schema ?? "");
  const [value] = shape ? fc.sample(fitting(shape.node, { schemas, complete: false }), sample) : [];
  const ids = pathParameters.map(({ name }) => `some ${name}`);
  return otherArguments[source.id] ?? [...ids, ...(shape ? [value] : [])];
}

describe.each(called.map((operation) => [operation.source.id, operation] as const))(
  "client.%s()",
  (name, operation) => {
    it("sends the request of its endpoint", async () => {
      const method = methodOf(name);
      expect(method).toBeTypeOf("function");
      sent.length = 0;
      answer = answerOf(name);
      await method?.(...argumentsOf(operation));
      const { method: verb, path } = operation.source;
      const target = path.replace(/\{(\w+)\}/g, "some $1");
      expect(sent).toEqual([`${verb.toUpperCase()} ${target}`]);
    });
  },
);

/** Those whose input is a query, which may be left out where nothing in it is required. */
const queries = called.filter(
  ({ source, query, body }) => query && !body && !otherArguments[source.id],
);

describe.each(queries.map((operation) => [operation.source.id, operation] as const))(
  "client.%s() without a query",
  (name, { pathParameters, query }) => {
    const ids = pathParameters.map(() => "some id");
    const ask = async (...given: readonly unknown[]) => {
      sent.length = 0;
      answer = answerOf(name);
      await methodOf(name)?.(...ids, ...given);
    };

    it(query?.required ? "says what is missing" : "asks for everything", async () => {
      if (query?.required)
        await expect(ask()).rejects.toThrow(/: is (missing|undefined), expected/);
      else await ask();
      expect(sent).toHaveLength(query?.required ? 0 : 1);
    });

    it("refuses null, which is no query", async () => {
      await expect(ask(null)).rejects.toThrow(`Cannot call ${name}: input: is null`);
      expect(sent).toEqual([]);
    });
  },
);

describe("client", () => {
  it("has no method without an endpoint, except those composed of others", () => {
    const names = called.map(({ source }) => source.id);
    expect(methodsOf(client).sort()).toEqual([...names, ...conveniences].sort());
  });

  it("has a method for every endpoint but the three it calls by itself", () => {
    const rest = endpoints.filter(({ name }) => methodOf(name) === undefined);
    expect(rest.map(({ name }) => name)).toEqual([
      "authentication.login",
      "oauth.token",
      "authentication.partnerLogin",
    ]);
    expect(called).toHaveLength(endpoints.length - rest.length);
  });
});

/** Every function two or more levels below the client; those on the client itself belong to no resource. */
function methodsOf(holder: object, path: readonly string[] = []): string[] {
  // The client makes its members when they are used: they are getters of its prototype.
  const made = path.length === 0 ? Object.getOwnPropertyNames(Object.getPrototypeOf(holder)) : [];
  return [...Object.keys(holder), ...made].flatMap((name) => {
    const value = (holder as Readonly<Record<string, unknown>>)[name];
    const here = [...path, name];
    if (typeof value === "function") return path.length === 0 ? [] : [here.join(".")];
    return typeof value === "object" && value !== null ? methodsOf(value, here) : [];
  });
}
