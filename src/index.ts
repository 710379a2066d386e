/** The public list. One file, though a long one: a reader looks a name up in one place. */

// biome-ignore-all assist/source/organizeImports: grouped by purpose, for people

// Clients
export { createClient } from "./client/client.js";
export type { BaseClient, Client, ClientWithOAuth } from "./client/client-types.js";
export type { CloseOptions } from "./client/closing.js";
export {
  apiVersion,
  type ApiKeyOptions,
  type ClientOptions,
  type ClientOverrides,
  type Environment,
  type OAuthClientOptions,
  type OAuthOptions,
  type RateLimitOptions,
} from "./client/options.js";

// Calls
export type { ApiPromise, ResponseInfo } from "./call/call.js";
export type { CursorPage, ListPromise, NumberedPage } from "./call/page.js";
export type { CallOptions, Validation } from "./call/settings.js";
export type { RateLimits } from "./retry/pace.js";
export type { DispatcherLike } from "./transport/undici.js";
export type { FetchLike } from "./transport/fetch.js";
export type { DriftIssue } from "./report/drift.js";
export type {
  AttemptEvent,
  ConnectionEvent,
  DriftEvent,
  Observer,
  RetryEvent,
  TokenEvent,
} from "./report/observe.js";

// Resources
export type { AccountsResource } from "./resources/accounts.js";
export type { AmendmentCreateParams, AmendmentsResource } from "./resources/amendments.js";
export type { CapabilitiesResource, CapabilityEnableParams } from "./resources/capabilities.js";
export type {
  EmbeddedAuthorizeParams,
  EmbeddedPermission,
  EmbeddedResource,
} from "./resources/embedded.js";
export type { BalancesResource } from "./resources/balances.js";
export type { BeneficiariesResource, BeneficiaryCheckParams } from "./resources/beneficiaries.js";
export type { ConversionsResource } from "./resources/conversions.js";
export type { DepositsResource } from "./resources/deposits.js";
export type { FinancialTransactionsResource } from "./resources/financial-transactions.js";
export type { GlobalAccountsResource } from "./resources/global-accounts.js";
export type { PayoutCreateOptions, PayoutsResource } from "./resources/payouts.js";
export type { QuotesResource } from "./resources/quotes.js";
export type { RatesResource } from "./resources/rates.js";
export type { ChargesResource } from "./resources/charges.js";
export type { FileDownload, FilesResource, FileUploadParams } from "./resources/files.js";
export type { FileSource } from "./transport/file-source.js";
export type { HostedFlowsResource } from "./resources/hosted-flows.js";
export type {
  InvitationLinkCreateParams,
  InvitationLinksResource,
} from "./resources/invitation-links.js";
export type { OffboardingsResource } from "./resources/offboardings.js";
export type {
  MissingItem,
  OnboardingCounts,
  OnboardingEvent,
  OnboardingOptions,
  OnboardingReport,
  OnboardingResult,
  OnboardingStep,
  Seller,
  SellerFile,
} from "./onboarding/types.js";
export type { OnboardingResource } from "./onboarding/resource.js";
export type { ReferenceResource } from "./resources/reference.js";
export type { PlatformReportsResource } from "./resources/reports.js";
export type { CustomRequest, RequestFunction, SchemaLike } from "./call/request-function.js";
export type { RfiQuestionReply, RfiRespondParams, RfisResource } from "./resources/rfis.js";
export type { SimulationResource } from "./resources/simulation.js";
export type { SimulationRfis } from "./resources/simulation-rfis.js";
export type { SimulationAmendments } from "./resources/simulation-amendments.js";
export type { SimulationOffboardings } from "./resources/simulation-offboardings.js";
export type { SimulationDeposits } from "./resources/simulation-deposits.js";
export type { SimulationTransfers } from "./resources/simulation-transfers.js";
export type { TransfersResource } from "./resources/transfers.js";
export type { WaitForStatusOptions } from "./call/wait-for-status.js";
export type { RemoteConnectionsResource } from "./resources/partner-connections.js";
export type { PartnerWebhooksResource } from "./resources/partner-webhooks.js";
export type { WebhooksResource } from "./resources/webhooks.js";

