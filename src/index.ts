/** The public list. */

// Clients
export {
  type Client,
  createClient,
} from "./client.js";
// Calls
export type { ApiPromise, ResponseInfo } from "./core/call.js";
export type {
  AttemptEvent,
  DriftEvent,
  Observer,
  RetryEvent,
  TokenEvent,
} from "./core/observe.js";
export type { ListPromise, NumberedPage } from "./core/page.js";
export type { DispatcherLike } from "./core/send.js";
export type { FetchLike } from "./core/send-fetch.js";
export type { CallOptions, Validation } from "./core/settings.js";
// Errors
export {
  AccountStatusError,
  type AirwallexError,
  ApiError,
  AuthenticationError,
  type CallFacts,
  ConnectionError,
  type FieldError,
  type Issue,
  isAirwallexError,
  type Outcome,
  type RemoteError,
  SdkError,
  type SdkErrorCode,
  ShapeError,
  ValidationError,
} from "./errors.js";
export {
  apiVersion,
  type ClientOptions,
  type ClientOverrides,
  type Environment,
} from "./options.js";
// Resources
export type { AccountsResource } from "./resources/accounts.js";
export type { FileDownload, FilesResource, FileUploadOptions } from "./resources/files.js";
export type { FileSource } from "./resources/multipart.js";
export type { CustomRequest, RequestFunction, SchemaLike } from "./resources/request.js";
export type { SimulationResource } from "./resources/simulation.js";
export type { WaitForStatusOptions } from "./resources/wait-for-status.js";
// The account model; `airwallex-connect/schemas` has all of it, with zod schemas
export type {
  Account,
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
export type { BusinessDetails } from "./schemas/business.generated.js";
export type { DownloadLink, DownloadLinks, UploadedFile } from "./schemas/files.generated.js";
export type { IndividualDetails } from "./schemas/individual.generated.js";
export type { BusinessPerson } from "./schemas/persons.generated.js";
export type { AccountRequirements } from "./schemas/requirements.generated.js";
export type { SimulationStatusUpdate } from "./schemas/simulation.generated.js";
