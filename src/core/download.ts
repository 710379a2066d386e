/** Fetches a link that carries its own permission, as a stream. The bearer token is never sent to it. */

import { Readable } from "node:stream";
import type { Endpoint } from "../schemas/endpoint.js";
import { refusal, translate } from "./outcome.js";
import { openDeadline } from "./request.js";
import type { CallOptions, CallSettings } from "./settings.js";
import { header, type Send, type WireHeaders, type WireRequest } from "./wire.js";

export interface Downloaded {
  readonly headers: WireHeaders;
  /** Fails with `ConnectionError` when the connection or the deadline ends it early. */
  readonly stream: Readable;
}

export type Download = (
  operation: Endpoint["name"],
  url: string,
  options?: Pick<CallOptions, "signal" | "timeoutMs" | "maxRetries">,
) => Promise<Downloaded>;

const mostRedirects = 3;

export function createDownload(send: Send, settings: CallSettings): Download {
  return async (operation, url, options = {}) => {
    const { timeoutMs = settings.timeoutMs, maxRetries = settings.maxRetries, signal } = options;
    const deadline = openDeadline(operation, timeoutMs, signal);
    const progress = { attempts: 0, ambiguous: false };
    const request = (link: URL): WireRequest => ({
      operation,
      method: "GET",
      origin: link.origin,
      path: link.pathname,
      query: link.search,
      headers: [],
      body: undefined,
      streamed: true,
      retry: "safe",
      maxRetries,
      deadline,
      progress,
    });
    let current = request(new URL(url));
    try {
      for (let redirects = 0; ; redirects++) {
        const response = await send(current);
        const location = header(response.headers, "location");
        if (
          response.status >= 300 &&
          response.status < 400 &&
          location &&
          redirects < mostRedirects
        ) {
          current = request(new URL(location, current.origin + current.path));
        } else if (response.status >= 300) {
          throw refusal(current, response, {}, settings);
        } else {
          const stream = guarded(response.stream ?? Readable.from([response.body]), current);
          return { headers: response.headers, stream };
        }
      }
    } catch (error) {
      deadline.close();
      throw translate(error, current);
    }
  };
}

/** The same bytes, with failures in our words and the deadline closed at the end. */
function guarded(stream: Readable, request: WireRequest): Readable {
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* stream as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw translate(error, request);
    } finally {
      request.deadline.close();
    }
  }
  return Readable.from(read(), { objectMode: false });
}
