/** Puts an emulator together: with a socket, or without. */

import { type AccountsAccess, createAccountsAccess } from "./accounts/access.js";
import { type AmendmentsAccess, createAmendmentsAccess } from "./amendments/access.js";
import { type CapabilitiesAccess, createCapabilitiesAccess } from "./capabilities/access.js";
import { createClock, type EmulatorClock } from "./clock.js";
import { createFaults, type Faults } from "./faults.js";
import { createFetch } from "./fetch.js";
import { createHandle, type Handle } from "./handle.js";
import { createMoneyAccess, type MoneyAccess } from "./money/access.js";
import { createOAuthAccess, type OAuthAccess } from "./oauth/access.js";
import { endWithAccounts } from "./oauth/connections.js";
import {
  type EmulatorOptions,
  readOptions,
  type Settings,
  type StartEmulatorOptions,
} from "./options.js";
import { createSimulatedAccess, type SimulatedAccess } from "./products/access.js";
import type { LoggedRequest } from "./request-log.js";
import { routes } from "./routes/index.js";
import { listen } from "./server.js";
import { createWorld } from "./state.js";
import type { EmulatorTokens } from "./tokens.js";
import {
  createWebhooksAccess,
  deliver,
  type EventToDeliver,
  type WebhooksAccess,
} from "./webhooks/access.js";
import { announce } from "./webhooks/announce.js";

/** What a client needs to talk to an emulator; spread it into the options of `createClient`. */
export interface EmulatorClientOptions {
  readonly environment: "sandbox";
  readonly clientId: string;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly filesBaseUrl: string;
}

/** The same without a socket: requests go through `fetch`. */
export interface InProcessClientOptions extends EmulatorClientOptions {
  readonly fetch: typeof globalThis.fetch;
}

/** What every emulator can do. */
export interface EmulatorControls {
  /** Answers a request in this process, whatever its host: for clients with a `fetch` option, or msw. */
  readonly fetch: typeof globalThis.fetch;
  /** Time, which a test can move and stop. */
  readonly clock: EmulatorClock;
  /** What goes wrong, and when. */
  readonly faults: Faults;
  /** Tokens of the API key. */
  readonly tokens: EmulatorTokens;
  /** Accounts as they are, without a request, and ways to change their status. */
  readonly accounts: AccountsAccess;
  /** Amendments of all accounts. */
  readonly amendments: AmendmentsAccess;
  /** Decides on capabilities and funding limits. */
  readonly capabilities: CapabilitiesAccess;
  /** What accounts have, and what becomes of transfers and charges. */
  readonly money: MoneyAccess;
  /** Connections of customers, and their consent without a browser. */
  readonly oauth: OAuthAccess;
  /** Payouts, linked accounts, cards and disputes, for `client.simulation` to move along. */
  readonly simulated: SimulatedAccess;
  /** Subscriptions, and every delivery that was tried. */
  readonly webhooks: WebhooksAccess;
  /**
   * Sends any event to every subscription that asks for its name, and returns its id. Changes in the
   * emulator send their events by themselves.
   */
  deliver(event: EventToDeliver): string;
  /** The newest 1,000 requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Back to the start: no accounts, files, tokens, connections, subscriptions, faults and requests,
   * and the clock and ids start again. Deliveries that are under way end.
   */
  reset(): void;
}

/** An emulator in this process, without a socket. */
export interface Emulator extends EmulatorControls {
  /** For `createClient`. */
  readonly clientOptions: InProcessClientOptions;
}

/** An emulator that listens on a port. */
export interface RunningEmulator extends EmulatorControls {
  /** Such as `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly clientOptions: EmulatorClientOptions;
  /** Stops listening, ends every connection, and sends no more webhooks. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where clients of an emulator without a socket believe that they send to. */
const inProcessUrl = "https://emulator.localhost";

/**
 * Makes an emulator that answers in this process, without a socket.
 *
 * ```ts
 * const emulator = createEmulator();
 * const response = await emulator.fetch("https://emulator.localhost/api/v1/authentication/login", {
 *   method: "POST",
 *   headers: { "x-client-id": defaultClientId, "x-api-key": defaultApiKey },
 * });
 * ```
 *
 * @throws TypeError for an option that it does not have; RangeError for one that makes no sense.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const settings = readOptions(options);
  const { controls } = assemble(settings);
  const { fetch } = controls;
  return define(controls, { clientOptions: { ...clientOptions(settings, inProcessUrl), fetch } });
}

/**
 * Starts an emulator on a port of this machine; without one in the options, on any that is free.
 *
 * ```ts
 * const emulator = await startEmulator(); // or { port: 4010 }
 * try {
 *   await fetch(`${emulator.url}/api/v1/accounts`);
 * } finally {
 *   await emulator.close();
 * }
 * ```
 *
 * @throws TypeError for an option that it does not have; RangeError for one that makes no sense; rejects
 * with the error of the system, such as `EADDRINUSE`, if the port cannot be had.
 */
export async function startEmulator(options: StartEmulatorOptions = {}): Promise<RunningEmulator> {
  const { host = "127.0.0.1", port = 0, ...rest } = options;
  const settings = readOptions(rest);
  const { controls, handle, stop } = assemble(settings);
  const listening = await listen(handle, host, port);
  const { url } = listening;
  const close = (): Promise<void> => {
    stop();
    return listening.close();
  };
  return define(controls, {
    url,
    clientOptions: clientOptions(settings, url),
    close,
    [Symbol.asyncDispose]: close,
  });
}

function clientOptions({ clientId, apiKey }: Settings, url: string): EmulatorClientOptions {
  return { environment: "sandbox", clientId, apiKey, baseUrl: url, filesBaseUrl: url };
}

function assemble(settings: Settings): {
  readonly controls: EmulatorControls;
  readonly handle: Handle;
  /** Leaves no timer and no delivery under way. */
  readonly stop: () => void;
} {
  const clock = createClock(settings);
  const faults = createFaults(settings.seed, routes);
  // An account is told of before the connections that end with it.
  const createAll = () => endWithAccounts(announce(createWorld(settings, clock)));
  let world = createAll();
  const handle = createHandle({ world: () => world, faults });
  const controls: EmulatorControls = {
    fetch: createFetch(handle),
    clock,
    faults,
    tokens: { revokeAll: () => world.tokens.revokeAll() },
    accounts: createAccountsAccess(() => world),
    amendments: createAmendmentsAccess(() => world),
    capabilities: createCapabilitiesAccess(() => world),
    money: createMoneyAccess(() => world),
    oauth: createOAuthAccess(() => world),
    simulated: createSimulatedAccess(() => world),
    webhooks: createWebhooksAccess(() => world),
    deliver: (event) => deliver(world, event),
    get requests() {
      return world.requests.entries();
    },
    reset() {
      world.webhooks.deliveries.stop();
      clock.reset();
      faults.clear();
      world = createAll();
    },
  };
  const stop = (): void => {
    world.webhooks.deliveries.stop();
    clock.stop();
  };
  return { controls, handle, stop };
}

/** Adds members without reading the getters of the first object, as a spread would. */
function define<First extends object, Second extends object>(
  first: First,
  second: Second,
): First & Second {
  return Object.defineProperties(first, Object.getOwnPropertyDescriptors(second)) as First & Second;
}
