/** Reads one header from whatever a framework passes as headers. */

import { WebhookVerificationError } from "../errors/webhook-errors.js";

/**
 * Headers of a delivery: a fetch `Headers`, those of `node:http`, or any record, with names in any case.
 */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The single value of a header. `name` is in lower case.
 *
 * Two values are refused even if equal: a proxy and the app behind it could each read a different one.
 *
 * @throws WebhookVerificationError `webhook_header_missing` or `webhook_header_repeated`.
 */
export function headerValue(headers: WebhookHeaders, name: string): string {
  const values = valuesOf(headers, name);
  const [value] = values;
  if (value === undefined || value === "") {
    throw new WebhookVerificationError("webhook_header_missing", `${name} is missing`, name);
  }
  // Both fetch and node:http join repeated headers with a comma.
  if (values.length > 1 || value.includes(",")) {
    const why = `${name} came more than once, expected one value`;
    throw new WebhookVerificationError("webhook_header_repeated", why, name);
  }
  return value;
}

function valuesOf(headers: WebhookHeaders, name: string): readonly string[] {
  if (typeof headers !== "object" || headers === null) {
    throw new TypeError(
      "Cannot read the headers: they are not an object, expected those of the request",
    );
  }
  if (isFetchHeaders(headers)) {
    const value = headers.get(name);
    return value === null ? [] : [value];
  }
  const values: string[] = [];
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value: unknown = headers[key];
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof one === "string") values.push(one);
    }
  }
  return values;
}

function isFetchHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers["get"] === "function";
}
