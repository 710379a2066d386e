/** One attempt to deliver: a POST whose status is all that matters, and whose first words are kept. */

import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";

export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  /** The beginning of its body. */
  readonly answer: string;
}

/** The answer, or why there was none, such as `timeout` or `ECONNREFUSED`. */
export type PostResult =
  | (Answer & { readonly failure: undefined })
  | { readonly status: undefined; readonly answer: undefined; readonly failure: string };

/** An answer of a handler is a word; a page of a framework is longer, and says it in its first lines. */
const keptLength = 1_000;

/** Answers a delivery in this process. A fetch can do that, and so can a handler of requests. */
export type Receive = (request: Request) => Response | Promise<Response>;

/** @param fetch answers in this process; undefined for a socket */
export async function post(posting: Posting, fetch: Receive | undefined): Promise<PostResult> {
  const { timeoutMs, signal } = posting;
  const ended = new AbortController();
  const stop = (): void => ended.abort("stopped");
  const timer = setTimeout(() => ended.abort("timeout"), timeoutMs);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    const own = { ...posting, signal: ended.signal };
    const sent = fetch ? postInProcess(own, fetch) : postToSocket(own);
    return { ...(await Promise.race([sent, rejection(ended.signal)])), failure: undefined };
  } catch (error) {
    const failure = ended.signal.aborted ? String(ended.signal.reason) : reasonOf(error, fetch);
    return { status: undefined, answer: undefined, failure };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    ended.abort();
  }
}

/** A connection of its own, so that none stays open. Redirects are not followed. */
function postToSocket({ url, headers, body, signal }: Posting): Promise<Answer> {
  const send = new URL(url).protocol === "https:" ? overHttps : overHttp;
  const length = { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: "POST",
      agent: false,
      headers: { ...headers, ...length },
      signal,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("error", reject);
      response.on("data", (text: string) => {
        answer = (answer + text).slice(0, keptLength);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, answer }));
    });
    request.end(body);
  });
}

async function postInProcess(
  { url, headers, body, signal }: Posting,
  fetch: Receive,
): Promise<Answer> {
  const request = new Request(url, { method: "POST", headers, body, signal });
  // What JavaScript, or a test that nobody compiles, returns may be anything.
  const response: Partial<Response> | undefined = await fetch(request);
  const { status } = response ?? {};
  if (status === undefined) throw new TypeError("it returned no Response");
  return { status, answer: ((await response?.text?.()) ?? "").slice(0, keptLength) };
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function reasonOf(error: unknown, fetch: Receive | undefined): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return fetch ? `webhooks.fetch failed: ${error}` : String(code ?? message ?? error);
}
