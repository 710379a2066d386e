/** One attempt to deliver: a POST whose status is all that matters. */

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

/** The status of the answer, or why there was none, such as `timeout` or `ECONNREFUSED`. */
export type PostResult =
  | { readonly status: number; readonly failure: undefined }
  | { readonly status: undefined; readonly failure: string };

/** @param fetch answers in this process; undefined for a socket */
export async function post(
  posting: Posting,
  fetch: typeof globalThis.fetch | undefined,
): Promise<PostResult> {
  const { timeoutMs, signal } = posting;
  const ended = new AbortController();
  const stop = (): void => ended.abort("stopped");
  const timer = setTimeout(() => ended.abort("timeout"), timeoutMs);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    const own = { ...posting, signal: ended.signal };
    const sent = fetch ? postInProcess(own, fetch) : postToSocket(own);
    return { status: await Promise.race([sent, rejection(ended.signal)]), failure: undefined };
  } catch (error) {
    const failure = ended.signal.aborted ? String(ended.signal.reason) : codeOf(error);
    return { status: undefined, failure };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    ended.abort();
  }
}

/** A connection of its own, so that none stays open. Redirects are not followed. */
function postToSocket({ url, headers, body, signal }: Posting): Promise<number> {
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
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    request.end(body);
  });
}

async function postInProcess(
  { url, headers, body, signal }: Posting,
  fetch: typeof globalThis.fetch,
): Promise<number> {
  const response = await fetch(url, { method: "POST", headers, body, signal });
  await response.body?.cancel();
  return response.status;
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return String(code ?? message ?? error);
}
