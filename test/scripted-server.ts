/** A real HTTP server on this machine that answers as each test's script says. */

import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Account } from "../src/index.js";

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  /** What has arrived of the body so far. */
  readonly body: Buffer;
  /** Settles when the connection or the answer is over. */
  readonly closed: Promise<unknown>;
}

/** Handles one request, once its body is there. */
export type Answer = (
  response: ServerResponse,
  seen: SeenRequest,
  request: IncomingMessage,
) => unknown;

export interface Script {
  /** For the first logins; every later login gets another token. */
  readonly logins?: readonly Answer[];
  /** For the first requests other than logins; then `otherwise`. */
  readonly answers?: readonly Answer[];
  /** Default: 200 and an account. */
  readonly otherwise?: Answer;
}

export interface ScriptedServer {
  readonly url: string;
  /** Every request other than a login, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  readonly logins: readonly SeenRequest[];
  /** How many connections were opened so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** What a client of a scripted server needs to log in. */
export const key = {
  environment: "sandbox",
  clientId: "client-id-7Qk2",
  apiKey: "api-key-s3cr3t-9Zx4",
} as const;

/** The token that the scripted server issues at its n-th login. */
export const tokenOf = (n: number): string => `token-s3cr3t-${n}`;

export async function startServer(script: Script = {}): Promise<ScriptedServer> {
  const queues = { logins: [...(script.logins ?? [])], answers: [...(script.answers ?? [])] };
  const requests: SeenRequest[] = [];
  const logins: SeenRequest[] = [];
  let connections = 0;

  const server = createServer(async (request, response) => {
    const isLogin = request.url?.endsWith("/authentication/login") ?? false;
    const received: Buffer[] = [];
    const seen: SeenRequest = {
      method: request.method ?? "",
      target: request.url ?? "",
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      get body() {
        return Buffer.concat(received);
      },
      closed: once(response, "close"),
    };
    const number = (isLogin ? logins : requests).push(seen);
    const answer = isLogin
      ? (queues.logins.shift() ?? token(tokenOf(number)))
      : (queues.answers.shift() ?? script.otherwise ?? json(200, account()));
    try {
      for await (const chunk of request) received.push(chunk as Buffer);
      await answer(response, seen, request);
    } catch {
      response.destroy();
    }
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    logins,
    get connections() {
      return connections;
    },
    close,
  };
}

/** The address of a server that no longer exists. */
export async function closedServer(): Promise<string> {
  const server = await startServer();
  await server.close();
  return server.url;
}

type Headers = Readonly<Record<string, string>>;

export function json(status: number, body: unknown, headers: Headers = {}): Answer {
  return text(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

export function text(status: number, body: string | Buffer, headers: Headers = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Sends the body in parts, each as a chunk of its own. */
export function chunks(status: number, parts: readonly Uint8Array[]): Answer {
  return async (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    for (const part of parts) {
      response.write(part);
      await new Promise(setImmediate);
    }
    response.end();
  };
}

/** A refusal in the API's envelope, which may be retried at once if it is retried at all. */
export function refuse(status: number, body: object = {}, headers: Headers = {}): Answer {
  return json(
    status,
    { code: "some_code", message: "No", ...body },
    { "retry-after": "0", ...headers },
  );
}

/** A successful login; without a date, the lifetime is counted from the client's own clock. */
export function token(value: string, lifetimeMs = 30 * 60_000): Answer {
  return (response, seen, request) => {
    response.sendDate = false;
    const expires_at = new Date(Date.now() + lifetimeMs).toISOString();
    return json(201, { token: value, expires_at })(response, seen, request);
  };
}

export function slowly(waitMs: number, answer: Answer): Answer {
  return async (response, seen, request) => {
    await sleep(waitMs);
    return answer(response, seen, request);
  };
}

/** Never answers. */
export function stall(): Answer {
  return () => undefined;
}

/** Sends the head and part of the body, then nothing more. */
export function stallBody(headers: Headers = {}): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.write('{"id":');
  };
}

/** Closes the connection without an answer. */
export function cut(): Answer {
  return (response) => response.destroy();
}

/** Closes the connection in the middle of the answer. */
export function cutBody(headers: Headers = {}): Answer {
  return (response) => {
    response.writeHead(200, { "content-length": "1000", ...headers });
    response.write('{"id":', () => response.destroy());
  };
}

/** Writes bytes to the connection that need not be HTTP. */
export function raw(bytes: string): Answer {
  return (response) => response.socket?.end(bytes);
}

/** An account as the API returns it. */
export function account(changes: Partial<Account> = {}): Account {
  return {
    id: "acct_7yJwTkV3NqePd1",
    created_at: new Date().toISOString(),
    status: "CREATED",
    identifier: "seller-42",
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    primary_contact: { email: "ada@example.com" },
    ...changes,
  };
}

/** The least an account can be created with. */
export const newAccount = {
  primary_contact: { email: "ada@example.com" },
  customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
} as const;

/** The multipart form of a request, as a server parses it. */
export async function formOf(request: SeenRequest | undefined): Promise<{
  readonly names: readonly string[];
  readonly file: File;
}> {
  const headers = { "content-type": request?.headers["content-type"] ?? "" };
  const form = await new Response(request?.body, { headers }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) throw new Error("The form has no file");
  return { names: [...form.keys()], file };
}

/** What a promise failed with, and how long that took. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ readonly error: unknown; readonly tookMs: number }> {
  const start = performance.now();
  const error = await promise.then(
    () => new Error("It did not fail"),
    (reason: unknown) => reason,
  );
  return { error, tookMs: performance.now() - start };
}

/** An API that gives a link to a path of its own, and serves that path as the test says. */
export async function fileServer(
  serve: Answer,
  link: (server: ScriptedServer) => string = ({ url }) => `${url}/signed/file_1?sig=s3cr3t`,
): Promise<ScriptedServer> {
  const server: ScriptedServer = await startServer({
    otherwise: (response, seen, request) => {
      if (seen.target !== "/api/v1/files/download_links") return serve(response, seen, request);
      const files = [
        {
          file_id: "file_1",
          filename: "x.png",
          content_type: "image/png",
          size: 5,
          url: link(server),
        },
      ];
      return json(200, { files, absent_files: [] })(response, seen, request);
    },
  });
  return server;
}
