/** Webhooks for anything built on fetch: Hono, Next.js route handlers, Bun, Deno. */

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
import { type RawDelivery, respondTo } from "./respond.js";

/**
 * Creates a function that takes the request of a delivery and returns the response. It reads the raw body
 * itself and never rejects; see {@link respondToDelivery} for the responses.
 *
 * @throws TypeError for hooks or options of another kind; RangeError for limits that are out of range.
 * @example
 * const hooks = createWebhooks({ secrets: "whsec_test" });
 * const POST = fetchHandler(hooks);
 * const body = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
 * const headers = signPayload(body, { secret: "whsec_test" });
 * const response = await POST(new Request("https://app.test/webhooks", { method: "POST", body, headers }));
 * console.log(response.status); // 200
 */
export function fetchHandler<Context>(
  hooks: Webhooks<Context>,
  options: WebhookHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const limits = readLimits(hooks, options);
  return async (request) => {
    const { status, headers, body } = await respondTo(hooks, () => read(request, limits), options);
    return new Response(body, { status, headers });
  };
}

async function read(request: Request, limits: BodyLimits): Promise<RawDelivery> {
  const { method, headers, body } = request;
  const encoding = headers.get("content-encoding") ?? undefined;
  const length = headers.get("content-length") ?? undefined;
  checkRequest({ method, encoding, length }, limits);
  if (request.bodyUsed) throw consumed("call the handler before request.json() or request.text()");
  const rawBody = body ? await collect(chunksOf(body), limits) : new Uint8Array();
  return { rawBody, headers };
}

function chunksOf(body: ReadableStream<Uint8Array>): ChunkSource {
  const reader = body.getReader();
  return {
    async read(onChunk) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        onChunk(value);
      }
    },
    stop() {
      reader.cancel().catch(() => undefined);
    },
  };
}
