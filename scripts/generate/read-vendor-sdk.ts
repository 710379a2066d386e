/** Reads which endpoint each method of Airwallex's own SDK calls, from the installed package. */

import { createRequire } from "node:module";

export interface VendorMethod {
  /** Such as `scale.accounts.createNewAccount`. */
  readonly name: string;
  /** Such as `POST /api/v1/accounts/create`; names of path parameters are left out: `{}`. */
  readonly endpoint: string;
}

type Members = Readonly<Record<string, unknown>>;

export const vendorPackage = "@airwallex/node-sdk";

/** The methods in the order of the package, and its version. */
export function readVendorSdk(): {
  readonly version: string;
  readonly methods: readonly VendorMethod[];
} {
  const require = createRequire(import.meta.url);
  const { Airwallex } = require(vendorPackage) as { Airwallex: new (config: Members) => Members };
  const { version } = require(`${vendorPackage}/package.json`) as { readonly version: string };
  const sdk = new Airwallex({ clientId: "-", apiKey: "-", env: "demo", enableTelemetry: false });
  const groups = [...Object.keys(sdk), "simulation"].filter((group) => /^[a-z]/.test(group));
  const methods = groups.flatMap((group) =>
    Object.entries(membersOf(sdk[group])).flatMap(([resource, value]) =>
      methodsOf(value).map(([name, code]) => describe(`${group}.${resource}.${name}`, code)),
    ),
  );
  return { version, methods: methods.filter((method) => method !== undefined) };
}

const membersOf = (value: unknown): Members =>
  typeof value === "object" && value !== null ? (value as Members) : {};

function methodsOf(resource: unknown): readonly (readonly [name: string, code: string])[] {
  if (typeof resource !== "object" || resource === null) return [];
  const prototype: unknown = Object.getPrototypeOf(resource);
  const own = Object.getOwnPropertyDescriptors(membersOf(prototype));
  return Object.entries(own).flatMap(([name, { value }]) =>
    typeof value === "function" && name !== "constructor" ? [[name, String(value)] as const] : [],
  );
}

/** Each method has the path as a text, and one call to the HTTP client. */
function describe(name: string, code: string): VendorMethod | undefined {
  const [, path] = /localVarPath = '(\/[^']+)'/.exec(code) ?? [];
  const [, verb] = /apiClient\.(get|post|put|patch|delete)\(/.exec(code) ?? [];
  if (path === undefined || verb === undefined) return undefined;
  return { name, endpoint: endpointOf(verb, path) };
}

/** A method and a path, so that two spellings of one endpoint are equal. */
export const endpointOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, "{}")}`;
