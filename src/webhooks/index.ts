/** Receiving webhooks: verified, typed, handled once. Needs no client. */

export type { WebhookHeaders } from "./header-values.js";
export type { Inbox, InboxOutcome } from "./inbox.js";
export {
  type RawBody,
  type SignatureHeaders,
  type SignPayloadOptions,
  signPayload,
  type VerifiedSignature,
  type VerifySignatureOptions,
  verifySignature,
} from "./signature.js";
