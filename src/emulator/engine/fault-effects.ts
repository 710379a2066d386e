/** What a fault does to a request and its response. */

import { isJson } from "../../checks/arguments.js";
import { checkOptions, type OptionKinds } from "../../checks/options.js";
import { isObject, kindOf, longestTimerMs, showNumber } from "../../checks/values.js";
import { type EmulatedResponse, jsonResponse } from "./exchange.js";
import { refusalOfStatus } from "./refusal.js";

/** A verbatim response, for anything but JSON: HTML, no body, compressed bytes. */
export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/**
 * What happens to a request. At most one of `status`, `stall`, `cut` and `raw` may be set; `delayMs` and
 * `until` go with any of them or stand alone, and `after` goes with `status` or `raw`.
 */
export interface FaultEffect {
  /** Responds with this status, without doing the work unless `after` is set. */
  readonly status?: number | undefined;
  /** JSON body for `status`; default the API's error envelope, or `{}` for a status below 400. */
  readonly body?: unknown;
  /** Headers for `status`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Waits this long, in milliseconds of real time, before anything else. */
  readonly delayMs?: number | undefined;
  /** Waits for this promise before anything else, for tests that control the timing. */
  readonly until?: Promise<unknown> | undefined;
  /** Does the work before responding with `status` or `raw`; default false. */
  readonly after?: boolean | undefined;
  /** Does the work, then stalls: before the headers, or halfway through the body. */
  readonly stall?: "headers" | "body" | undefined;
  /**
   * Drops the connection: before the work is done, after it without a response, or after it in the middle
   * of the response.
   */
  readonly cut?: "before" | "after" | "midBody" | undefined;
  /** Responds with this, without doing the work unless `after` is set. */
  readonly raw?: RawAnswer | undefined;
}

const kinds = ["status", "stall", "cut", "raw"] as const;

const optionKinds: OptionKinds<FaultEffect> = {
  status: "number",
  body: "any",
  headers: "object",
  delayMs: "number",
  until: "object",
  after: "boolean",
  stall: "string",
  cut: "string",
  raw: "object",
};

/** @throws TypeError for an effect that says nothing, or two things; RangeError for an invalid value. */
export function checkEffect(effect: FaultEffect): void {
  checkOptions("Cannot set fault", effect, optionKinds, "effect.");
  checkValues(effect);
  const present = kinds.filter((kind) => effect[kind] !== undefined);
  const waits = effect.delayMs !== undefined || effect.until !== undefined;
  if (present.length > 1 || (present.length === 0 && !waits)) {
    throw new TypeError(
      `Cannot set fault: its effect has ${present.join(" and ") || "nothing"}, expected one of status, stall, cut, raw, delayMs or until`,
    );
  }
  if (effect.after && effect.status === undefined && effect.raw === undefined) {
    throw new TypeError(
      `Cannot set fault: its effect has after with ${present[0] ?? "nothing"}, expected status or raw with it`,
    );
  }
}

function checkValues({ status, body, headers, delayMs = 0, stall, cut, raw }: FaultEffect): void {
  if (body !== undefined && !isJson(body)) {
    throw new TypeError(
      "Cannot set fault: effect.body cannot be written as JSON, expected plain data, or raw",
    );
  }
  if (status !== undefined) checkStatus("status", status);
  checkHeaders("headers", headers);
  if (!(delayMs >= 0 && delayMs <= longestTimerMs)) {
    refuse("delayMs", showNumber(delayMs), `0 to ${longestTimerMs}`);
  }
  if (stall !== undefined && !["headers", "body"].includes(stall)) {
    refuse("stall", showNumber(stall), '"headers" or "body"');
  }
  if (cut !== undefined && !["before", "after", "midBody"].includes(cut)) {
    refuse("cut", showNumber(cut), '"before", "after" or "midBody"');
  }
  if (raw !== undefined) checkRaw(raw);
}

function checkRaw(raw: RawAnswer): void {
  const known = { status: "number", headers: "object", body: "any" } as const;
  checkOptions("Cannot set fault", raw, known, "effect.raw.");
  const { status, headers, body = "" } = raw;
  checkStatus("raw.status", status);
  checkHeaders("raw.headers", headers);
  if (typeof body === "string" || ArrayBuffer.isView(body)) return;
  throw new TypeError(
    `Cannot set fault: effect.raw.body is ${kindOf(body)}, expected a string or a Uint8Array`,
  );
}

function checkStatus(name: string, status: number): void {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  refuse(name, showNumber(status), "200 to 599");
}

function checkHeaders(name: string, headers: FaultEffect["headers"] = {}): void {
  if (isObject(headers) && Object.values(headers).every((value) => typeof value === "string")) {
    return;
  }
  throw new TypeError(`Cannot set fault: effect.${name} has a value that is no string`);
}

function refuse(name: string, shown: string, expected: string): never {
  throw new RangeError(`Cannot set fault: effect.${name} is ${shown}, expected ${expected}`);
}

/** The response of an effect that replaces the work; undefined if the work is to be done. */
export function responseWithoutWork(
  effect: FaultEffect,
  traceId: string,
): EmulatedResponse | undefined {
  if (effect.after) return undefined;
  if (effect.cut === "before") return { status: 0, headers: {}, body: "", delivery: "dropped" };
  return givenResponse(effect, traceId);
}

/** The response that an effect holds, if any. */
function givenResponse(effect: FaultEffect, traceId: string): EmulatedResponse | undefined {
  const { status, raw } = effect;
  if (status !== undefined) {
    const body = effect.body ?? (status < 400 ? {} : refusalOfStatus(status).envelope(traceId));
    return jsonResponse(status, body, effect.headers);
  }
  if (raw !== undefined) {
    return {
      status: raw.status,
      headers: raw.headers ?? {},
      body: raw.body ?? "",
      delivery: "whole",
    };
  }
  return undefined;
}

/** Applies an effect to the response once the work is done. */
export function alterResponse(
  response: EmulatedResponse,
  effect: FaultEffect,
  traceId: string,
): EmulatedResponse {
  if (effect.after) return givenResponse(effect, traceId) ?? response;
  if (effect.cut === "after") return { ...response, delivery: "dropped" };
  if (effect.cut === "midBody") return { ...response, delivery: "dropped_half_way" };
  if (effect.stall === "headers") return { ...response, delivery: "no_headers" };
  if (effect.stall === "body") return { ...response, delivery: "half_body" };
  return response;
}

/** How the request log names an effect. */
export function describeEffect(effect: FaultEffect): string {
  const kind = kinds.find((name) => effect[name] !== undefined);
  if (kind === undefined) return "delay";
  const after = effect.after ? " after" : "";
  return (kind === "raw" ? `raw ${effect.raw?.status}` : `${kind} ${effect[kind]}`) + after;
}
