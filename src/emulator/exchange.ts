/** One exchange as plain data: both edges, the socket and the in-process fetch, speak this. */

export interface EmulatedRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Scheme and host by which the caller reached the emulator; download links carry it. */
  readonly origin: string;
}

/**
 * How an answer is delivered.
 *
 * - `whole`: as it is.
 * - `no_headers`: the caller waits forever, the connection stays open.
 * - `half_body`: headers and half of the body, then silence.
 * - `dropped`: the connection ends without an answer.
 * - `dropped_half_way`: headers and half of the body, then the connection ends.
 */
export type Delivery = "whole" | "no_headers" | "half_body" | "dropped" | "dropped_half_way";

export interface EmulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly delivery: Delivery;
}

/** More than any upload needs; an edge stops keeping a body that grows beyond it. */
export const maxBodyBytes: number = 32 * 1024 * 1024;

/** The answer to undefined has no body. */
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
