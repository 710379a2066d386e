/** The public list. */

// biome-ignore-all assist/source/organizeImports: grouped by purpose, for people

// Clients
export { type Client, type ClientWithOAuth, createClient } from "./client.js";
export {
  apiVersion,
  type ApiKeyOptions,
  type ClientOptions,
  type ClientOverrides,
  type Environment,
  type OAuthOptions,
} from "./options.js";

// Calls
export type { ApiPromise, ResponseInfo } from "./core/call.js";
export type { CursorPage, ListPromise, NumberedPage } from "./core/page.js";
export type { CallOptions, Validation } from "./core/settings.js";
export type { RateLimits } from "./core/rate-limit.js";
export type { DispatcherLike } from "./core/send.js";
export type { FetchLike } from "./core/send-fetch.js";
export type {
  AttemptEvent,
  ConnectionEvent,
  DriftEvent,
  Observer,
  RetryEvent,
  TokenEvent,
} from "./core/observe.js";

// Resources
export type { AccountsResource } from "./resources/accounts.js";
export type { AmendmentInput, AmendmentsResource } from "./resources/amendments.js";
export type { CapabilitiesResource, FundingLimitApplyInput } from "./resources/capabilities.js";
export type {
  EmbeddedAuthorizeInput,
  EmbeddedPermission,
  EmbeddedResource,
  EmbeddedScope,
} from "./resources/embedded.js";
export type { BalancesResource } from "./resources/balances.js";
export type { ChargeInput, ChargesResource } from "./resources/charges.js";
export type { FileDownload, FilesResource, FileUploadOptions } from "./resources/files.js";
export type { FileSource } from "./resources/multipart.js";
export type { HostedFlowsResource } from "./resources/hosted-flows.js";
export type { InvitationLinkInput, InvitationLinksResource } from "./resources/invitation-links.js";
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
} from "./resources/onboarding-types.js";
export type { OnboardingResource } from "./resources/onboarding.js";
export type { PlatformReportsResource, SettlementReportsResource } from "./resources/reports.js";
export type { CustomRequest, RequestFunction, SchemaLike } from "./resources/request.js";
export type { RfiQuestionReply, RfiRespondInput, RfisResource } from "./resources/rfis.js";
export type { SimulationResource } from "./resources/simulation.js";
export type { SimulationRfis } from "./resources/simulation-rfis.js";
export type { SimulationAmendments } from "./resources/simulation-amendments.js";
export type { SimulationOffboardings } from "./resources/simulation-offboardings.js";
export type { ShopperAction, SimulationProducts } from "./resources/simulation-products.js";
export type { TransferInput, TransfersResource } from "./resources/transfers.js";
export type { WaitForStatusOptions } from "./resources/wait-for-status.js";
export type { WebhookSubscriptionInput, WebhooksResource } from "./resources/webhooks.js";

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
export type {
  CheckedAccount,
  CheckRequirementsOptions,
  MissingRequirement,
  RequirementsCheck,
} from "./kyc/check-requirements.js";
export type { Coverage } from "./kyc/coverage.js";
export type { Confidence, LegalForm, RuleSource } from "./kyc/rules.js";
export type { RfiReply } from "./kyc/rfi-answers.js";

// Connections by OAuth
export type { Connection } from "./auth/connection-record.js";
export type { TokenPair } from "./auth/oauth-tokens.js";
export type {
  AuthorizationUrlOptions,
  CallbackResult,
  OAuthResource,
  RefreshExpiringOptions,
  RefreshProgress,
} from "./resources/oauth.js";
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

// The account model; `airwallex-connect/schemas` has all of it, with zod schemas
export type {
  Account,
  AccountCloneRequest,
  AccountCreateRequest,
  AccountDetails,
  AccountList,
  AccountListQuery,
  AccountStatus,
  AccountUpdateRequest,
  Metadata,
  WalletInfo,
} from "./schemas/accounts.generated.js";
export type {
  CustomerAgreements,
  TermsAndConditionsInput,
} from "./schemas/agreements.generated.js";
export type { Amendment } from "./schemas/amendments.generated.js";
export type {
  AccountCapability,
  FundingLimit,
  FundingLimitApplication,
  FundingLimitList,
  FundingLimitListQuery,
} from "./schemas/capabilities.generated.js";
export type { WalletBalance, WalletBalances } from "./schemas/balances.generated.js";
export type { Charge, ChargeList, ChargeListQuery } from "./schemas/charges.generated.js";
export type { Decimal, DecimalInput } from "./schemas/common.generated.js";
export type { BusinessDetails } from "./schemas/business.generated.js";
export type { DownloadLink, DownloadLinks, UploadedFile } from "./schemas/files.generated.js";
export type {
  HostedFlow,
  HostedFlowAuthorizeRequest,
  HostedFlowCreateRequest,
} from "./schemas/hosted-flows.generated.js";
export type { InvitationLink } from "./schemas/invitation-links.generated.js";
export type {
  Offboarding,
  OffboardingCreateRequest,
  OffboardingList,
  OffboardingListQuery,
} from "./schemas/offboardings.generated.js";
export type { IndividualDetails } from "./schemas/individual.generated.js";
export type { BusinessPerson } from "./schemas/persons.generated.js";
export type {
  PlatformReport,
  PlatformReportCreated,
  PlatformReportCreateRequest,
  SettlementReport,
  SettlementReportPrepareRequest,
} from "./schemas/reports.generated.js";
export type { AccountRequirements } from "./schemas/requirements.generated.js";
export type {
  Rfi,
  RfiList,
  RfiListQuery,
  RfiQuestion,
  SimulationRfiCreateRequest,
  SimulationRfiFollowUpRequest,
} from "./schemas/rfis.generated.js";
export type { SimulationStatusUpdate } from "./schemas/simulation.generated.js";
export type {
  CardTransaction,
  PaymentDispute,
  SimulatedDeposit,
  SimulatedPayment,
  SimulatedPayout,
  SimulationCardTransactionCaptureRequest,
  SimulationCardTransactionCreateRequest,
  SimulationCardTransactionRefundRequest,
  SimulationCardTransactionReverseRequest,
  SimulationDepositCreateRequest,
  SimulationDisputeCreateRequest,
  SimulationDisputeEscalateRequest,
  SimulationDisputeResolveRequest,
  SimulationPaymentTransition,
  SimulationShopperActionRequest,
  SimulationTransferTransition,
} from "./schemas/products.generated.js";
export type {
  ConnectedAccountTransfer,
  MoneyMovementStatus,
  TransferList,
  TransferListQuery,
} from "./schemas/transfers.generated.js";
export type {
  WebhookListQuery,
  WebhookSubscription,
  WebhookSubscriptionDeletion,
  WebhookSubscriptionList,
} from "./schemas/webhooks.generated.js";

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
  ConnectionError,
  type ConnectionErrorCode,
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
  SdkError,
  type SdkErrorCode,
  ShapeError,
  type ShapeErrorCode,
  StoreError,
  type StoreErrorCode,
  TokenRefreshUnavailableError,
  ValidationError,
  WebhookHandlerError,
  WebhookPayloadError,
  type WebhookPayloadErrorCode,
  WebhookRequestError,
  type WebhookRequestErrorCode,
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./errors.js";
