/** A caller of the emulator that knows nothing of this package: fetch, headers and JSON. */

import { defaultApiKey, defaultClientId } from "airwallex-connect/emulator";

/** The parts of an answer that the tests look at. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly body: any;
}

export interface Target {
  readonly url?: string;
  readonly fetch: typeof globalThis.fetch;
}

export type Api = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Sends without a token, over the socket if the emulator has one. */
export async function send(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const fetch = target.url === undefined ? target.fetch : globalThis.fetch;
  const response = await fetch((target.url ?? "http://emulator.localhost") + path, {
    method,
    headers:
      body instanceof FormData ? headers : { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

export function login(
  target: Target,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const credentials = { "x-client-id": defaultClientId, "x-api-key": defaultApiKey, ...headers };
  return send(target, "POST", "/api/v1/authentication/login", undefined, credentials);
}

/** Logs in and returns a function that sends with the token. */
export async function connect(target: Target): Promise<Api> {
  const { body } = await login(target);
  const authorization = `Bearer ${body.token}`;
  return (method, path, sent, headers) =>
    send(target, method, path, sent, { authorization, ...headers });
}
