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
  { body }: WireResponse,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  try {
    return parse(textOfBody(body));
  } catch {
    // The parser's own message quotes the body.
    return undefined;
  }
}

/** Without the byte-order mark that some servers put before JSON. */
export function textOfBody(body: Buffer): string {
  const hasMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return hasMark ? body.toString("utf8", 3) : body.toString();
}

/** Describes a body that is not JSON, without quoting it. */
export function describeUnreadable({ headers, body, problem }: WireResponse): string {
  if (problem !== undefined) return problem;
  if (body.length === 0) return "the answer has no body";
  const type = header(headers, "content-type") ?? "no content-type";
  const coding = header(headers, "content-encoding");
  const kind = [type, ...(coding ? [coding] : []), `${body.length} bytes`].join(", ");
  return `the answer is not JSON (${kind})`;
}
