/** Fetches a pre-signed link as a stream. The bearer token is never sent to it. */

import type { Readable } from "node:stream";
import type { CallFacts } from "../errors/index.js";
import { ShapeError } from "../errors/index.js";
import { stream as streams } from "../transport/builtin.js";
import { DeadlineError, openDeadline } from "../transport/deadline.js";
import { header, type Send, WireError, type WireRequest } from "../transport/wire.js";
import { translate } from "./failure.js";
import { refusal } from "./outcome.js";
import type { CallOptions, CallSettings } from "./settings.js";

/** A transfer that is cut short, by a lost connection or the deadline, ends the stream with `NetworkError`. */
export type Download = (
  operation: string,
  url: string,
  options?: DownloadOptions,
) => Promise<Readable>;

export interface DownloadOptions extends Pick<CallOptions, "signal" | "timeoutMs" | "maxRetries"> {
  /** How large the file must be. Checked where it was compressed on its way, which hides a missing end. */
  readonly sizeBytes?: number | undefined;
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
          throw refusal(request(link), response, { bodies: [], query: undefined }, settings);
        } else {
          const has = (name: string) => header(response.headers, name) !== undefined;
          // Coded, or without a length of its own, an answer that is cut short looks whole.
          const hidesItsEnd =
            has("content-encoding") || !(has("content-length") || has("transfer-encoding"));
          return guard(
            response.stream ?? streams().Readable.from([response.body]),
            request(link),
            hidesItsEnd ? options.sizeBytes : undefined,
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
function guard(inner: Readable, request: WireRequest, sizeBytes: number | undefined): Readable {
  const { deadline } = request;
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
    outer.destroy(translate(new WireError(true, "reading the answer", cause), request) as Error);
  };
  let total = 0;
  const isWrong = (): boolean => sizeBytes !== undefined && total !== sizeBytes;
  inner.on("data", (chunk: Buffer) => {
    total += chunk.length;
    // More than there is: no need to wait for the end, if it ever comes.
    if (isWrong() && total > (sizeBytes as number)) fail(wrongSize(sizeBytes));
    else if (!outer.push(chunk)) inner.pause();
  });
  inner.once("end", () => (isWrong() ? fail(wrongSize(sizeBytes)) : outer.push(null)));
  inner.on("error", fail);
  inner.once("close", () => {
    if (!inner.readableEnded && !outer.destroyed) fail(new Error("the connection was closed"));
  });
  // Readers still see the error; if there are none, it must not crash the process.
  outer.on("error", () => undefined);
  // Flows only once the reader asks for data.
  inner.pause();
  return outer;
}

function wrongSize(sizeBytes: number | undefined): Error {
  return new Error(`the file does not have its ${sizeBytes} bytes`);
}
