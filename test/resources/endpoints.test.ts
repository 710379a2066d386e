/** The endpoint table and the client agree: each row has its method, and each method its row. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand } from "../../scripts/generate/expand.js";
import { loadSource } from "../../scripts/generate/load.js";
import type { Operation } from "../../scripts/generate/model.js";
import { createClient } from "../../src/index.js";
import { endpoints as eagerEndpoints } from "../../src/schemas/endpoints.generated.js";
import { lazyEndpoints } from "../../src/schemas/lazy-endpoints.generated.js";
import { fitting } from "../schemas/arbitraries.js";

const model = expand(await loadSource(fileURLToPath(new URL("../../spec", import.meta.url))));
const schemas = new Map(model.schemas.map((schema) => [schema.name, schema]));
const called = model.operations.filter(({ source }) => source.caller === "method");

const endpoints = [...eagerEndpoints, ...lazyEndpoints];

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Methods that take something else than the parts of their request. */
const otherArguments: Readonly<Record<string, readonly unknown[]>> = {
  "files.upload": [new Uint8Array([1]), { name: "passport.png" }],
  "files.downloadLinks": [["file"]],
  "rfis.respond": ["some id", { questions: [{ id: "q", answer: { type: "TEXT", text: "x" } }] }],
  "embedded.authorize": [{ scope: ["w:awx_action:onboarding"] }],
};

/** Methods that are made of others, and have no endpoint of their own. */
const conveniences = [
  "accounts.checkRequirements",
  "accounts.waitForStatus",
  "files.download",
  "onboarding.run",
];

const sent: string[] = [];
const client = createClient({
  environment: "sandbox",
  clientId: "client",
  apiKey: "key",
  maxRetries: 0,
  validation: "off",
  fetch: async (input, init) => {
    const url = new URL(String(input));
    if (url.pathname !== "/api/v1/authentication/login") {
      sent.push(`${init?.method} ${decodeURIComponent(url.pathname)}`);
      return new Response("{}", { status: 200 });
    }
    const expires_at = new Date(Date.now() + 1_800_000).toISOString();
    return new Response(JSON.stringify({ token: "token", expires_at }), { status: 201 });
  },
});

/** `simulation.accounts.updateStatus` of the client. */
function methodOf(name: string): Method | undefined {
  let at: unknown = client;
  for (const part of name.split("."))
    at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  return at as Method | undefined;
}

/** The same in each run. */
const sample = { numRuns: 1, seed: 42 };

/** The ids of the path in their order, then the body or the query. */
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
      await method?.(...argumentsOf(operation));
      const { method: verb, path } = operation.source;
      const target = path.replace(/\{(\w+)\}/g, "some $1");
      expect(sent).toEqual([`${verb.toUpperCase()} ${target}`]);
    });
  },
);

describe("client", () => {
  it("has no method without an endpoint, but for those made of others", () => {
    const names = called.map(({ source }) => source.id);
    expect(methodsOf(client).sort()).toEqual([...names, ...conveniences].sort());
  });

  it("calls by itself what there is no method for", () => {
    const rest = endpoints.filter(({ name }) => methodOf(name) === undefined);
    expect(rest.map(({ name }) => name)).toEqual(["authentication.login", "oauth.token"]);
    expect(called).toHaveLength(endpoints.length - rest.length);
  });
});

describe("the table that is loaded with the first call", () => {
  it("shares no predicate with the other, or every program would load a further file", () => {
    const [eager, lazy] = ["endpoints", "lazy-endpoints"].map((table) => guardsOf(table));
    expect(eager).toContain("accounts.guards");
    expect(lazy).toContain("products.guards");
    expect([...(lazy ?? [])].filter((file) => eager?.has(file))).toEqual([]);
  });
});

/** The files of predicates that a generated file loads; every door has what they all share. */
function guardsOf(name: string, found = new Set<string>()): ReadonlySet<string> {
  const file = new URL(`../../src/schemas/${name}.generated.ts`, import.meta.url);
  const imports = readFileSync(file, "utf8").matchAll(/ from "\.\/(\S+\.guards)\.generated/g);
  for (const [, guards = ""] of imports) {
    if (guards === "values.guards" || found.has(guards)) continue;
    found.add(guards);
    guardsOf(guards, found);
  }
  return found;
}

/** Every function two or more levels below the client; what is on the client itself is no resource. */
function methodsOf(holder: object, path: readonly string[] = []): string[] {
  return Object.entries(holder).flatMap(([name, value]) => {
    const here = [...path, name];
    if (typeof value === "function") return path.length === 0 ? [] : [here.join(".")];
    return typeof value === "object" && value !== null ? methodsOf(value, here) : [];
  });
}