// What verification asks for
export {
  type MissingSource,
  whatIsMissing,
  type WhatIsMissingOptions,
} from "./kyc/what-is-missing.js";
export type {
  AnswerQuestion,
  DoOther,
  NextCall,
  ProvideField,
  ReplaceFile,
  ToDo,
} from "./kyc/to-do.js";
export type { InputShape } from "./kyc/input-shape.js";
export {
  type CheckedAccount,
  checkRequirements,
  type CheckRequirementsOptions,
  type MissingRequirement,
  type RequirementsCheck,
} from "./kyc/check-requirements.js";
export type { Coverage } from "./kyc/coverage.js";
export type { Confidence, LegalForm, RuleSource } from "./kyc/rules.js";
export type { RfiReply } from "./kyc/rfi-answers.js";

// Connections by OAuth
export type { AuthorizationUrlOptions } from "./oauth/authorization-url.js";
export type { CallbackResult, FailedWebhook } from "./oauth/callback.js";
export type { Connection } from "./oauth/connection-record.js";
export type { DisconnectedEvent, DisconnectedResult } from "./oauth/disconnected.js";
export type { ReconcileOptions, ReconcileResult } from "./oauth/reconcile.js";
export type {
  RefreshExpiringOptions,
  RefreshExpiringResult,
  RefreshProgress,
} from "./oauth/refresh-expiring.js";
export type { OAuthScope } from "./generated/scopes.js";
export type { OAuthResource } from "./oauth/resource.js";
export type { TokenPair } from "./oauth/tokens.js";
export type {
  ClaimResult,
  ClaimStore,
  KeyPage,
  Lease,
  LeaseOptions,
  LeaseResult,
  ListOptions,
  RecordStore,
  Store,
  StoredRecord,
  Write,
} from "./stores/store.js";

// The model; `airwallex-connect/schemas` has its zod schemas. All of it has a name here, because an app with
// `declaration: true` writes down the types of the members that it takes out of an answer.
export type * from "./generated/accounts.js";
export type * from "./generated/agreements.js";
export type * from "./generated/amendments.js";
export type * from "./generated/balances.js";
export type * from "./generated/beneficiaries.js";
export type * from "./generated/business.js";
export type * from "./generated/capabilities.js";
export type * from "./generated/charges.js";
export type * from "./generated/common.js";
export type * from "./generated/deposits.js";
export type * from "./generated/embedded.js";
export type * from "./generated/files.js";
export type * from "./generated/financial-transactions.js";
export type * from "./generated/fx.js";
export type * from "./generated/global-accounts.js";
export type * from "./generated/hosted-flows.js";
export type * from "./generated/individual.js";
export type * from "./generated/invitation-links.js";
export type * from "./generated/offboardings.js";
export type * from "./generated/partner-connections.js";
export type * from "./generated/partner-webhooks.js";
export type * from "./generated/payouts.js";
export type * from "./generated/persons.js";
export type * from "./generated/reference.js";
export type * from "./generated/reports.js";
export type * from "./generated/requirements.js";
export type * from "./generated/rfis.js";
export type * from "./generated/simulation.js";
export type * from "./generated/simulation-deposits.js";
export type * from "./generated/simulation-transfers.js";
export type * from "./generated/store.js";
export type * from "./generated/transfers.js";
export type * from "./generated/trustee.js";
export type * from "./generated/webhooks.js";

// Errors
export {
  AccountStatusError,
  type AccountStatusErrorCode,
  type AirwallexError,
  type ApiCode,
  ApiError,
  type ApiErrorCode,
  AuthenticationError,
  type AuthenticationErrorCode,
  type CallFacts,
  NetworkError,
  type NetworkErrorCode,
  ConnectionRevokedError,
  type ConnectionRevokedErrorCode,
  type FieldError,
  isAirwallexError,
  type Issue,
  OAuthCallbackError,
  type OAuthCallbackErrorCode,
  type Outcome,
  RefreshOutcomeUnknownError,
  type RemoteError,
  ScaRequiredError,
  SdkError,
  type SdkErrorCode,
  ShapeError,
  type ShapeErrorCode,
  StoreError,
  type StoreErrorCode,
  TokenRefreshUnavailableError,
  UnsavedTokensError,
  ValidationError,
  WebhookHandlerError,
  WebhookPayloadError,
  type WebhookPayloadErrorCode,
  WebhookRequestError,
  type WebhookRequestErrorCode,
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./errors/index.js";
