/** What goes into an onboarding run, and what comes out. */

import type { ToDo } from "../kyc/to-do.js";
import type {
  AccountCreateRequest,
  AccountStatus,
  AccountUpdateRequest,
} from "../schemas/accounts.generated.js";
import type { TermsAndConditionsInput } from "../schemas/agreements.generated.js";
import type { Store } from "../stores/store.js";
import type { FileUploadOptions } from "./files.js";
import type { FileSource } from "./multipart.js";

/** One account to be opened, and what it takes. */
export interface Seller {
  /** The platform's own reference. Whatever happens, it gets one account. */
  readonly identifier: string;
  /** What opens the account. Sent once, so what may need a correction belongs into `update`. */
  readonly create: Omit<AccountCreateRequest, "identifier">;
  /** Documents to upload, under names of your own. A stream can be sent once; a path again. */
  readonly files?: Readonly<Record<string, FileSource | SellerFile>> | undefined;
  /**
   * Data sent after the uploads; a function is given the ids of the files by their names. It is called
   * once more before the first call, with stand-ins for ids that are not known yet, to look whether its
   * result fits.
   */
  readonly update?:
    | AccountUpdateRequest
    | ((fileIds: Readonly<Record<string, string>>) => AccountUpdateRequest)
    | undefined;
  /** Records that the customer agrees to the terms, after submission; true without evidence. */
  readonly agreeToTerms?: boolean | TermsAndConditionsInput | undefined;
  /** When the seller is done. Default: `ACTIVE`, after the review. */
  readonly waitFor?: "ACTIVE" | "SUBMITTED" | undefined;
}

/** A file with more than its content. */
export interface SellerFile extends Pick<FileUploadOptions, "name" | "notes" | "contentType"> {
  readonly file: FileSource;
}

/** Options of `onboarding.run`. */
export interface OnboardingOptions {
  /** Remembers for each identifier which steps are done. Processes that share it share the work. */
  readonly store: Store;
  /** Told of every step that is done and of every result. */
  readonly onProgress?: ((event: OnboardingEvent) => void) | undefined;
  /** Stops the run, which rejects with the signal's reason. Running it again goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Sellers worked on at once; those that wait for a review do not count. Default: 5 seconds of the endpoint limit, 100 in production. */
  readonly concurrency?: number | undefined;
  /** How long to wait for a review, in milliseconds. Default: 10 minutes; 0 looks once. */
  readonly reviewTimeoutMs?: number | undefined;
  /**
   * First wait between two looks at the reviews, in milliseconds; each is half as long again, up to
   * 30 s, or 2 s while accounts move. One look serves all sellers. Default: 250.
   */
  readonly reviewIntervalMs?: number | undefined;
  /**
   * Begins every key in the store. Default: `airwallex:onboarding:<host>:<client id>:`, with the
   * accounts of `loginAs` and `onBehalfOf` where they are set, so that what is done on one platform
   * is not taken for done on another. To change the key of a platform and keep its records, give the
   * old prefix, or none: an account is then found by its identifier.
   */
  readonly keyPrefix?: string | undefined;
}

/** What is done with a seller, in this order. */
export type OnboardingStep = "create" | "upload" | "update" | "submit" | "agree" | "wait";

/** A step that is done, or how it ended with a seller. */
export interface OnboardingEvent {
  readonly identifier: string;
  readonly accountId: string | undefined;
  readonly step: OnboardingStep;
  /** Set when nothing more is done with this seller in this run. */
  readonly result: OnboardingResult | undefined;
  readonly counts: OnboardingCounts;
}

/** How many sellers are where, as of now. */
export interface OnboardingCounts {
  /** Sellers read from the input so far. */
  readonly total: number;
  readonly done: number;
  readonly waiting: number;
  readonly missing: number;
  readonly failed: number;
}

/** How it ended with a seller. */
export type OnboardingResult =
  /** The status that was waited for is reached. */
  | {
      readonly kind: "done";
      readonly identifier: string;
      readonly accountId: string;
      readonly status: AccountStatus;
    }
  /** The review is not over. Run it again later. */
  | {
      readonly kind: "waiting";
      readonly identifier: string;
      readonly accountId: string;
      readonly status: AccountStatus;
    }
  /**
   * The API asks for more. Correct the seller and run it again: it is uploaded, updated and submitted
   * anew. Questions of a reviewer (`answer_question`) are answered with `client.rfis.respond` instead,
   * and the next run goes on waiting for the review.
   */
  | {
      readonly kind: "missing";
      readonly identifier: string;
      readonly accountId: string | undefined;
      readonly missing: readonly MissingItem[];
    }
  /** Something else went wrong. Running it again goes on at this step. */
  | {
      readonly kind: "failed";
      readonly identifier: string;
      readonly accountId: string | undefined;
      readonly step: OnboardingStep;
      readonly error: unknown;
    };

/**
 * One thing that the API asks for: an item of `whatIsMissing`, of which no personal data is left, so
 * that a report can be logged. All of it is in `whatIsMissing` of the account, or of the request for
 * information that `next` names.
 */
export interface MissingItem extends Pick<ToDo, "kind" | "path" | "what" | "code" | "next"> {
  /** Why, in the API's words where it has some; undefined for the questions of a reviewer. */
  readonly why: string | undefined;
}

/** What came of a run. */
export interface OnboardingReport {
  readonly counts: OnboardingCounts;
  /** One for each seller, in the order of the input. */
  readonly results: readonly OnboardingResult[];
}
