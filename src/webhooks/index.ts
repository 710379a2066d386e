/** Receiving webhooks: verified, typed, handled once. Needs no client. */

// Errors, also in airwallex-connect itself
export {
  WebhookHandlerError,
  WebhookPayloadError,
  type WebhookPayloadErrorCode,
  WebhookRequestError,
  type WebhookRequestErrorCode,
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "../errors/webhook-errors.js";
export type { DriftIssue } from "../report/drift.js";
export { type ConstructEventOptions, constructEvent } from "./construct-event.js";
export { type CurrentAccount, toCurrentAccount } from "./current-account.js";
export { createDriftCheck, type DriftCheck, type WebhookDrift } from "./drift-check.js";
// Events
export type {
  EventFormat,
  EventName,
  EventNamed,
  EventOf,
  UnmodelledEvent,
  UnmodelledName,
  WebhookEvent,
} from "./events.js";
export { fetchHandler } from "./fetch-handler.js";
// Handlers, and events that are handled once
export {
  createWebhooks,
  type HandleOutcome,
  type Handler,
  type HandlerFacts,
  type Webhooks,
  type WebhooksOptions,
} from "./handlers.js";
// Signatures
export type { WebhookHeaders } from "./header-values.js";
export { createInbox, type Inbox, type InboxOptions, type InboxOutcome } from "./inbox.js";
export { nodeHandler } from "./node-handler.js";
export type { WebhookHandlerOptions } from "./read-body.js";
export {
  type RawDelivery,
  type RespondToDeliveryOptions,
  respondToDelivery,
  type WebhookAnswer,
} from "./respond.js";
export {
  type RawBody,
  type SignatureHeaders,
  type SignPayloadOptions,
  signPayload,
  type VerifiedSignature,
  type VerifySignatureOptions,
  verifySignature,
} from "./signature.js";
