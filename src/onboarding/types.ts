/** The input and the output of an onboarding run. */

import type {
  AccountCreateParams,
  AccountStatus,
  AccountUpdateParams,
} from "../generated/accounts.js";
import type { TermsAndConditionsInput } from "../generated/agreements.js";
import type { ToDo } from "../kyc/to-do.js";
import type { FileUploadParams } from "../resources/files.js";
import type { Store } from "../stores/store.js";
import type { FileSource } from "../transport/file-source.js";

/** One account to open, and the data for it. */
export interface Seller {
  /** The platform's own reference. Each identifier gets one account, whatever happens. */
  readonly identifier: string;
  /**
   * The input that opens the account. It is sent once, so data that may need correcting belongs in
   * `update`.
   */
  readonly create: Omit<AccountCreateParams, "identifier">;
  /**
   * Documents to upload, keyed by names of your choice. A stream can be sent only once, a path
   * repeatedly.
   */
  readonly files?: Readonly<Record<string, FileSource | SellerFile>> | undefined;
  /**
   * Data sent after the uploads; a function receives the ids of the files by name. It is also called
   * before the first request, with placeholders for ids not yet known, to check that its result is
   * valid. A name that is not in `files` has no id.
   */
  readonly update?:
    | AccountUpdateParams
    | ((fileIds: Readonly<Record<string, string>>) => AccountUpdateParams)
    | undefined;
  /**
   * Records that the customer agrees to the terms, after submission; `true` records it without
   * evidence.
   */
  readonly agreeToTerms?: boolean | TermsAndConditionsInput | undefined;
  /** The status at which the seller counts as done. Default: `ACTIVE`, after the review. */
  readonly waitFor?: "ACTIVE" | "SUBMITTED" | undefined;
}

/** A file with its upload options. */
export interface SellerFile extends Pick<FileUploadParams, "name" | "notes" | "contentType"> {
  readonly file: FileSource;
}

/** Options of `onboarding.run`. */
export interface OnboardingOptions {
  /** Records which steps are done for each identifier. Processes that share a store share the work. */
  readonly store: Store;
  /** Called after every completed step and for every result. */
  readonly onProgress?: ((event: OnboardingEvent) => void) | undefined;
  /** Stops the run, which rejects with the signal's reason. Running it again resumes. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Sellers processed at once, not counting those that wait for a review. Default: 5 seconds' worth of
   * the endpoint limit, 100 in production. A whole number, 1,000 at most.
   */
  readonly concurrency?: number | undefined;
  /** How long to wait for a review, in milliseconds. Default: 10 minutes; 0 checks once. */
  readonly reviewTimeoutMs?: number | undefined;
  /**
   * First wait between two checks of the reviews, in milliseconds; each one is 1.5 times the last, up
   * to 30 s, or 2 s while accounts change status. One check covers all sellers. Default: 250.
   */
  readonly reviewIntervalMs?: number | undefined;
  /**
   * Prefix of every key in the store. Default: `airwallex:onboarding:<host>:<client id>:`, with the
   * accounts of `loginAs` and `onBehalfOf` where they are set, so that progress on one platform is not
   * mistaken for progress on another. To change a platform's API key and keep its records, pass the old
   * prefix; without it, accounts are still found by their identifier.
   */
  readonly keyPrefix?: string | undefined;
}

/** The steps for a seller, in order. */
export type OnboardingStep = "create" | "upload" | "update" | "submit" | "agree" | "wait";

/** A completed step, or the result for a seller. */
export interface OnboardingEvent {
  readonly identifier: string;
  readonly accountId: string | undefined;
  readonly step: OnboardingStep;
  /** Set once this run is finished with the seller. */
  readonly result: OnboardingResult | undefined;
  readonly counts: OnboardingCounts;
}

/** How many sellers have which result so far. */
export interface OnboardingCounts {
  /** Sellers read from the input so far. */
  readonly total: number;
  readonly done: number;
  readonly waiting: number;
  readonly missing: number;
  readonly failed: number;
}

/** The result for one seller. */
export type OnboardingResult =
  /** The awaited status was reached. */
  | {
      readonly kind: "done";
      readonly identifier: string;
      readonly accountId: string;
      readonly status: AccountStatus;
    }
  /** The review is still open. Run it again later. */
  | {
      readonly kind: "waiting";
      readonly identifier: string;
      readonly accountId: string;
      readonly status: AccountStatus;
    }
  /**
   * The API asks for more. Correct the seller and run it again: its files and data are sent again and
   * the account resubmitted. Answer a reviewer's questions (`answer_question`) with
   * `client.rfis.respond` instead; the next run then waits for the review.
   */
  | {
      readonly kind: "missing";
      readonly identifier: string;
      readonly accountId: string | undefined;
      readonly missing: readonly MissingItem[];
    }
  /** Something else went wrong. Running it again resumes at this step. */
  | {
      readonly kind: "failed";
      readonly identifier: string;
      readonly accountId: string | undefined;
      readonly step: OnboardingStep;
      readonly error: unknown;
    };

/**
 * One thing that the API asks for: an item of `whatIsMissing` without its personal data, so that a
 * report can be logged. In the input of `next`, persons have only what is missing. For the full item,
 * call `whatIsMissing` with the account, or with the request for information that `next` names.
 */
export interface MissingItem extends Pick<ToDo, "kind" | "path" | "what" | "code" | "next"> {
  /** Why, in the API's own words where it gives any; undefined for a reviewer's questions. */
  readonly why: string | undefined;
}

/** The result of a run. */
export interface OnboardingReport {
  readonly counts: OnboardingCounts;
  /** One for each seller, in the order of the input. */
  readonly results: readonly OnboardingResult[];
}
