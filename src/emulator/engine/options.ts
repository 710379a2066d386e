/** The options of an emulator, and their defaults. */

import { refuseOtherLists } from "../../checks/arguments.js";
import { checkOptions, type OptionKinds } from "../../checks/options.js";
import { currentApiVersion, isDate } from "./api-version.js";
import { checkDuration } from "./duration.js";
import { type OAuthOptions, type OAuthSettings, readOAuthOptions } from "./oauth-options.js";
import { type RateLimits, rateLimitsOf } from "./rate-limits.js";
import type { LoggedRequest } from "./request-log.js";
import {
  readWebhookOptions,
  type WebhookOptions,
  type WebhookSettings,
} from "./webhook-options.js";

/** The client id of an emulator, unless the options set another. */
export const defaultClientId = "emulator_client_id";

/** The API key of an emulator, unless the options set another. It is not a secret. */
export const defaultApiKey = "emulator_api_key";

/** Options of {@link createEmulator}. All are optional. No time may be longer than a hundred years. */
export interface EmulatorOptions {
  /** What all ids are derived from: the same seed and the same calls give the same ids. */
  readonly seed?: string | undefined;
  /** Client id that can log in; default {@link defaultClientId}. */
  readonly clientId?: string | undefined;
  /** API key that can log in; default {@link defaultApiKey}. */
  readonly apiKey?: string | undefined;
  /** Time at which the emulator's clock starts; default real time. */
  readonly now?: Date | string | number | undefined;
  /** Whether the clock starts frozen, for runs that are repeatable to the millisecond; default false. */
  readonly frozen?: boolean | undefined;
  /** How long a token works, in milliseconds, at least 1,000; default 30 minutes. */
  readonly tokenLifetimeMs?: number | undefined;
  /** Version (YYYY-MM-DD) of requests without `x-api-version`; default `2026-08-21`. */
  readonly apiVersion?: string | undefined;
  /** Whether owners of business accounts must approve the connection; default false. */
  readonly requireOwnerConsent?: boolean | undefined;
  /** Whether individuals may be submitted before they are identified; default false. */
  readonly deferredIdentityVerification?: boolean | undefined;
  /**
   * How long after submission accounts, amendments and capabilities are reviewed
   * automatically, in milliseconds of the emulator's clock. Default: never, only simulations and the
   * emulator's controls decide.
   */
  readonly reviewAfterMs?: number | undefined;
  /**
   * How long after its creation a transfer, a charge or a conversion is settled, and a global account is
   * active, in milliseconds of the emulator's clock; default 0, at once. False: nothing is settled, only
   * `money.setStatus` decides, and global accounts are active at once.
   */
  readonly settleAfterMs?: number | false | undefined;
  /**
   * Whether accounts in the UK and the EEA are asked for strong customer authentication (SCA) before they
   * read balances or move money; default false.
   */
  readonly sca?: boolean | undefined;
  /** Limits to enforce: those of an environment, or numbers. Default false: none. */
  readonly rateLimits?: false | "sandbox" | "production" | RateLimits | undefined;
  /** Whether a 429 says in `Retry-After` how long to wait; default false, as documented. */
  readonly retryAfter?: boolean | undefined;
  /** Status of a request without a token; default 401. The documentation also mentions 403. */
  readonly missingAuthStatus?: 401 | 403 | undefined;
  /** Whether the request log keeps bodies; default false. */
  readonly recordBodies?: boolean | undefined;
  /** Called with every request once its response is ready, as logged in `requests`. */
  readonly onRequest?: ((request: LoggedRequest) => void) | undefined;
  /** Apps that customers can connect their accounts to, and how long their tokens live. */
  readonly oauth?: OAuthOptions | undefined;
  /** How webhooks are delivered. */
  readonly webhooks?: WebhookOptions | undefined;
}

/** Options of {@link startEmulator}. */
export interface StartEmulatorOptions extends EmulatorOptions {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string | undefined;
  /**
   * Names by which the emulator may be reached, and whose pages may send it requests, besides those of this
   * machine, such as `api.test`; `*` allows any. Default none, so that no page of another site can use it
   * (DNS rebinding); any, if `host` is not an address of this machine alone, such as `0.0.0.0`.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Port to listen on; default 0, any that is free. */
  readonly port?: number | undefined;
}

/** The options with every default filled in. */
export interface Settings {
  readonly seed: string;
  readonly clientId: string;
  readonly apiKey: string;
  readonly now: Date | string | number | undefined;
  readonly frozen: boolean;
  readonly tokenLifetimeMs: number;
  readonly apiVersion: string;
  readonly requireOwnerConsent: boolean;
  readonly deferredIdentityVerification: boolean;
  readonly reviewAfterMs: number | undefined;
  readonly settleAfterMs: number | false;
  readonly sca: boolean;
  readonly rateLimits: RateLimits;
  readonly retryAfter: boolean;
  readonly missingAuthStatus: 401 | 403;
  readonly recordBodies: boolean;
  readonly onRequest: ((request: LoggedRequest) => void) | undefined;
  readonly oauth: OAuthSettings;
  readonly webhooks: WebhookSettings;
}

