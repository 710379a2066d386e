/** Parses the bytes of a delivery into an event: both envelopes become one, and nothing is dropped. */

import { parseExactly } from "../call/exact-json.js";
import { isObject, textOf } from "../checks/values.js";
import { WebhookPayloadError } from "../errors/webhook-errors.js";
import { problemOfKey } from "../stores/check-input.js";
import type { EventFormat, UnmodelledName, WebhookEvent } from "./events.js";
import type { RawBody } from "./signature.js";

type Members = Readonly<Record<string, unknown>>;

/**
 * The event in a body. Its data is not checked here.
 *
 * @throws WebhookPayloadError if the body is not UTF-8, not a JSON object, has no `id` or `name`, or an `id`
 * that no store takes.
 */
export function parseEvent(rawBody: RawBody, signedAtMs: number): WebhookEvent {
  const { text: body, value } = readJson(rawBody);
  if (!isObject(value)) {
    throw new WebhookPayloadError("webhook_envelope_invalid", "the body is not an object");
  }
  const name = requireText(value, "name");
  // Account events are the largest, and contain no long numbers, so they skip exact parsing.
  const raw = name.startsWith("account.") ? value : (parseExactly(body, value) as Members);
  return {
    id: requireId(raw),
    // Any name at all, despite the type; handlers tell modelled names apart by `eventShapes`.
    name: name as UnmodelledName,
    format: formatOf(raw),
    accountId: textOf(raw["account_id"]) ?? textOf(raw["accountId"]),
    appId: textOf(raw["app_id"]),
    createdAt: moment(raw["created_at"] ?? raw["createdAt"]),
    signedAtMs,
    version: textOf(raw["version"]),
    data: raw["data"],
    raw,
  };
}

/** Shared, because creating one takes longer than decoding a delivery. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

function readJson(rawBody: RawBody): { readonly text: string; readonly value: unknown } {
  try {
    // A byte-order mark is not valid JSON, but some proxies add one before they sign.
    const text =
      typeof rawBody === "string" ? rawBody.replace(/^\ufeff/, "") : utf8.decode(rawBody);
    return { text, value: JSON.parse(text) };
  } catch {
    // Not passed on as the cause: its message quotes the body.
    throw new WebhookPayloadError("webhook_body_not_json", "the body is not JSON in UTF-8");
  }
}

function requireText(raw: Members, member: string): string {
  const value = textOf(raw[member]);
  if (value !== undefined) return value;
  const why = `the envelope has no ${member}, expected a string`;
  throw new WebhookPayloadError("webhook_envelope_invalid", why);
}

/**
 * An id that no store takes could never be claimed. It is refused with or without an inbox, because the
 * event may go through a queue to a process that has one.
 */
function requireId(raw: Members): string {
  const id = requireText(raw, "id");
  const problem = problemOfKey(id);
  if (problem === undefined) return id;
  throw new WebhookPayloadError("webhook_envelope_invalid", `its id ${problem}`);
}

/**
 * Judged by the fields of `data` first, then by the envelope: the documentation shows one spelling inside
 * the other, and some data has no field that tells.
 */
function formatOf(raw: Members): EventFormat {
  const data = raw["data"];
  const names = isObject(data) ? Object.keys(data) : [];
  if (names.some((name) => name.includes("_"))) return "current";
  if (names.some((name) => /[a-z\d][A-Z]/.test(name))) return "legacy";
  return "accountId" in raw ? "legacy" : "current";
}

/** Such as `2026-08-21T10:51:25+0000`, with a day that every month has: valid without parsing it. */
const sureUtc =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:Z|\+00:?00)$/;

function moment(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  // Parsing and formatting a date takes a fifth as long as signing a delivery.
  if (sureUtc.test(value)) return `${value.slice(0, 19)}.000Z`;
  // Without an offset it would be read as this machine's local time.
  const date = new Date(/[T ][\d:.]+$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
