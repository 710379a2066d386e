/** The members of each kind of answer to a question in a request for information. */

import { entryOf } from "../checks/values.js";
import type {
  RfiAddressInput,
  RfiAnswerTypeInput,
  RfiFileIdInput,
  RfiIdentityDocumentInput,
} from "../generated/index.js";
import { isEmpty, member } from "./paths.js";

interface WithComment {
  /** A comment for the reviewer. */
  readonly comment?: string | undefined;
}

/** An answer, of the kind that the question asks for in `answer.type`. */
export type RfiReply = WithComment &
  (
    | { readonly type: "TEXT"; readonly text: string }
    | { readonly type: "ATTACHMENT"; readonly attachments: readonly RfiFileIdInput[] }
    | { readonly type: "IDENTITY_DOCUMENT"; readonly identity_document: RfiIdentityDocumentInput }
    | { readonly type: "CONFIRMATION"; readonly confirmed: boolean }
    /** The person does the check on the question's page; the answer states that it was done. */
    | { readonly type: "LIVENESS" }
    | { readonly type: "ADDRESS"; readonly address: RfiAddressInput }
  );

/** The members that hold an answer, one for each kind but `LIVENESS`. */
export type RfiReplyMember = "address" | "attachments" | "confirmed" | "identity_document" | "text";

const members = {
  ADDRESS: "address",
  ATTACHMENT: "attachments",
  CONFIRMATION: "confirmed",
  IDENTITY_DOCUMENT: "identity_document",
  LIVENESS: undefined,
  TEXT: "text",
} as const satisfies Record<RfiAnswerTypeInput, RfiReplyMember | undefined>;

/** The kinds of answers. */
export const replyTypes: readonly string[] = Object.keys(members);

const holders = Object.values(members).filter((name) => name !== undefined);

/** Which member holds an answer of a kind; undefined for `LIVENESS` and for unknown kinds. */
export function replyMember(type: string | null | undefined): RfiReplyMember | undefined {
  return entryOf<RfiReplyMember | undefined>(members, type ?? "");
}

/** What is wrong with one member of an answer. */
export interface ReplyProblem {
  readonly member: RfiReplyMember;
  /** Whether it is absent, or present although it belongs to another kind. */
  readonly is: "missing" | "foreign";
}

/**
 * Checks the members of an answer against its kind; the schema has already checked each one by itself.
 */
export function replyProblems(answer: unknown): readonly ReplyProblem[] {
  const own = replyMember(String(member(answer, "type")));
  const given = holders.filter((name) => (member(answer, name) ?? undefined) !== undefined);
  const foreign = given.filter((name) => name !== own);
  const lacks = own !== undefined && isEmpty(member(answer, own));
  return [
    ...(lacks ? [{ member: own, is: "missing" } as const] : []),
    ...foreign.map((name) => ({ member: name, is: "foreign" }) as const),
  ];
}
