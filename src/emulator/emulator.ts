/** Assembles an emulator, with or without a socket. */

import { type AccountsControls, createAccountsControls } from "./accounts/account-controls.js";
import {
  type AmendmentsControls,
  createAmendmentsControls,
} from "./amendments/amendment-controls.js";
import { apiTokensOf, type EmulatorTokens } from "./authentication/api-tokens.js";
import {
  type CapabilitiesControls,
  createCapabilitiesControls,
} from "./capabilities/capability-controls.js";
import { onlyAllowedHosts } from "./engine/allowed-hosts.js";
import { createClock, type EmulatorClock } from "./engine/clock.js";
import { createFaults, type Faults } from "./engine/faults.js";
import { createFetch } from "./engine/fetch.js";
import { createHandle, type Handle } from "./engine/handle.js";
import {
  type EmulatorOptions,
  readOptions,
  readStartOptions,
  type Settings,
  type StartEmulatorOptions,
} from "./engine/options.js";
import type { LoggedRequest } from "./engine/request-log.js";
import { listen } from "./engine/server.js";
import { createWorld, type World } from "./engine/world.js";
import { withInspector } from "./inspector/inspect.js";
import { createMoneyControls, type MoneyControls } from "./money/money-controls.js";
import { endWithAccounts } from "./oauth/connections.js";
import { createOAuthControls, type OAuthControls } from "./oauth/oauth-controls.js";
import { routes } from "./routes.js";
import { createScaControls, type ScaControls } from "./sca/sca.js";
import { announce } from "./webhooks/announce.js";
import {
  createWebhooksControls,
  deliver,
  type EventToDeliver,
  type WebhooksControls,
} from "./webhooks/webhook-controls.js";
import { webhooksOf } from "./webhooks/webhook-store.js";

/** What a client needs to talk to an emulator; spread it into the options of `createClient`. */
export interface EmulatorClientOptions {
  readonly environment: "sandbox";
  readonly clientId: string;
  readonly apiKey: string;
  /** Where the emulator listens, without `/api/v1`. */
  readonly baseUrl: string;
  /** The same: an emulator also takes the uploads, for which Airwallex has a host of its own. */
  readonly filesBaseUrl: string;
  /** How requests reach an emulator without a socket; undefined for one that listens on a port. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** An emulator, with or without a socket. */
export interface Emulator {
  /** For `createClient`. */
  readonly clientOptions: EmulatorClientOptions;
  /** Answers a request in this process, whatever its host: for clients with a `fetch` option, or msw. */
  readonly fetch: typeof globalThis.fetch;
  /** The emulator's time, which tests can move and freeze. */
  readonly clock: EmulatorClock;
  /** Faults to inject. */
  readonly faults: Faults;
  /** Tokens of the API key. */
  readonly tokens: EmulatorTokens;
  /** Reads accounts without a request, and changes their status. */
  readonly accounts: AccountsControls;
  /** Amendments of all accounts. */
  readonly amendments: AmendmentsControls;
  /** Decides on capabilities and funding limits. */
  readonly capabilities: CapabilitiesControls;
  /** Balances of accounts, and the outcome of transfers and charges. */
  readonly money: MoneyControls;
  /** Strong customer authentication without a browser. */
  readonly sca: ScaControls;
  /** OAuth connections of customers, and their consent without a browser. */
  readonly oauth: OAuthControls;
  /** Subscriptions, and every delivery attempt. */
  readonly webhooks: WebhooksControls;
  /**
   * Sends any event to every subscription to its name, and returns its id. Changes in the emulator send
   * their own events.
   */
  deliver(event: EventToDeliver): string;
  /** The newest 1,000 requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Returns to the initial state: no accounts, files, tokens, connections, subscriptions, faults or
   * requests, and the clock and ids start again. Pending deliveries are dropped.
   */
  reset(): void;
}

/** An emulator that listens on a port. */
export interface RunningEmulator extends Emulator {
  /** Such as `http://127.0.0.1:4010`. */
  readonly url: string;
  /** Stops listening, ends every connection, and sends no more webhooks. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The base URL of clients of an emulator without a socket. */
const inProcessUrl = "https://emulator.localhost";

/**
 * Creates an emulator that answers in this process, without a socket.
 *
 * ```ts
 * const emulator = createEmulator();
 * const response = await emulator.fetch("https://emulator.localhost/api/v1/authentication/login", {
 *   method: "POST",
 *   headers: { "x-client-id": defaultClientId, "x-api-key": defaultApiKey },
 * });
 * ```
 *
 * @throws TypeError for an unknown option; RangeError for an invalid value.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const settings = readOptions(options);
  const { controls } = assemble(settings);
  const { fetch } = controls;
  return Object.assign(controls, {
    clientOptions: { ...clientOptions(settings, inProcessUrl), fetch },
  });
}

/**
 * Starts an emulator on a local port: that of the options, or any free one.
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
 * @throws TypeError for an unknown option; RangeError for an invalid value; rejects with the system error,
 * such as `EADDRINUSE`, if the port is unavailable.
 */
export async function startEmulator(options: StartEmulatorOptions = {}): Promise<RunningEmulator> {
  const { listenOn, settings } = readStartOptions(options);
  const { host, port, allowedHosts } = listenOn;
  const { controls, handle, stop } = assemble(settings);
  const guarded = onlyAllowedHosts(handle, { host, allowedHosts });
  const listening = await listen(guarded, host, port);
  const { url } = listening;
  const close = (): Promise<void> => {
    stop();
    return listening.close();
  };
  return Object.assign(controls, {
    url,
    clientOptions: clientOptions(settings, url),
    close,
    [Symbol.asyncDispose]: close,
  });
}

function clientOptions({ clientId, apiKey }: Settings, url: string): EmulatorClientOptions {
  return { environment: "sandbox", clientId, apiKey, baseUrl: url, filesBaseUrl: url };
}

type Controls = Omit<Emulator, "clientOptions">;

function assemble(settings: Settings): {
  readonly controls: Controls;
  readonly handle: Handle;
  /** Stops the timer and all deliveries. */
  readonly stop: () => void;
} {
  const clock = createClock(settings);
  const { now, advance, set, freeze, resume } = clock;
  const faults = createFaults(settings.seed, routes);
  // Announces an account before the connections that end with it.
  const createAll = () => endWithAccounts(announce(createWorld(settings, clock)));
  let world = createAll();
  const present = (): World => {
    clock.runDue();
    return world;
  };
  const handle = withInspector(createHandle({ present, faults, routes }), { present, faults });
  const controls: Controls = {
    fetch: createFetch(handle),
    clock: { now, advance, set, freeze, resume },
    faults,
    tokens: { revokeAll: () => apiTokensOf(world).revokeAll() },
    accounts: createAccountsControls(present),
    amendments: createAmendmentsControls(present),
    capabilities: createCapabilitiesControls(present),
    money: createMoneyControls(present),
    sca: createScaControls(present),
    oauth: createOAuthControls(present),
    webhooks: createWebhooksControls(present),
    deliver: (event) => deliver(present(), event),
    get requests() {
      return world.requests.entries();
    },
    reset() {
      webhooksOf(world).deliveries.stop();
      clock.reset();
      faults.clear();
      world = createAll();
    },
  };
  const stop = (): void => {
    webhooksOf(world).deliveries.stop();
    clock.stop();
  };
  return { controls, handle, stop };
}