const kinds: OptionKinds<EmulatorOptions> = {
  seed: "string",
  clientId: "string",
  apiKey: "string",
  now: "any",
  frozen: "boolean",
  tokenLifetimeMs: "number",
  apiVersion: "string",
  requireOwnerConsent: "boolean",
  deferredIdentityVerification: "boolean",
  reviewAfterMs: "number",
  settleAfterMs: "any",
  sca: "boolean",
  rateLimits: "any",
  retryAfter: "boolean",
  missingAuthStatus: "number",
  recordBodies: "boolean",
  onRequest: "function",
  oauth: "object",
  webhooks: "object",
};

/** @throws TypeError for an unknown name, RangeError for an invalid value. */
export function readOptions(options: EmulatorOptions): Settings {
  checkOptions("Cannot make emulator", options, kinds);
  const { clientId = defaultClientId, apiKey = defaultApiKey } = options;
  // A header cannot be empty: nobody could log in.
  if (clientId === "") refuse("clientId", "empty", "a text");
  if (apiKey === "") refuse("apiKey", "empty", "a text");
  const { tokenLifetimeMs = 30 * 60_000, apiVersion = currentApiVersion, reviewAfterMs } = options;
  checkDuration("tokenLifetimeMs", tokenLifetimeMs, 1_000);
  if (!isDate(apiVersion)) refuse("apiVersion", apiVersion, "a date, YYYY-MM-DD");
  if (reviewAfterMs !== undefined) checkDuration("reviewAfterMs", reviewAfterMs, 0);
  const { settleAfterMs = 0, missingAuthStatus = 401 } = options;
  if (settleAfterMs !== false) checkDuration("settleAfterMs", settleAfterMs, 0);
  if (missingAuthStatus !== 401 && missingAuthStatus !== 403) {
    refuse("missingAuthStatus", missingAuthStatus, "401 or 403");
  }
  return {
    seed: options.seed ?? "airwallex-connect",
    ...{ clientId, apiKey },
    now: options.now,
    frozen: options.frozen ?? false,
    tokenLifetimeMs,
    apiVersion,
    requireOwnerConsent: options.requireOwnerConsent ?? false,
    deferredIdentityVerification: options.deferredIdentityVerification ?? false,
    reviewAfterMs,
    settleAfterMs,
    sca: options.sca ?? false,
    rateLimits: rateLimitsOf(options.rateLimits === undefined ? false : options.rateLimits),
    retryAfter: options.retryAfter ?? false,
    missingAuthStatus,
    recordBodies: options.recordBodies ?? false,
    onRequest: options.onRequest,
    oauth: readOAuthOptions(options.oauth),
    webhooks: readWebhookOptions(options.webhooks),
  };
}

/** Where an emulator listens. */
export type ListenOptions = Required<Pick<StartEmulatorOptions, "host" | "port" | "allowedHosts">>;

/** @throws TypeError for an unknown name or another kind, RangeError for an invalid value. */
export function readStartOptions(options: StartEmulatorOptions): {
  readonly listenOn: { readonly [Name in keyof ListenOptions]: NonNullable<ListenOptions[Name]> };
  readonly settings: Settings;
} {
  const all = { ...kinds, host: "string", port: "number", allowedHosts: "any" } as const;
  checkOptions<StartEmulatorOptions>("Cannot make emulator", options, all);
  const { host = "127.0.0.1", port = 0, allowedHosts = [], ...rest } = options;
  refuseOtherLists("Cannot make emulator", { allowedHosts });
  const wrong = allowedHosts.find(
    (name) => name !== "*" && hostnameIn(name) !== name.toLowerCase(),
  );
  if (wrong !== undefined) {
    refuse("allowedHosts", `"${wrong}"`, 'names without scheme and port, such as "api.test"');
  }
  // An empty one would listen on every address of the machine.
  if (host === "") refuse("host", "empty", "an address such as 127.0.0.1");
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) refuse("port", port, "0 to 65535");
  return { listenOn: { host, port, allowedHosts }, settings: readOptions(rest) };
}

/** The name as a request would bring it. */
const hostnameIn = (name: string): string | undefined =>
  URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : undefined;

function refuse(option: string, value: unknown, expected: string): never {
  throw new RangeError(`Cannot make emulator: ${option} is ${value}, expected ${expected}`);
}
