/** Every method of a client answers what no type allows with an error that says what was wrong. */

import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { expect, it } from "vitest";

const client = createClient({
  ...createEmulator().clientOptions,
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

/** Every method below the client, by its name. */
function methodsOf(holder: object, path: readonly string[] = []): readonly [string, Method][] {
  const made = path.length === 0 ? Object.getOwnPropertyNames(Object.getPrototypeOf(holder)) : [];
  return [...Object.keys(holder), ...made].flatMap((name): readonly [string, Method][] => {
    const value = (holder as Readonly<Record<string, unknown>>)[name];
    const here = [...path, name];
    if (typeof value === "function") {
      return path.length === 0 ? [] : [[here.join("."), value.bind(holder)]];
    }
    return typeof value === "object" && value !== null ? methodsOf(value, here) : [];
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

const methods = methodsOf(client);

it("finds the methods of a client", () => {
  expect(methods.length).toBeGreaterThan(100);
});

it.each(methods)("client.%s() says what it cannot take", async (_, method) => {
  for (const args of argumentLists) {
    const error = await call(method, args);
    if (error === undefined) continue;
    // Ours has a code, or begins with what could not be done; the engine's own says what it tripped over.
    expect(error).toBeInstanceOf(Error);
    const { code, message } = error as Error & { readonly code?: string };
    if (typeof code !== "string" || !/^[a-z_]+$/.test(code)) {
      expect(message).toMatch(
        /^Cannot (call|run|use|create|make) [\w.]+: .+(expected|known option)/,
      );
    }
  }
});
