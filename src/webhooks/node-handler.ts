/** Webhooks for anything on top of node:http: Express, Fastify's raw requests, plain node. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Webhooks } from "./handlers.js";
import {
  type BodyLimits,
  type ChunkSource,
  checkRequest,
  collect,
  consumed,
  readLimits,
  type WebhookHandlerOptions,
} from "./read-body.js";
import { type RawDelivery, respondTo, type WebhookAnswer } from "./respond.js";

/**
 * Creates a function that responds to the request of a delivery. It reads the raw body itself and never
 * rejects; see {@link respondToDelivery} for the responses.
 *
 * If the body was already read, it uses `req.rawBody` or `req.body`, provided that is a string or bytes, as
 * left by `express.raw()`. A parsed body cannot be verified, and gets a 500 response.
 *
 * @throws TypeError for hooks or options of another kind; RangeError for limits that are out of range.
 * @example
 * import { createServer } from "node:http";
 *
 * const hooks = createWebhooks({ secrets: "whsec_test" });
 * const server = createServer(nodeHandler(hooks));
 */
export function nodeHandler<Context>(
  hooks: Webhooks<Context>,
  options: WebhookHandlerOptions = {},
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const limits = readLimits(hooks, options);
  return async (req, res) => {
    // Of a peer that goes away before, while or after its request is read; adapters make streams that would
    // end the process with it.
    for (const stream of [req, res]) stream.on("error", () => undefined);
    const answer = await respondTo(hooks, () => read(req, limits), options);
    send(req, res, answer);
  };
}

async function read(req: IncomingMessage, limits: BodyLimits): Promise<RawDelivery> {
  const { method, headers } = req;
  const { "content-encoding": encoding, "content-length": length } = headers;
  checkRequest({ method, encoding, length }, limits);
  return { rawBody: alreadyRead(req) ?? (await collect(chunksOf(req), limits)), headers };
}

/** The body that a framework has already read, if it is raw. */
function alreadyRead(req: IncomingMessage): string | Uint8Array | undefined {
  const { rawBody, body } = req as { readonly rawBody?: unknown; readonly body?: unknown };
  for (const one of [rawBody, body]) {
    if (typeof one === "string" || one instanceof Uint8Array) return one;
  }
  if (!req.readableDidRead && !req.readableEnded) return undefined;
  throw consumed(
    "mount the handler before express.json(), or let json({ verify }) keep the bytes as req.rawBody",
  );
}

function chunksOf(req: IncomingMessage): ChunkSource {
  return {
    read: (onChunk) =>
      new Promise((resolve, reject) => {
        if (req.destroyed) reject();
        req.on("data", onChunk);
        req.once("end", resolve);
        req.once("error", reject);
        // Comes on its own if the peer hung up, otherwise after "end".
        req.once("close", reject);
      }),
    stop() {
      req.removeAllListeners("data");
      req.pause();
    },
  };
}

function send(req: IncomingMessage, res: ServerResponse, answer: WebhookAnswer): void {
  if (res.headersSent || res.destroyed) return;
  // Otherwise the rest of the body would be read as the next request.
  const more = req.complete ? {} : { connection: "close" };
  res.writeHead(answer.status, { ...answer.headers, ...more });
  res.end(answer.body);
}
