/** Receiving webhooks: verified, typed, handled once. Needs no client. */

export type { WebhookHeaders } from "./header-values.js";
export { createInbox, type Inbox, type InboxOptions, type InboxOutcome } from "./inbox.js";
export {
  type RawBody,
  type SignatureHeaders,
  type SignPayloadOptions,
  signPayload,
  type VerifiedSignature,
  type VerifySignatureOptions,
  verifySignature,
} from "./signature.js";
