/** Fetches a pre-signed link as a stream. The bearer token is never sent to it. */

import type { Readable } from "node:stream";
import type { CallFacts } from "../errors/index.js";
import { ShapeError } from "../errors/index.js";
import { stream as streams } from "../transport/builtin.js";
import { DeadlineError, openDeadline } from "../transport/deadline.js";
import { header, type Send, WireError, type WireRequest } from "../transport/wire.js";
import { refusal, translate } from "./outcome.js";
import type { CallOptions, CallSettings } from "./settings.js";

/** Fails with `NetworkError` if a lost connection or the deadline cuts the transfer short. */
export type Download = (
  operation: string,
  url: string,
  options?: Pick<CallOptions, "signal" | "timeoutMs" | "maxRetries">,
) => Promise<Downloaded>;

export interface Downloaded {
  readonly stream: Readable;
  /** What ended the stream early, even if it is not an Error: streams can only be destroyed with one. */
  readonly reason: () => unknown;
}

const mostRedirects = 3;

export function createDownload(send: Send, settings: CallSettings): Download {
  return async (operation, url, options = {}) => {
    const { timeoutMs = settings.timeoutMs, maxRetries = settings.maxRetries, signal } = options;
    const first = readLink(operation, url);
    const deadline = openDeadline(operation, timeoutMs, signal);
    const progress = { attempts: 0, retries: 0, ambiguous: false };
    const request = (link: URL): WireRequest => ({
      operation,
      method: "GET",
      origin: link.origin,
      // Anyone who has the link can read the file, so no part of it goes into `path`, which is shown.
      path: "",
      query: link.pathname + link.search,
      headers: [],
      body: undefined,
      streamed: true,
      retry: "safe",
      maxRetries,
      deadline,
      progress,
    });
    let link = first;
    try {
      for (let redirects = 0; ; redirects++) {
        const response = await send(request(link));
        const location = header(response.headers, "location");
        const moved = response.status >= 300 && response.status < 400;
        if (moved && location && redirects < mostRedirects) {
          link = readLink(operation, location, link);
        } else if (response.status >= 300) {
          throw refusal(request(link), response, undefined, settings);
        } else {
          return guarded(
            response.stream ?? streams().Readable.from([response.body]),
            request(link),
          );
        }
      }
    } catch (error) {
      deadline.close();
      throw translate(error, request(link));
    }
  };
}

function readLink(operation: string, text: string, base?: URL): URL {
  const link = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  // An https link must not redirect to http.
  const allowed = base?.protocol === "https:" ? /^https:$/ : /^https?:$/;
  if (link && allowed.test(link.protocol)) return link;
  const facts: CallFacts = { operation, method: "GET", path: "", outcome: "done", attempts: 1 };
  const message = `Cannot call ${operation}: the link is not one that can be fetched`;
  throw new ShapeError("unexpected_shape", message, facts, [], text);
}

/**
 * The same bytes, with failures translated into our errors. The stream may be left unread: nothing is
 * thrown then, and the connection is released at the deadline or when the stream is destroyed.
 */
function guarded(inner: Readable, request: WireRequest): Downloaded {
  const { deadline } = request;
  let reason: unknown;
  const outer = new (streams().Readable)({
    read: () => inner.resume(),
    destroy(error, done) {
      deadline.close();
      inner.destroy();
      done(error);
    },
  });
  const fail = (error: unknown): void => {
    const { ended } = deadline;
    const cause = ended ? new DeadlineError(ended) : error;
    reason = translate(new WireError(true, "reading the answer", cause), request);
    outer.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  };
  inner.on("data", (chunk) => {
    if (!outer.push(chunk)) inner.pause();
  });
  inner.once("end", () => outer.push(null));
  inner.on("error", fail);
  inner.once("close", () => {
    if (!inner.readableEnded && !outer.destroyed) fail(new Error("the connection was closed"));
  });
  // Readers still see the error; if there are none, it must not crash the process.
  outer.on("error", () => undefined);
  // Flows only once the reader asks for data.
  inner.pause();
  return { stream: outer, reason: () => reason };
}
