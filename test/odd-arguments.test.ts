/** Every method answers what no type allows with an error that says what was wrong. */

import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { createInbox, createWebhooks } from "airwallex-connect/webhooks";
import { expect, it } from "vitest";

// Its `fetch` answers as the runtime's own does.
const { clientOptions, fetch: _, ...emulator } = createEmulator();
const client = createClient({
  ...clientOptions,
  maxRetries: 0,
  oauth: {
    ...{ clientId: "app", clientSecret: "secret", redirectUri: "https://example.com/callback" },
    scopes: ["account_details:read"],
    store: createMemoryStore(),
  },
});

const odd: readonly unknown[] = [
  ...[undefined, null, 5, 5n, true, "", "x", Symbol("odd"), () => 1],
  ...[[], [null], {}, { items: null, scope: null, name: null }],
  ...[new Date(Number.NaN), Object.create(null)],
];

/** An odd value in each place, beside one that is in order. */
const argumentLists = [
  [],
  ...odd.flatMap((value) => [
    ...[[value], [value, {}], [{}, value]],
    ...[
      ["id", value],
      ["id", {}, value],
      ["id", "id", value],
    ],
  ]),
];

type Method = (...args: readonly unknown[]) => unknown;

/** Every method of an object and of what it holds, by its name; but those that end it. */
function methodsOf(holder: object, path: string): readonly [string, Method][] {
  // A client makes its members when they are used: they are getters of its prototype.
  const prototype: object = Object.getPrototypeOf(holder);
  const made = prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype);
  return [...Object.keys(holder), ...made].flatMap((name): readonly [string, Method][] => {
    if (["constructor", "close"].includes(name)) return [];
    const value = (holder as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "function") return [[`${path}.${name}`, value.bind(holder)]];
    const isHolder = typeof value === "object" && value !== null && !Array.isArray(value);
    return isHolder ? methodsOf(value, `${path}.${name}`) : [];
  });
}

async function call(method: Method, args: readonly unknown[]): Promise<unknown> {
  try {
    const returned = method(...args);
    if (typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned) {
      for await (const _ of returned as AsyncIterable<unknown>) break;
    }
    await returned;
    return undefined;
  } catch (error) {
    return error;
  }
}

const methods = [
  ...methodsOf(client, "client"),
  ...methodsOf(emulator, "emulator"),
  ...methodsOf(createWebhooks({ secrets: "whsec_test" }), "hooks"),
  ...methodsOf(createMemoryStore(), "store"),
  ...methodsOf(createInbox(createMemoryStore()), "inbox"),
];

it("finds the methods", () => {
  expect(methods.length).toBeGreaterThan(150);
});

it.each(methods)("%s() says what it cannot take", async (_, method) => {
  for (const args of argumentLists) {
    const error = await call(method, args);
    if (error === undefined) continue;
    // Ours has a code, or begins with what could not be done; the engine's own says what it tripped over.
    expect(error).toBeInstanceOf(Error);
    const { code, message } = error as Error & { readonly code?: string };
    if (typeof code !== "string" || !/^[a-z_]+$/.test(code)) {
      expect(message).toMatch(/^Cannot [a-z][\w. "{}]*: .+/);
    }
  }
});
