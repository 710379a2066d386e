/** The socket edge: node:http, with broken deliveries as broken connections. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { entryOf } from "../../checks/values.js";
import {
  type EmulatedRequest,
  type EmulatedResponse,
  firstHalf,
  maxBodyBytes,
  toBytes,
} from "./exchange.js";
import type { Handle } from "./handle.js";

export interface Listening {
  readonly url: string;
  /** Ends open connections too, stalled ones included. */
  close(): Promise<void>;
}

/** Rejects with the system error, such as `EADDRINUSE`, if the port is unavailable. */
export async function listen(handle: Handle, host: string, port: number): Promise<Listening> {
  const server = createServer((request, response) => {
    serve(handle, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return { url: urlOf(server, host), close: once(() => close(server)) };
}

/** A server can listen on wildcard addresses, but clients cannot send to them. */
const reachable: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const address = entryOf(reachable, host) ?? host;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

async function serve(
  handle: Handle,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  deliver(await handle(toEmulated(request, body)), response);
}

/** Always reads to the end, so that the sender gets the response; keeps at most `maxBodyBytes`. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    if (size < maxBodyBytes) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes);
}

function toEmulated(request: IncomingMessage, body: Uint8Array): EmulatedRequest {
  const [path = "/", ...query] = (request.url ?? "/").split("?");
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? "GET",
    path,
    query: new URLSearchParams(query.join("?")),
    headers: Object.fromEntries(headers),
    body,
    origin: `http://${request.headers.host ?? "localhost"}`,
  };
}

function deliver(answer: EmulatedResponse, response: ServerResponse): void {
  const { status, headers, delivery } = answer;
  if (delivery === "no_headers") return;
  if (delivery === "dropped") {
    response.destroy();
    return;
  }
  const body = toBytes(answer.body);
  // A response without a body has no content length either.
  const length = status === 204 || status === 304 ? {} : { "content-length": body.length };
  response.writeHead(status, { ...length, ...headers });
  if (delivery === "whole") {
    response.end(body);
    return;
  }
  response.flushHeaders();
  response.write(firstHalf(body), () => {
    if (delivery === "dropped_half_way") response.destroy();
  });
}
