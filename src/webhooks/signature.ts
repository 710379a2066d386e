/**
 * Signing and verifying, side by side: HMAC-SHA256 in lowercase hex over the value of `x-timestamp`
 * (Unix time in milliseconds) directly followed by the raw body.
 *
 * Verification checks, in this order:
 *
 * 1. The body is raw: bytes, or a string that was never parsed.
 * 2. Each header is present once and well-formed.
 * 3. The signature matches one of the secrets, compared in constant time.
 * 4. The timestamp is within the window, in both directions. Checked last, so that only genuine deliveries
 *    are called stale or future.
 *
 * See https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { checkOptions, type OptionKinds } from "../checks/options.js";
import { WebhookVerificationError } from "../errors/webhook-errors.js";
import { headerValue, type WebhookHeaders } from "./header-values.js";

/** The body of a delivery as received: bytes, or the string that they encode in UTF-8. */
export type RawBody = string | Uint8Array | ArrayBuffer;

/** Options of {@link signPayload}. */
export interface SignPayloadOptions {
  /** The subscription's secret. */
  readonly secret: string;
  /** Time of signing, in Unix milliseconds. Default: now. */
  readonly timestampMs?: number | undefined;
}

/** The headers of a signed delivery. */
export type SignatureHeaders = Readonly<Record<"x-timestamp" | "x-signature", string>>;

/** Options of {@link verifySignature}. */
export interface VerifySignatureOptions {
  /** The subscription's secret; several during a rotation, or for several subscriptions. */
  readonly secrets: string | readonly string[];
  /**
   * How far the timestamp may be from `receivedAtMs`, before or after, in milliseconds: 1 to 604 800 000
   * (a week). Default: 300 000 (5 minutes).
   */
  readonly toleranceMs?: number | undefined;
  /** When the delivery arrived, in Unix milliseconds, for one that waited in a queue. Default: now. */
  readonly receivedAtMs?: number | undefined;
}

/** The result of a successful verification. */
export interface VerifiedSignature {
  /** When the delivery was signed, in Unix milliseconds. */
  readonly timestampMs: number;
  /** Index in `secrets` of the one that matched. Once all match the new one, remove the old one. */
  readonly secretIndex: number;
}

const defaultToleranceMs = 5 * 60_000;
const greatestToleranceMs = 7 * 86_400_000;

/**
 * Returns the headers that Airwallex would send with this body; for tests, and for forwarding deliveries.
 *
 * @throws TypeError for an empty secret or a body that is not raw; RangeError for a timestamp that is not
 * a whole number of milliseconds.
 * @example
 * const body = JSON.stringify({ id: "evt_1", name: "account.submitted", account_id: "acct_1", data: {} });
 * const headers = signPayload(body, { secret: "whsec_test" });
 * verifySignature(body, headers, { secrets: "whsec_test" });
 */
export function signPayload(rawBody: RawBody, options: SignPayloadOptions): SignatureHeaders {
  checkOptions("Cannot sign", options, { secret: "any", timestampMs: "number" });
  const { secret, timestampMs = Date.now() } = options;
  checkSecrets([secret]);
  if (!Number.isSafeInteger(timestampMs) || timestampMs < 0) {
    throw new RangeError(
      "Cannot sign: timestampMs is not a time, expected whole Unix milliseconds",
    );
  }
  const body = asBytes(rawBody);
  if (body === undefined) {
    throw new TypeError("Cannot sign: the body is not raw, expected a string or bytes");
  }
  const timestamp = String(timestampMs);
  return {
    "x-timestamp": timestamp,
    "x-signature": digest(body, timestamp, secret),
  };
}

/**
 * Checks that a delivery was signed with one of the secrets, and when.
 *
 * @throws WebhookVerificationError with one `code` per cause; see docs/webhooks.md. TypeError or
 * RangeError for invalid options, such as no secret, an empty one, or a window of 0 or Infinity.
 * @example
 * const body = '{"id":"evt_1","name":"account.submitted","account_id":"acct_1","data":{}}';
 * const headers = signPayload(body, { secret: "new secret" });
 * const { secretIndex } = verifySignature(body, headers, { secrets: ["old secret", "new secret"] });
 * console.log(secretIndex); // 1
 */
export function verifySignature(
  rawBody: RawBody,
  headers: WebhookHeaders,
  options: VerifySignatureOptions,
): VerifiedSignature {
  const { secrets, toleranceMs, receivedAtMs } = checkVerifyOptions(options);
  const body = asBytes(rawBody);
  if (body === undefined) {
    const why = "the body is not raw, expected it before any JSON parser has seen it";
    throw new WebhookVerificationError("webhook_body_not_raw", why);
  }
  const timestamp = readHeader(headers, "x-timestamp", /^\d{1,15}$/, "Unix time in milliseconds");
  const signature = readHeader(headers, "x-signature", /^[\da-f]{64}$/, "64 hexadecimal digits");
  const secretIndex = findSecret(secrets, body, { timestamp, signature });
  if (secretIndex === -1) throw explainMismatch(secrets, body, { timestamp, signature });
  const timestampMs = Number(timestamp);
  checkWindow(timestampMs - receivedAtMs, toleranceMs);
  return { timestampMs, secretIndex };
}

