/** Reads the body of a response, which may be anything. */

import { isObject, textOf } from "../checks/values.js";
import { header, type WireResponse } from "./wire.js";

/** The API's own code, such as `request_id_duplicate`; empty if the body has none. */
export function apiCodeOf(response: WireResponse): string {
  const body = parseBody(response);
  return (isObject(body) && textOf(body["code"])) || "";
}

/** The body parsed as JSON, or undefined if it is not JSON. */
export function parseBody(
  { body, undecoded }: WireResponse,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  if (undecoded !== undefined) return undefined;
  try {
    return parse(body.toString());
  } catch {
    // The parser's own message quotes the body.
    return undefined;
  }
}

/** Describes a body that is not JSON, without quoting it. */
export function describeUnreadable({ headers, body, undecoded }: WireResponse): string {
  if (undecoded !== undefined) return `its content-encoding "${undecoded}" cannot be undone`;
  if (body.length === 0) return "the answer has no body";
  const type = header(headers, "content-type") ?? "no content-type";
  return `the answer is not JSON (${type}, ${body.length} bytes)`;
}
