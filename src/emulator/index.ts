/** The entry point `airwallex-connect/emulator`: the connected accounts API on localhost. */

export type { AccountsAccess } from "./accounts/access.js";
export { failingFileId } from "./accounts/requirements.js";
export type { AmendmentsAccess } from "./amendments/access.js";
export type { CapabilitiesAccess } from "./capabilities/access.js";
export type { CapabilityVerdict } from "./capabilities/operations.js";
export type { EmulatorClock } from "./clock.js";
export {
  createEmulator,
  type Emulator,
  type EmulatorClientOptions,
  type EmulatorControls,
  type InProcessClientOptions,
  type RunningEmulator,
  startEmulator,
} from "./emulator.js";
export type {
  Fault,
  FaultEffect,
  FaultOptions,
  Faults,
  NextFaultOptions,
  RandomFaults,
  RawAnswer,
} from "./faults.js";
export type { MoneyAccess } from "./money/access.js";
export type { ConsentOptions, OAuthAccess, OAuthConnection } from "./oauth/access.js";
export {
  defaultOAuthClientId,
  defaultOAuthClientSecret,
  type OAuthApp,
  type OAuthOptions,
} from "./oauth/options.js";
export type { DisconnectReason, NewCustomer } from "./oauth/store.js";
export {
  defaultApiKey,
  defaultClientId,
  type EmulatorOptions,
  type StartEmulatorOptions,
} from "./options.js";
export type { SimulatedAccess, SimulatedObject } from "./products/access.js";
export type { SimulatedKind } from "./products/record.js";
export type { RateLimits } from "./rate-limits.js";
export type { LoggedRequest } from "./request-log.js";
export type { EmulatorTokens } from "./tokens.js";
export type { EventToDeliver, SubscribeOptions, WebhooksAccess } from "./webhooks/access.js";
export type { LoggedDelivery } from "./webhooks/deliveries.js";
export type { RetrySchedule, WebhookOptions } from "./webhooks/options.js";
export { eventNames } from "./webhooks/samples.js";
