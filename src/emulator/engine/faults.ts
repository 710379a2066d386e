/** Things that go wrong on request: refusals, delays, stalls and cut connections. */

import { type EmulatedResponse, jsonResponse } from "./exchange.js";
import { compilePattern, type FaultTarget, type Pattern } from "./fault-pattern.js";
import { createRandom } from "./random.js";
import { refusalOfStatus } from "./refusal.js";
import type { Routed } from "./router.js";

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

/** A fault that has been set. */
export interface Fault {
  /** Number of requests hit so far. */
  readonly hits: number;
  /** Removes the fault. */
  remove(): void;
}

/** Options of {@link Faults.always}. */
export interface FaultOptions {
  /**
   * Allows a path that the emulator does not serve, such as that of an endpoint it does not model; default
   * false.
   */
  readonly anyPath?: boolean | undefined;
}

/** Options of {@link Faults.next}. */
export interface NextFaultOptions extends FaultOptions {
  /** How many requests to hit; default 1. */
  readonly times?: number | undefined;
}

/** Which requests are hit at random, and with what. */
export interface RandomFaults extends FaultOptions {
  /** Share of the requests that are hit, from 0 to 1. */
  readonly rate: number;
  /** One of these is drawn for each hit; default 429, 500, 503, cut before and cut after. */
  readonly effects?: readonly FaultEffect[] | undefined;
  /** Which requests may be hit, as in {@link Faults.next}; default `*`. */
  readonly match?: string | undefined;
  /** Default the seed of the emulator. The same seed and the same requests give the same faults. */
  readonly seed?: string | undefined;
}

/** Sets and clears faults. If several match a request, the one set first hits it. */
export interface Faults {
  /**
   * Hits only the next request that matches. A match is a method and a path, such as
   * `POST /api/v1/accounts/create`, `GET /api/v1/accounts/{id}` or `* /api/v1/files/*`, or the name
   * of an endpoint, such as `accounts.create`, or `*` for every request.
   *
   * @param options.times How many requests to hit, at least 1; default 1.
   * @throws TypeError for an invalid match or effect, and for a path that the emulator does not serve
   *   unless `anyPath` is set; RangeError for `times` under 1.
   */
  next(match: string, effect: FaultEffect, options?: NextFaultOptions): Fault;
  /** Hits every request that matches. @throws TypeError as `next` does. */
  always(match: string, effect: FaultEffect, options?: FaultOptions): Fault;
  /** Hits requests at random. @throws RangeError for a rate outside 0 to 1; TypeError as `next`. */
  random(options: RandomFaults): Fault;
  /** Removes all faults. */
  clear(): void;
}

export interface FaultInjector extends Faults {
  /** The effect that hits this request, if any; it counts as one hit. */
  take(target: FaultTarget): FaultEffect | undefined;
}

interface SetFault {
  readonly matches: Pattern;
  /** Returns undefined when chance spares the request. */
  readonly draw: () => FaultEffect | undefined;
  left: number;
  hits: number;
}

/** @param served The routes that can be hit. */
export function createFaults(seed: string, served: readonly Routed[]): FaultInjector {
  let faults: SetFault[] = [];
  const remove = (fault: SetFault): void => {
    faults = faults.filter((other) => other !== fault);
  };
  const add = (
    match: string,
    draw: SetFault["draw"],
    { times = Number.POSITIVE_INFINITY, anyPath = false }: NextFaultOptions,
  ): Fault => {
    const matches = compilePattern(match, anyPath ? undefined : served);
    const fault: SetFault = { matches, draw, left: times, hits: 0 };
    faults.push(fault);
    return {
      get hits() {
        return fault.hits;
      },
      remove: () => remove(fault),
    };
  };
  return {
    next(match, effect, { times = 1, anyPath } = {}) {
      if (!(times >= 1)) {
        throw new RangeError(`Cannot set fault: times is ${times}, expected at least 1`);
      }
      return add(match, always(effect), { times, anyPath });
    },
    always: (match, effect, { anyPath } = {}) => add(match, always(effect), { anyPath }),
    random: (options) => {
      const draw = byChance(options, options.seed ?? seed);
      return add(options.match ?? "*", draw, { anyPath: options.anyPath });
    },
    clear() {
      faults = [];
    },
    take(target) {
      for (const fault of faults) {
        const effect = fault.matches(target) ? fault.draw() : undefined;
        if (effect === undefined) continue;
        fault.hits++;
        if (--fault.left <= 0) remove(fault);
        return effect;
      }
      return undefined;
    },
  };
}

function always(effect: FaultEffect): SetFault["draw"] {
  checkEffect(effect);
  return () => effect;
}

const usualFailures: readonly FaultEffect[] = [
  { status: 429 },
  { status: 500 },
  { status: 503 },
  { cut: "before" },
  { cut: "after" },
];

function byChance(options: RandomFaults, seed: string): SetFault["draw"] {
  const { rate, effects = usualFailures } = options;
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(`Cannot set fault: rate is ${rate}, expected a number from 0 to 1`);
  }
  effects.forEach(checkEffect);
  const random = createRandom(seed, "faults");
  return () => {
    if (random() >= rate) return undefined;
    return effects[Math.floor(random() * effects.length)];
  };
}

const kinds = ["status", "stall", "cut", "raw"] as const;

function checkEffect(effect: FaultEffect): void {
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