interface Signed {
  readonly timestamp: string;
  readonly signature: string;
}

/** `constructEvent` and `createWebhooks` pass their other options along. */
const kinds: OptionKinds<VerifySignatureOptions & { driftCheck?: unknown; inbox?: unknown }> = {
  secrets: "any",
  toleranceMs: "number",
  receivedAtMs: "number",
  driftCheck: "function",
  inbox: "object",
};

/** Fills in defaults, and rejects options that would verify nothing. */
export function checkVerifyOptions(
  options: VerifySignatureOptions,
  what = "Cannot verify",
): {
  readonly secrets: readonly string[];
  readonly toleranceMs: number;
  readonly receivedAtMs: number;
} {
  checkOptions(what, options, kinds);
  const { toleranceMs = defaultToleranceMs, receivedAtMs = Date.now() } = options;
  const secrets = typeof options.secrets === "string" ? [options.secrets] : options.secrets;
  checkSecrets(secrets);
  // Written so that NaN fails too; the check cannot be turned off.
  if (!(toleranceMs >= 1 && toleranceMs <= greatestToleranceMs)) {
    throw new RangeError(
      `${what}: toleranceMs is out of range, expected 1 to ${greatestToleranceMs} ms`,
    );
  }
  if (!Number.isFinite(receivedAtMs)) {
    throw new RangeError(`${what}: receivedAtMs is not a time, expected Unix milliseconds`);
  }
  return { secrets, toleranceMs, receivedAtMs };
}

function checkSecrets(secrets: readonly string[]): void {
  const usable = Array.isArray(secrets) && secrets.length > 0;
  if (usable && secrets.every((secret) => typeof secret === "string" && secret.trim() !== ""))
    return;
  throw new TypeError(
    "Cannot use the webhook secret: it is empty or not a string, expected the subscription's",
  );
}

function readHeader(
  headers: WebhookHeaders,
  name: string,
  pattern: RegExp,
  expected: string,
): string {
  const value = headerValue(headers, name);
  if (pattern.test(value)) return value;
  const why = `${name} is malformed, expected ${expected}`;
  throw new WebhookVerificationError("webhook_header_malformed", why, name);
}

function findSecret(
  secrets: readonly string[],
  body: string | Uint8Array,
  { timestamp, signature }: Signed,
): number {
  const given = Buffer.from(signature, "hex");
  return secrets.findIndex((secret) =>
    timingSafeEqual(Buffer.from(digest(body, timestamp, secret), "hex"), given),
  );
}

/** As a hex string, which node:crypto returns faster than a buffer. */
function digest(body: string | Uint8Array, timestamp: string, secret: string): string {
  return createHmac("sha256", secret).update(timestamp).update(body).digest("hex");
}

function asBytes(body: unknown): string | Uint8Array | undefined {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return body instanceof ArrayBuffer ? new Uint8Array(body) : undefined;
}

function checkWindow(aheadMs: number, toleranceMs: number): void {
  if (Math.abs(aheadMs) <= toleranceMs) return;
  const off = `${Math.abs(aheadMs) / 1000} s`;
  const allowed = `expected at most ${toleranceMs / 1000} s`;
  if (aheadMs > 0) {
    const why = `it was signed ${off} in the future, ${allowed}; check this machine's clock`;
    throw new WebhookVerificationError("webhook_timestamp_future", why, "x-timestamp");
  }
  const why = `it was signed ${off} ago, ${allowed}; it is late, or somebody replays it`;
  throw new WebhookVerificationError("webhook_timestamp_stale", why, "x-timestamp");
}

/** Runs only after a mismatch: looks for common mistakes. */
function explainMismatch(
  secrets: readonly string[],
  body: string | Uint8Array,
  signed: Signed,
): WebhookVerificationError {
  return new WebhookVerificationError(
    "webhook_signature_mismatch",
    `the signature matches none of the secrets; ${hint(secrets, body, signed)}`,
    "x-signature",
  );
}

function hint(secrets: readonly string[], body: string | Uint8Array, signed: Signed): string {
  const trimmed = secrets.map((secret) => secret.trim());
  const padded = trimmed.some((secret, i) => secret !== secrets[i]);
  if (padded && findSecret(trimmed, body, signed) !== -1) {
    return "it matches without the white space around the secret: remove that";
  }
  if (padded) return "a secret has white space around it, which is probably not part of it";
  if (body.length === 0) return "the body is empty: a parser may have consumed it before";
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  if (text === "[object Object]")
    return "the body is a parsed object turned back into text: pass the raw body";
  if (text.includes("\ufffd")) return "the body was decoded with another encoding: pass its bytes";
  return "use the secret of this subscription, and the body as it came, not parsed and serialised again";
}
