/**
 * Answers to a request for information: each must be of the kind that was asked for, and complete.
 *
 * @see https://www.airwallex.com/docs/api/risk/rfis/respond
 */

import type { RfiAnswer, RfiAnswerInput, RfiRespondRequest } from "../../generated/index.js";
import { isEmpty, member } from "../../kyc/paths.js";
import { replyMember, replyProblems } from "../../kyc/rfi-answers.js";
import {
  type FieldProblem,
  invalidProblem,
  refuseFields,
  requiredProblem,
} from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { expectStatus, moveRfi } from "./rfi-life-cycle.js";
import type { QuestionRecord, RfiRecord, Round } from "./rfi-record.js";

/** @throws Refusal that names every invalid answer; then none is accepted. */
export function respond(world: World, record: RfiRecord, { questions }: RfiRespondRequest): void {
  expectStatus(record, ["ACTION_REQUIRED"], "answered");
  const { active } = record;
  if (active === undefined) return;
  const asked = new Map(active.questions.map((question) => [question.id, question]));
  const seen = new Set<string>();
  const problems = questions.flatMap(({ id, answer }, index) => {
    const at = `questions[${index}]`;
    const question = asked.get(id);
    if (question === undefined) return [invalidProblem(`${at}.id`, "it is not being asked")];
    if (seen.has(id)) return [invalidProblem(`${at}.id`, "it is answered twice")];
    seen.add(id);
    return problemsWith(question, answer, `${at}.answer`);
  });
  const [first, ...rest] = problems;
  if (first) throw refuseFields([first, ...rest]);
  for (const { id, answer } of questions) {
    const question = asked.get(id);
    if (question) question.answer = own(answer);
  }
  settle(world, record, active);
}

function settle(world: World, record: RfiRecord, round: Round): void {
  const nowMs = world.clock.nowMs();
  round.updatedAtMs = nowMs;
  record.updatedAtMs = nowMs;
  if (round.questions.some(({ answer }) => answer === undefined)) return;
  record.active = undefined;
  record.answered = [...record.answered, round];
  moveRfi(world, record, "ANSWERED", nowMs);
}

function problemsWith(
  { asks, isAlive }: QuestionRecord,
  answer: RfiAnswerInput,
  at: string,
): readonly FieldProblem[] {
  if (answer.type === undefined) return [requiredProblem(`${at}.type`)];
  if (answer.type !== asks) return [invalidProblem(`${at}.type`, `expected ${asks}`)];
  if (asks === "LIVENESS" && !isAlive) {
    return [invalidProblem(`${at}.type`, "the liveness check has not been done")];
  }
  // Members of other kinds are ignored, as unknown members are.
  const missing = replyProblems(answer).find(({ is }) => is === "missing");
  if (missing) return [requiredProblem(`${at}.${missing.member}`)];
  return missingWithin(answer).map((name) => requiredProblem(`${at}.${name}`));
}

function missingWithin({ type, address, identity_document }: RfiAnswerInput): readonly string[] {
  const lacks = (holder: unknown, names: readonly string[]): readonly string[] =>
    names.filter((name) => isEmpty(member(holder, name)));
  if (type === "ADDRESS") {
    return lacks(address, ["address_line1", "country_code"]).map((name) => `address.${name}`);
  }
  if (type !== "IDENTITY_DOCUMENT") return [];
  const proofs = lacks(identity_document, ["front_file_id", "number"]);
  const proof = proofs.length === 2 ? proofs.slice(0, 1) : [];
  return [...lacks(identity_document, ["type", "issuing_country"]), ...proof].map(
    (name) => `identity_document.${name}`,
  );
}

/** The answer without members of other kinds. */
function own(answer: RfiAnswerInput): RfiAnswer {
  const { type, comment } = answer;
  const name = replyMember(type);
  return {
    type,
    ...(comment !== undefined && { comment }),
    ...(name !== undefined && { [name]: answer[name] }),
  };
}
