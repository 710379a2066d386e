/** The edge without a socket: a `fetch` that the emulator answers itself. */

import { promisify } from "node:util";
import { brotliDecompress, unzip } from "node:zlib";
import {
  type EmulatedRequest,
  type EmulatedResponse,
  firstHalf,
  maxBodyBytes,
  toBytes,
} from "./exchange.js";
import type { Handle } from "./handle.js";

/** A `fetch` over the core. Broken deliveries fail as they do in Node's own. */
export function createFetch(handle: Handle): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    // The caller's own signal: that of `request` follows it only while `request` is referenced.
    const signal = init?.signal ?? (input instanceof Request ? input : request).signal;
    signal.throwIfAborted();
    const aborted = rejectOnAbort(signal);
    try {
      const answered = toEmulated(request).then(handle);
      const response = await Promise.race([answered, aborted.promise]);
      if (response.delivery === "dropped") throw connectionLost();
      if (response.delivery === "no_headers") return await aborted.promise;
      return await toResponse(response, signal);
    } finally {
      aborted.forget();
    }
  };
}

async function toEmulated(request: Request): Promise<EmulatedRequest> {
  const url = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(request.headers),
    body: body.subarray(0, maxBodyBytes),
    origin: url.origin,
  };
}

/** Statuses for which `Response` allows no body. */
const bodiless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

async function toResponse(response: EmulatedResponse, signal: AbortSignal): Promise<Response> {
  const { status, headers, delivery } = response;
  const body = await decode(toBytes(response.body), headers["content-encoding"]);
  const whole = delivery === "whole";
  const content = whole ? new Uint8Array(body) : halfOf(body, delivery, signal);
  return new Response(bodiless.has(status) ? null : content, { status, headers });
}

/** A real fetch decompresses a body before delivering it. */
async function decode(body: Uint8Array, encoding: string | undefined): Promise<Uint8Array> {
  if (encoding === "gzip" || encoding === "deflate") return await promisify(unzip)(body);
  if (encoding === "br") return await promisify(brotliDecompress)(body);
  return body;
}

/** Half of a body and then silence, or a failure. */
function halfOf(
  body: Uint8Array,
  delivery: EmulatedResponse["delivery"],
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = () => controller.error(signal.reason);
      if (delivery === "half_body") signal.addEventListener("abort", fail, { once: true });
    },
    pull(controller) {
      const half = firstHalf(body);
      if (!sent && half.length > 0) controller.enqueue(half);
      else if (delivery === "dropped_half_way") controller.error(connectionLost("terminated"));
      sent = true;
    },
  });
}

function rejectOnAbort(signal: AbortSignal): {
  readonly promise: Promise<never>;
  readonly forget: () => void;
} {
  const { promise, reject } = deferred();
  const listener = (): void => reject(signal.reason);
  signal.addEventListener("abort", listener, { once: true });
  return { promise, forget: () => signal.removeEventListener("abort", listener) };
}

function deferred(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // It may reject when nothing awaits it any more.
  promise.catch(() => {});
  return { promise, reject };
}

function connectionLost(message = "fetch failed"): TypeError {
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  return new TypeError(message, { cause });
}
