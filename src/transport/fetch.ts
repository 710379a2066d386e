/** The same over a `fetch`: the app's, so that msw and the like can see requests, or the runtime's own. */

import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { causesOf } from "../checks/errors.js";
import { stream as streams } from "./builtin.js";
import { type Send, tooLarge, WireError, type WireRequest, type WireResponse } from "./wire.js";

/** The part of `fetch` that is used: a URL as a string, and the request. */
export type FetchLike = (input: string, init: RequestInit) => Promise<Response>;

/**
 * The global `fetch` is looked up at each call, so that a test tool can patch it after the client was
 * created.
 */
export function sendByFetch(fetch: FetchLike, maxBytes: number): Send {
  const late = fetch === globalThis.fetch;
  return (request) => exchange(late ? globalThis.fetch : fetch, request, maxBytes);
}

async function exchange(
  fetch: FetchLike,
  request: WireRequest,
  maxBytes: number,
): Promise<WireResponse> {
  const abort = new AbortController();
  const { deadline } = request;
  const body = openBody(request);
  let delivered = false;
  try {
    return await new Promise<WireResponse>((resolve, reject) => {
      deadline.watch("waiting for the answer", (error) => {
        abort.abort(error);
        if (!delivered) reject(error);
      });
      perform(fetch, request, body, abort.signal, maxBytes).then((response) => {
        delivered = response.stream !== undefined;
        resolve(response);
      }, reject);
    });
  } catch (error) {
    // Only the underlying error code tells a refused connection from a lost response.
    throw new WireError(!neverSent(error), deadline.phase, error);
  } finally {
    if (!delivered) deadline.unwatch();
    // Whatever fetch has left unread.
    if (typeof body === "object" && "destroy" in body) body.destroy();
  }
}

function openBody({ body }: WireRequest): string | Uint8Array | Readable | undefined {
  if (typeof body !== "object" || !("open" in body)) return body;
  // Its error reaches fetch; if fetch does not read it any more, it must not crash the process.
  return streams()
    .Readable.from(body.open())
    .on("error", () => undefined);
}

async function perform(
  fetch: FetchLike,
  request: WireRequest,
  body: ReturnType<typeof openBody>,
  signal: AbortSignal,
  maxBytes: number,
): Promise<WireResponse> {
  const { origin, path, query, method } = request;
  const init: RequestInit = { method, headers: pairs(request.headers), signal, redirect: "manual" };
  if (typeof body === "object" && "destroy" in body) {
    const web: unknown = streams().Readable.toWeb(body);
    Object.assign(init, { body: web, duplex: "half" });
  } else if (body !== undefined) Object.assign(init, { body });
  const response = await fetch(origin + path + query, init);
  request.deadline.phase = "reading the answer";
  const head = { status: response.status, headers: Object.fromEntries(response.headers) };
  if (request.streamed && response.ok && response.body) {
    const stream = streams().Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    stream.once("close", () => request.deadline.unwatch());
    return { ...head, body: Buffer.alloc(0), stream };
  }
  const whole = await readWhole(response, maxBytes);
  return whole ? { ...head, body: whole } : { ...head, ...tooLarge(maxBytes) };
}

/** Undefined if there are more bytes than allowed: the rest is left unread. */
async function readWhole(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function pairs(flat: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2)
    list.push([flat[i] as string, flat[i + 1] as string]);
  return list;
}

/**
 * Codes of a connection that was never made: those of Node and undici, which Deno and Bun share in part, and
 * the names that older versions of Bun use.
 */
const beforeSending: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
]);

/** Certificates are checked before anything is sent. */
const badCertificate =
  /^(?:ERR_TLS_(?:CERT|HANDSHAKE)_|CERT_|UNABLE_TO_(?:VERIFY|GET)_|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT)/;

/**
 * The same where there is no code: Deno quotes hyper, which says at which stage it failed, and Node ends a
 * handshake with the code of a lost connection. workerd says "Network connection lost." of a connection that
 * was refused and of one that was lost, so there every failure counts as a lost answer. Last come the ports
 * that no fetch connects to.
 */
const beforeSendingInWords =
  /client error \(Connect\): |error trying to connect: |before secure TLS connection was established|^bad port$|Requests to port \d+ are blocked/;

function neverSent(error: unknown): boolean {
  for (const one of causesOf(error)) {
    const { code, message } = one as Error & { readonly code?: unknown };
    if (beforeSending.has(code) || badCertificate.test(String(code))) return true;
    if (beforeSendingInWords.test(message)) return true;
  }
  return false;
}
