/** Things that go wrong on request: refusals, delays, stalls and cut connections. */

import { checkOptions } from "../../checks/options.js";
import { kindOf, showNumber } from "../../checks/values.js";
import { checkEffect, describeEffect, type FaultEffect } from "./fault-effects.js";
import { compilePattern, type FaultTarget, type Pattern } from "./fault-pattern.js";
import { createRandom } from "./random.js";
import type { Routed } from "./router.js";

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

/** A fault as the inspector lists it. */
export interface ListedFault extends Fault {
  /** Counts the faults that were ever set. */
  readonly number: number;
  readonly match: string;
  /** Such as `status 503`. */
  readonly description: string;
  /** How many more requests it will hit; infinite if it stays until it is removed. */
  readonly left: number;
}

export interface FaultInjector extends Faults {
  /** The effect that hits this request, if any; it counts as one hit. */
  take(target: FaultTarget): FaultEffect | undefined;
  /** All that are set, in the order in which they were set. */
  list(): readonly ListedFault[];
}

interface SetFault extends ListedFault, Draw {
  readonly matches: Pattern;
  left: number;
  hits: number;
}

/** Decides what a matching request gets. */
interface Draw {
  /** Returns undefined when chance spares the request. */
  readonly draw: () => FaultEffect | undefined;
  readonly description: string;
}

/** @param served The routes that can be hit. */
export function createFaults(seed: string, served: readonly Routed[]): FaultInjector {
  let faults: SetFault[] = [];
  let ever = 0;
  const add = (
    match: string,
    draw: Draw,
    { times: left = Number.POSITIVE_INFINITY, anyPath = false }: NextFaultOptions,
  ): Fault => {
    const matches = compilePattern(match, anyPath ? undefined : served);
    const remove = (): void => {
      faults = faults.filter((other) => other !== fault);
    };
    const fault: SetFault = { ...draw, number: ++ever, match, matches, left, hits: 0, remove };
    faults.push(fault);
    return fault;
  };
  return {
    next(match, effect, options = {}) {
      const { times = 1, anyPath } = checkNext(options);
      return add(match, always(effect), { times, anyPath });
    },
    always(match, effect, options = {}) {
      checkOptions("Cannot set fault", options, { anyPath: "boolean" });
      return add(match, always(effect), options);
    },
    random(options) {
      const { match = "*", anyPath } = checkRandom(options);
      return add(match, byChance(options, options.seed ?? seed), { anyPath });
    },
    clear() {
      faults = [];
    },
    take(target) {
      for (const fault of faults) {
        const effect = fault.matches(target) ? fault.draw() : undefined;
        if (effect === undefined) continue;
        fault.hits++;
        if (--fault.left <= 0) fault.remove();
        return effect;
      }
      return undefined;
    },
    list: () => faults,
  };
}

function checkNext(options: NextFaultOptions): NextFaultOptions {
  checkOptions("Cannot set fault", options, { times: "number", anyPath: "boolean" });
  const { times = 1 } = options;
  if (times >= 1) return options;
  throw new RangeError(`Cannot set fault: times is ${showNumber(times)}, expected at least 1`);
}

function checkRandom(options: RandomFaults): RandomFaults {
  checkOptions("Cannot set fault", options, {
    ...{ rate: "number", effects: "any", match: "string", seed: "string" },
    anyPath: "boolean",
  });
  const { rate, effects = usualFailures } = options;
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(
      `Cannot set fault: rate is ${showNumber(rate)}, expected a number from 0 to 1`,
    );
  }
  if (!Array.isArray(effects) || effects.length === 0) {
    const what = Array.isArray(effects) ? "empty" : kindOf(effects);
    throw new TypeError(`Cannot set fault: effects is ${what}, expected a list of effects`);
  }
  effects.forEach(checkEffect);
  return options;
}

function always(effect: FaultEffect): Draw {
  checkEffect(effect);
  return { draw: () => effect, description: describeEffect(effect) };
}

const usualFailures: readonly FaultEffect[] = [
  { status: 429 },
  { status: 500 },
  { status: 503 },
  { cut: "before" },
  { cut: "after" },
];

function byChance({ rate, effects = usualFailures }: RandomFaults, seed: string): Draw {
  const random = createRandom(seed, "faults");
  return {
    description: `${Number((rate * 100).toFixed(2))} % of requests: ${effects.map(describeEffect).join(", ")}`,
    draw() {
      if (random() >= rate) return undefined;
      return effects[Math.floor(random() * effects.length)];
    },
  };
}
