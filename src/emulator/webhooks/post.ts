/** One delivery attempt: a POST of which only the status matters; the start of the response is kept. */

import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { Receive } from "../engine/webhook-options.js";

export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Aborts it at once. */
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  /** The start of its body. */
  readonly answer: string;
}

/** The response, or why there was none, such as `timeout` or `ECONNREFUSED`. */
export type PostResult =
  | (Answer & { readonly failure: undefined })
  | { readonly status: undefined; readonly answer: undefined; readonly failure: string };

/** A handler answers with a word; a framework's error page is longer, but its first lines say enough. */
const keptLength = 1_000;

/** @param fetch Answers in this process; undefined to use a socket. */
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

/** Uses a connection of its own, so that none stays open. Redirects are not followed. */
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
  // Plain JavaScript, or a test that is never type-checked, may return anything.
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
