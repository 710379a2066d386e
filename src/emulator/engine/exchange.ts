/** One exchange as plain data, for both edges: the socket and the in-process fetch. */

export interface EmulatedRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Scheme and host by which the caller reached the emulator; used in download links. */
  readonly origin: string;
}

/**
 * How a response is delivered.
 *
 * - `whole`: in full.
 * - `no_headers`: the caller waits forever, the connection stays open.
 * - `half_body`: headers and half of the body, then silence.
 * - `dropped`: the connection ends without a response.
 * - `dropped_half_way`: headers and half of the body, then the connection ends.
 */
export type Delivery = "whole" | "no_headers" | "half_body" | "dropped" | "dropped_half_way";

export interface EmulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly delivery: Delivery;
}

/** More than any upload needs; the edges keep no more of a body than this. */
export const maxBodyBytes: number = 32 * 1024 * 1024;

/** Without a value, the response has no body. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatedResponse {
  const empty = body === undefined;
  return {
    status,
    headers: empty ? headers : { "content-type": "application/json", ...headers },
    body: empty ? "" : JSON.stringify(body),
    delivery: "whole",
  };
}

/** The part of a body that a broken delivery still sends. */
export function firstHalf(body: Uint8Array): Uint8Array {
  return body.subarray(0, Math.floor(body.length / 2));
}

export function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}

/** Whether a text is an http or https URL, of which all readers find the same host. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i.test(text) && URL.canParse(text);
}
