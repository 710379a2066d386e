/** A request for information as the API shows it. */

import type { Rfi, RfiQuestion, RfiRequest, RfiSource } from "../../generated/index.js";
import { formatTimestamp } from "../engine/api-version.js";
import type { QuestionRecord, RfiRecord, Round } from "./rfi-record.js";

/** Where a person does a liveness check. */
export const livenessPath = "/emulator/liveness/{rfi}/{question}";

export interface ViewOptions {
  readonly apiVersion: string;
  /** Scheme and host of the emulator, for the links of liveness checks. */
  readonly origin: string;
}

/** A copy that shares nothing with the record. */
export function viewRfi(record: RfiRecord, options: ViewOptions): Rfi {
  const time = (ms: number): string => formatTimestamp(ms, options.apiVersion);
  const show = (round: Round): RfiRequest => ({
    created_at: time(round.createdAtMs),
    ...(round.expiresAtMs !== undefined && { expires_at: time(round.expiresAtMs) }),
    questions: round.questions.map((question) => viewQuestion(record, question, options.origin)),
    updated_at: time(round.updatedAtMs),
  });
  return structuredClone({
    account_id: record.account.id,
    ...(record.active && { active_request: show(record.active) }),
    answered_requests: record.answered.map(show),
    created_at: time(record.createdAtMs),
    id: record.id,
    status: record.status,
    type: record.type,
    updated_at: time(record.updatedAtMs),
  });
}

function viewQuestion(record: RfiRecord, question: QuestionRecord, origin: string): RfiQuestion {
  const { id, key, title, asks, answer, isAlive } = question;
  const path = livenessPath.replace("{rfi}", record.id).replace("{question}", id);
  return {
    answer: answer ?? { type: asks },
    attachments: [],
    description: title,
    id,
    ...(key !== undefined && { key }),
    ...(asks === "LIVENESS" && {
      liveness: { status: isAlive ? "SUCCEEDED" : "NOT_STARTED", url: origin + path },
    }),
    sources: sourcesOf(record, question),
    title,
  };
}

/** By default, questions about an account are about its owner, or the first person of a business. */
function sourcesOf(
  { type, account: { details } }: RfiRecord,
  { sources }: QuestionRecord,
): readonly RfiSource[] {
  const people = [details.individual_details, ...(details.business_person_details ?? [])];
  const known = people.filter((person) => person != null);
  const show = (id: string | null | undefined): RfiSource => {
    const person = known.find(({ person_id }) => person_id === id);
    const { first_name, last_name } = person ?? {};
    return { id, type: "PERSON", ...(person && { person: { first_name, last_name } }) };
  };
  if (sources) return sources.map((one) => (one.type === "PERSON" ? show(one.id) : { ...one }));
  return type.startsWith("KYC") ? known.slice(0, 1).map(({ person_id }) => show(person_id)) : [];
}
