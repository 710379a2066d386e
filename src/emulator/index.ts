/** The entry point `airwallex-connect/emulator`: the connected accounts API on localhost. */

export type { AccountsControls } from "./accounts/account-controls.js";
export { failingFileId } from "./accounts/requirements.js";
export type { AmendmentsControls } from "./amendments/amendment-controls.js";
export type { EmulatorTokens } from "./authentication/api-tokens.js";
export type { CapabilityVerdict } from "./capabilities/capabilities.js";
export type { CapabilitiesControls } from "./capabilities/capability-controls.js";
export {
  createEmulator,
  type Emulator,
  type EmulatorClientOptions,
  type RunningEmulator,
  startEmulator,
} from "./emulator.js";
export type { EmulatorClock } from "./engine/clock.js";
export type { FaultEffect, RawAnswer } from "./engine/fault-effects.js";
export type {
  Fault,
  FaultOptions,
  Faults,
  NextFaultOptions,
  RandomFaults,
} from "./engine/faults.js";
export {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type OAuthApp,
  type OAuthOptions,
} from "./engine/oauth-options.js";
export {
  defaultApiKey,
  defaultClientId,
  type EmulatorOptions,
  type StartEmulatorOptions,
} from "./engine/options.js";
export type { RateLimits } from "./engine/rate-limits.js";
export type { LoggedRequest } from "./engine/request-log.js";
export type { RetrySchedule, WebhookOptions } from "./engine/webhook-options.js";
export type { MoneyControls } from "./money/money-controls.js";
export type { ConsentOptions, OAuthConnection, OAuthControls } from "./oauth/oauth-controls.js";
export type { DisconnectReason, NewCustomer } from "./oauth/oauth-store.js";
export type { ScaControls } from "./sca/sca.js";
export type { LoggedDelivery } from "./webhooks/deliveries.js";
export { eventNames } from "./webhooks/samples.js";
export type {
  EventToDeliver,
  SubscribeOptions,
  WebhooksControls,
} from "./webhooks/webhook-controls.js";
