/** To-do items from a request for information. */

import type { Rfi, RfiAnswerType, RfiQuestion } from "../generated/index.js";
import type { InputShape } from "./input-shape.js";
import { isEmpty } from "./paths.js";
import { replyMember } from "./rfi-answers.js";
import type { AnswerQuestion } from "./to-do.js";

/** One item per open question; none while it is the reviewer's turn or once the request is closed. */
export function fromRfi(rfi: Rfi): readonly AnswerQuestion[] {
  if (rfi.status === "ANSWERED" || rfi.status === "CLOSED") return [];
  const questions = rfi.active_request?.questions ?? [];
  return questions.flatMap((question, index) =>
    !question || isAnswered(question) ? [] : [toItem(rfi, question, index)],
  );
}

function isAnswered({ answer }: RfiQuestion): boolean {
  const name = replyMember(answer?.type);
  return name !== undefined && !isEmpty(answer?.[name]);
}

function toItem(rfi: Rfi, question: RfiQuestion, index: number): AnswerQuestion {
  const { id, key, title, description, comment, answer, liveness } = question;
  const type = answer?.type ?? "TEXT";
  const [short, full] = [wordsOf(title), wordsOf(description)];
  const about = full !== undefined && full !== short ? full : "A reviewer asks";
  return {
    kind: "answer_question",
    path: `questions[${index}]`,
    what: short ?? generalOrder(type),
    why: comment ? `${about} (${comment})` : about,
    code: key ?? undefined,
    answerType: type,
    livenessUrl: type === "LIVENESS" ? (liveness?.url ?? undefined) : undefined,
    question,
    next: {
      method: "rfis.respond",
      id: rfi.id,
      onBehalfOf: rfi.account_id ?? undefined,
      params: { questions: [{ id, answer: { type, ...shapes[type] } }] },
    },
  };
}

/** Reviewers may have written in only one language. */
function wordsOf(text: RfiQuestion["title"]): string | undefined {
  return text?.en || text?.zh || undefined;
}

/** What a question of this kind asks for, without the reviewer's own words. */
export function generalOrder(type: RfiAnswerType): string {
  return asked[type] ?? "Answer the question";
}

const asked: Readonly<Record<string, string | undefined>> = {
  ADDRESS: "Give an address",
  ATTACHMENT: "Upload a file",
  CONFIRMATION: "Confirm or deny",
  IDENTITY_DOCUMENT: "Provide an identity document",
  LIVENESS: "Do the liveness check on its page, then answer",
  TEXT: "Answer in words",
};

/** The members of each kind of answer, besides `type`. */
const shapes: Readonly<Record<RfiAnswerType, Readonly<Record<string, InputShape>> | undefined>> = {
  ADDRESS: {
    address: {
      address_line1: "<text>",
      suburb: "<text>",
      state: "<text>",
      postcode: "<text>",
      country_code: "<country>",
    },
  },
  ATTACHMENT: { attachments: [{ file_id: "<file_id>" }] },
  CONFIRMATION: { confirmed: "<boolean>" },
  IDENTITY_DOCUMENT: {
    identity_document: {
      type: "<RfiIdentityDocumentTypeInput>",
      issuing_country: "<country>",
      number: "<text>",
      front_file_id: "<file_id>",
      back_file_id: "<file_id>",
    },
  },
  // The check itself is the answer.
  LIVENESS: {},
  TEXT: { text: "<text>" },
};
