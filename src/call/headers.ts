/** Request headers as undici takes them: alternating names and values, prepared once per client. */

import { kindOf } from "../checks/values.js";
import type { Issue } from "../errors/index.js";
import { ValidationError } from "../errors/index.js";
import type { CallOptions, CallSettings } from "./settings.js";

/** Replaced when the package is built. */
declare const __VERSION__: string | undefined;

const packageVersion: string = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";

type Defaults = Pick<CallSettings, "onBehalfOf" | "apiVersion" | "headers">;
type Named = Pick<CallOptions, "onBehalfOf" | "scaToken" | "apiVersion">;

/** The headers sent with every call of a client. */
export interface CommonHeaders {
  readonly withoutBody: readonly string[];
  readonly withJson: readonly string[];
}

export function commonHeaders(settings: Defaults): CommonHeaders {
  const own = { ...lower(settings.headers), ...named(settings) };
  const kept = usual.filter((_, i) => !Object.hasOwn(own, usual[i - (i % 2)] as string));
  const withoutBody = [...kept, ...flatten("createClient", own)];
  return { withoutBody, withJson: [...withoutBody, "content-type", "application/json"] };
}

const usual: readonly string[] = [
  "accept",
  "application/json",
  "user-agent",
  `airwallex-connect/${packageVersion} node/${process.versions.node}`,
];

/** The headers of one call: the common ones, except where the call sets its own. */
export function callHeaders(
  operation: string,
  common: readonly string[],
  options: CallOptions,
  payload: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  const { headers, onBehalfOf, scaToken, apiVersion } = options;
  const isCommon = onBehalfOf === undefined && scaToken === undefined && apiVersion === undefined;
  if (isCommon && !headers && !payload) return common;
  refuseNamed(operation, options);
  const own = { ...lower(headers ?? {}), ...named({ onBehalfOf, scaToken, apiVersion }) };
  const replaced = new Set(Object.keys(own));
  if (apiVersion === null) replaced.add("x-api-version");
  const kept = common.filter((_, i) => !replaced.has(common[i - (i % 2)] as string));
  return [...kept, ...flatten(operation, own), ...Object.entries(payload ?? {}).flat()];
}

/** A dated version such as `2026-08-21`, or null for none. */
export function isVersion(version: unknown): version is string | null {
  return version === null || (typeof version === "string" && /^\d{4}-\d{2}-\d{2}$/.test(version));
}

function refuseNamed(operation: string, { onBehalfOf, scaToken, apiVersion }: Named): void {
  const issues: Issue[] = [
    ...refuseText("onBehalfOf", onBehalfOf, "an account id"),
    ...refuseText("scaToken", scaToken, "the token of a verification"),
  ];
  if (apiVersion !== undefined && !isVersion(apiVersion)) {
    const message = "is not a dated version, expected one such as 2026-08-21, or null";
    issues.push({ path: ["apiVersion"], message });
  }
  if (issues.length > 0) throw new ValidationError(operation, issues);
}

function refuseText(name: string, value: unknown, expected: string): readonly Issue[] {
  if (value === undefined || (typeof value === "string" && value !== "")) return [];
  const kind = value === "" ? "empty" : kindOf(value);
  return [{ path: [name], message: `is ${kind}, expected ${expected}` }];
}

function named({ onBehalfOf, scaToken, apiVersion }: Named): Record<string, string> {
  return {
    ...(onBehalfOf === undefined ? {} : { "x-on-behalf-of": onBehalfOf }),
    ...(scaToken === undefined ? {} : { "x-sca-token": scaToken }),
    ...(typeof apiVersion === "string" ? { "x-api-version": apiVersion } : {}),
  };
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Set by the client itself; a second value would conflict. */
const reserved: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "host",
  "transfer-encoding",
]);

function flatten(operation: string, headers: Readonly<Record<string, string>>): readonly string[] {
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const message = problemWith(name, value);
    if (message) issues.push({ path: ["headers", name], message });
  }
  if (issues.length > 0) throw new ValidationError(operation, issues);
  return Object.entries(headers).flat();
}

function problemWith(name: string, value: unknown): string | undefined {
  if (reserved.has(name)) return "is set by the client itself and cannot be replaced";
  if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return "is not a valid header name";
  if (typeof value !== "string" || value === "") return "is not a string, expected a header value";
  if (!/^[\t\x20-\x7e\x80-\xff]+$/.test(value)) return "holds characters that no header can carry";
  return undefined;
}
