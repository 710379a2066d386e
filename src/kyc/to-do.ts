/** One list of everything that an account is waiting for, whatever the source. */

import type { RfiAnswerType, RfiQuestion } from "../generated/index.js";
import type { InputShape } from "./input-shape.js";

/**
 * The call that settles an item. `params` has the shape of what it takes: known values are filled in,
 * unknown ones are named in angle brackets: `"<date>"`, `"<file_id>"`, the name of an enum of
 * `airwallex-connect/schemas`, such as `"<BusinessStructureInput>"`, or the call that lists them,
 * `"<code of reference.industryCategories>"`.
 */
export type NextCall =
  | {
      readonly method: "accounts.update";
      readonly id: string | undefined;
      readonly params: InputShape;
      /** An update alone changes no status. */
      readonly afterwards: "accounts.submit";
    }
  | {
      readonly method: "accounts.agreeToTerms";
      readonly id: string | undefined;
      readonly params: InputShape;
    }
  | { readonly method: "accounts.create"; readonly params: InputShape }
  | { readonly method: "accounts.submit"; readonly id: string | undefined }
  | {
      readonly method: "rfis.respond";
      readonly id: string;
      /** The account to act for, if it is known: `client.onBehalfOf(onBehalfOf).rfis`. */
      readonly onBehalfOf: string | undefined;
      readonly params: InputShape;
    }
  | { readonly method: "rfis.list"; readonly onBehalfOf: string | undefined };

interface ToDoBase {
  /**
   * Path of the item, as the API writes it: a field of the account, or `questions[0]` of a request for
   * information; undefined if there is none.
   */
  readonly path: string | undefined;
  /** What to do, in a few readable words. */
  readonly what: string;
  /** Why, in the API's own words if it gives any. They can contain personal data. */
  readonly why: string;
  /** The API's code, such as `field_required` or `BLURRY_IMAGE`. */
  readonly code: string | undefined;
  /** Undefined if no call is known to settle it. */
  readonly next: NextCall | undefined;
}

/** A field that is missing or was refused. */
export interface ProvideField extends ToDoBase {
  readonly kind: "provide_field";
  readonly path: string;
  /** The shape of its value, such as `"<date>"`. */
  readonly value: InputShape;
}

/** A document or photo that was not accepted. */
export interface ReplaceFile extends ToDoBase {
  readonly kind: "replace_identification" | "replace_photo";
  readonly path: string;
  /** The files that were not accepted, if the API names them. */
  readonly rejectedFileIds: readonly string[];
}

/** A question of a request for information. */
export interface AnswerQuestion extends ToDoBase {
  readonly kind: "answer_question";
  readonly path: string;
  /** The kind of answer requested. */
  readonly answerType: RfiAnswerType;
  /** The page of the liveness check, which the person has to visit first. */
  readonly livenessUrl: string | undefined;
  readonly question: RfiQuestion;
}

/** Anything else. */
export interface DoOther extends ToDoBase {
  readonly kind: "agree_to_terms" | "look_at_rfis" | "submit" | "other";
}

/** One thing to do; a `switch` on `kind` narrows it. */
export type ToDo = ProvideField | ReplaceFile | AnswerQuestion | DoOther;
