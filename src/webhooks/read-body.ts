/** Reads the raw body of a delivery, within limits on its size and time. */

import { checkOptions } from "../checks/options.js";
import { isObject, longestTimerMs } from "../checks/values.js";
import { WebhookRequestError, WebhookVerificationError } from "../errors/webhook-errors.js";
import type { RespondToDeliveryOptions } from "./respond.js";

/** Options of `fetchHandler` and `nodeHandler`. */
export interface WebhookHandlerOptions extends RespondToDeliveryOptions {
  /** Maximum size of a body in bytes. Default: 1 048 576 (1 MB). */
  readonly maxBytes?: number | undefined;
  /** How long the whole body may take to arrive, in milliseconds. Default: 10 000. */
  readonly bodyTimeoutMs?: number | undefined;
}

export interface BodyLimits {
  readonly maxBytes: number;
  readonly bodyTimeoutMs: number;
}

/** @throws TypeError for hooks or options of another kind; RangeError for limits that are out of range. */
export function readLimits(hooks: unknown, options: WebhookHandlerOptions): BodyLimits {
  if (!isObject(hooks) || typeof hooks["constructEvent"] !== "function") {
    throw new TypeError("Cannot create handler: its hooks are not those of createWebhooks");
  }
  checkOptions("Cannot create handler", options, {
    enqueue: "function",
    onError: "function",
    maxBytes: "number",
    bodyTimeoutMs: "number",
  });
  const { maxBytes = 1_048_576, bodyTimeoutMs = 10_000 } = options;
  for (const [name, value] of Object.entries({ maxBytes, bodyTimeoutMs })) {
    if (Number.isInteger(value) && value >= 1 && value <= longestTimerMs) continue;
    throw new RangeError(
      `Cannot limit the body: ${name} is out of range, expected 1 to ${longestTimerMs}`,
    );
  }
  return { maxBytes, bodyTimeoutMs };
}

/** Refuses what can be refused before reading any of the body. */
export function checkRequest(
  {
    method,
    encoding,
    length,
  }: Readonly<Record<"method" | "encoding" | "length", string | undefined>>,
  { maxBytes }: BodyLimits,
): void {
  if (method !== "POST") {
    throw new WebhookRequestError("webhook_method_not_allowed", "the method is not POST");
  }
  // The signature covers the body as Airwallex wrote it, and Airwallex never compresses.
  if (encoding !== undefined && encoding !== "" && encoding !== "identity") {
    const why = "its body is compressed, expected it as Airwallex sends it: plain";
    throw new WebhookRequestError("webhook_body_encoded", why);
  }
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
}

/** A source of chunks, with a way to stop it. */
export interface ChunkSource {
  /** Calls `onChunk` for each chunk, and resolves at the end; rejects if the connection is lost. */
  readonly read: (onChunk: (chunk: Uint8Array) => void) => Promise<void>;
  readonly stop: () => void;
}

/**
 * Collects all chunks into one.
 *
 * @throws WebhookRequestError `webhook_body_too_large`, `webhook_body_timeout` or `webhook_body_lost`.
 */
export async function collect(source: ChunkSource, limits: BodyLimits): Promise<Uint8Array> {
  const { maxBytes, bodyTimeoutMs } = limits;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        const why = `its body took more than ${bodyTimeoutMs} ms to arrive`;
        reject(new WebhookRequestError("webhook_body_timeout", why));
      }, bodyTimeoutMs);
      const onChunk = (chunk: Uint8Array): void => {
        size += chunk.byteLength;
        if (size > maxBytes) reject(tooLarge(maxBytes));
        else chunks.push(chunk);
      };
      const onLost = (): void =>
        reject(
          new WebhookRequestError("webhook_body_lost", "the connection ended within the body"),
        );
      source.read(onChunk).then(resolve, onLost);
    });
  } catch (error) {
    source.stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}

/** @param how how to get the raw body here, as the end of a sentence. */
export function consumed(how: string): WebhookVerificationError {
  const why = `a parser has consumed the body, expected it raw; ${how}`;
  return new WebhookVerificationError("webhook_body_not_raw", why);
}

function tooLarge(maxBytes: number): WebhookRequestError {
  const why = `its body is larger than ${maxBytes} bytes`;
  return new WebhookRequestError("webhook_body_too_large", why);
}
