/**
 * The state of an emulator, which a reset creates anew. Here is what every subject builds on; a subject
 * adds what it keeps with `defineState`.
 */

import { type Accounts, createAccounts } from "./account-record.js";
import type { Clock } from "./clock.js";
import { createIds, type Ids } from "./ids.js";
import { createLog, type Log } from "./log.js";
import type { Settings } from "./options.js";
import { createLimiter, type Limiter } from "./rate-limits.js";
import { createRequestIds, type RequestIds } from "./request-ids.js";
import type { LoggedRequest } from "./request-log.js";

export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly accounts: Accounts;
  readonly limiter: Limiter;
  readonly requestIds: RequestIds;
  readonly requests: Log<LoggedRequest>;
}

export function createWorld(settings: Settings, clock: Clock): World {
  const { seed, rateLimits, retryAfter } = settings;
  const ids = createIds(seed);
  return {
    ...{ settings, clock, ids },
    accounts: createAccounts(ids, clock.nowMs()),
    limiter: createLimiter(rateLimits, clock.nowMs, retryAfter),
    requestIds: createRequestIds(),
    requests: createLog(),
  };
}

/**
 * Defines what a subject keeps in every world. The function returned gives the state of a world, which is
 * created when it is first asked for.
 */
export function defineState<State>(create: (world: World) => State): (world: World) => State {
  const states = new WeakMap<World, State>();
  return (world) => {
    const known = states.get(world);
    if (known !== undefined) return known;
    const state = create(world);
    states.set(world, state);
    return state;
  };
}
