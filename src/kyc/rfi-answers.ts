/** What an answer to a question of a request for information is made of, by its kind. */

import type {
  RfiAddressInput,
  RfiAnswerTypeInput,
  RfiFileIdInput,
  RfiIdentityDocumentInput,
} from "../schemas/index.js";
import { isEmpty, member } from "./paths.js";

interface WithComment {
  /** A remark for the reviewer. */
  readonly comment?: string | undefined;
}

/** An answer, by its kind: the kind that the question asks for in `answer.type`. */
export type RfiReply = WithComment &
  (
    | { readonly type: "TEXT"; readonly text: string }
    | { readonly type: "ATTACHMENT"; readonly attachments: readonly RfiFileIdInput[] }
    | { readonly type: "IDENTITY_DOCUMENT"; readonly identity_document: RfiIdentityDocumentInput }
    | { readonly type: "CONFIRMATION"; readonly confirmed: boolean }
    /** The person does the check on the page of the question; the answer says that it was done. */
    | { readonly type: "LIVENESS" }
    | { readonly type: "ADDRESS"; readonly address: RfiAddressInput }
  );

/** The members that hold an answer, one for each kind but `LIVENESS`. */
export type RfiReplyMember = "address" | "attachments" | "confirmed" | "identity_document" | "text";

const members: Readonly<Record<RfiAnswerTypeInput, RfiReplyMember | undefined>> = {
  ADDRESS: "address",
  ATTACHMENT: "attachments",
  CONFIRMATION: "confirmed",
  IDENTITY_DOCUMENT: "identity_document",
  LIVENESS: undefined,
  TEXT: "text",
};

const holders = Object.values(members).filter((name) => name !== undefined);

/** Which member holds an answer of a kind; undefined for `LIVENESS`, and for kinds not known. */
export function replyMember(type: string | null | undefined): RfiReplyMember | undefined {
  return Object.hasOwn(members, type ?? "") ? members[type as RfiAnswerTypeInput] : undefined;
}

/** What is wrong with one member of an answer. */
export interface ReplyProblem {
  readonly member: RfiReplyMember;
  /** Whether it is not there, or is there and belongs to another kind. */
  readonly is: "missing" | "foreign";
}

/** Holds the members of an answer against its kind; the schema has looked at each by itself. */
export function replyProblems(answer: unknown): readonly ReplyProblem[] {
  const own = replyMember(String(member(answer, "type")));
  const given = holders.filter((name) => member(answer, name) !== undefined);
  const foreign = given.filter((name) => name !== own);
  const lacks = own !== undefined && isEmpty(member(answer, own));
  return [
    ...(lacks ? [{ member: own, is: "missing" } as const] : []),
    ...foreign.map((name) => ({ member: name, is: "foreign" }) as const),
  ];
}
