/**
 * The life cycle of a request for information: asked, answered, asked again, closed. None of this changes
 * the status of the account.
 *
 * @see https://www.airwallex.com/docs/developer-tools/sandbox-environment/risk/simulate-kyc-rfi
 */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  RfiStatusInput,
  RfiTypeInput,
  SimulationRfiCreateParams,
  SimulationRfiFollowUpParams,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import {
  invalidArgument,
  invalidProblem,
  Refusal,
  refuseFields,
  requiredProblem,
} from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { defaultQuestions, newQuestion } from "./questions.js";
import { type QuestionRecord, type RfiRecord, type Round, rfisOf } from "./rfi-record.js";

/** How long a request about a transaction waits; others wait forever. */
const transactionLifetimeMs = 7 * 24 * 60 * 60_000;

/** What questions can be about, by type; those that are not here are about nothing in particular. */
const sourceTypes: Readonly<Partial<Record<RfiTypeInput, readonly string[]>>> = {
  KYC: ["PERSON"],
  KYC_ONGOING: ["PERSON"],
  CARDHOLDER: ["CARDHOLDER"],
  MERCHANT_RISK: ["PAYMENT_INTENT"],
  TRANSACTION: ["CHARGE", "CONNECTED_ACCOUNT_TRANSFER", "DIRECT_DEBIT", "DEPOSIT", "TRANSFER"],
};

/** @throws Refusal while another of the type is open, and for sources that the type does not have. */
export function openRfi(
  world: World,
  account: AccountRecord,
  { type, questions = [] }: WithoutNulls<SimulationRfiCreateParams>,
): RfiRecord {
  const isOpen = (other: RfiRecord) =>
    other.account.id === account.id && other.type === type && other.status !== "CLOSED";
  const open = rfisOf(world).all().find(isOpen);
  if (open) throw invalidArgument("type", `RFI [${open.id}] of this type is not CLOSED yet`);
  checkSources(type, questions);
  const nowMs = world.clock.nowMs();
  const record: RfiRecord = {
    id: world.ids.rfi(),
    sequence: rfisOf(world).added,
    account,
    type,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    status: "ACTION_REQUIRED",
    active: undefined,
    answered: [],
    cancelExpiry: undefined,
  };
  rfisOf(world).add(record);
  const asked = questions.map(({ answer, sources }) =>
    newQuestion(world, { asks: answer.type, ...(sources && { sources }) }),
  );
  ask(world, record, asked.length > 0 ? asked : defaultQuestions(world, type));
  return record;
}

/** @throws Refusal for a source of a kind that the type does not have. */
function checkSources(
  type: RfiTypeInput,
  questions: readonly { readonly sources?: QuestionRecord["sources"] }[],
): void {
  const allowed = sourceTypes[type] ?? [];
  for (const [index, { sources = [] }] of questions.entries()) {
    const wrong = sources.findIndex((source) => !allowed.includes(source.type));
    if (wrong < 0) continue;
    const expected = allowed.length === 0 ? "no sources" : allowed.join(" or ");
    throw invalidArgument(`questions[${index}].sources[${wrong}].type`, `expected ${expected}`);
  }
}

/** @throws Refusal unless everything is answered, or for a question that is unknown or repeated. */
export function followUp(
  world: World,
  record: RfiRecord,
  { questions = [] }: WithoutNulls<SimulationRfiFollowUpParams>,
): void {
  expectStatus(record, ["ANSWERED"], "followed up");
  checkSources(record.type, questions);
  const ids = questions.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => id !== undefined && ids.indexOf(id) < index);
  if (twice >= 0) throw invalidArgument(`questions[${twice}].id`, "it is asked twice");
  const asked = questions.map((item, index) => askAgain(world, record, item, index));
  const all = asked.length > 0 ? asked : defaultQuestions(world, record.type);
  ask(world, record, all);
}

type FollowUpItem = NonNullable<WithoutNulls<SimulationRfiFollowUpParams>["questions"]>[number];

function askAgain(
  world: World,
  { answered }: RfiRecord,
  { id, answer, sources }: FollowUpItem,
  index: number,
): QuestionRecord {
  if (id === undefined) {
    if (answer) return newQuestion(world, { asks: answer.type, ...(sources && { sources }) });
    throw refuseFields([requiredProblem(`questions[${index}].answer.type`)]);
  }
  const known = answered.flatMap((round) => round.questions).findLast((one) => one.id === id);
  if (known) {
    return { ...known, ...(sources && { sources }), answer: undefined, isAlive: false };
  }
  throw refuseFields([invalidProblem(`questions[${index}].id`, "there is no such question")]);
}

/** @throws Refusal if it is already closed. */
export function closeRfi(world: World, record: RfiRecord, atMs = world.clock.nowMs()): void {
  expectStatus(record, ["ACTION_REQUIRED", "ANSWERED"], "closed");
  moveRfi(world, record, "CLOSED", atMs);
}

function ask(world: World, record: RfiRecord, questions: readonly QuestionRecord[]): void {
  const nowMs = world.clock.nowMs();
  const expiresAtMs = record.type === "TRANSACTION" ? nowMs + transactionLifetimeMs : undefined;
  const round: Round = { createdAtMs: nowMs, updatedAtMs: nowMs, expiresAtMs, questions };
  record.active = round;
  moveRfi(world, record, "ACTION_REQUIRED", nowMs);
  if (expiresAtMs === undefined) return;
  record.cancelExpiry = world.clock.schedule(expiresAtMs, (atMs) => closeRfi(world, record, atMs));
}

/** The only place where the status of a request changes. */
export function moveRfi(world: World, record: RfiRecord, to: RfiStatusInput, atMs: number): void {
  record.status = to;
  record.updatedAtMs = atMs;
  record.cancelExpiry?.();
  record.cancelExpiry = undefined;
  rfisOf(world).changes.publish({ record, atMs });
}

/** @throws Refusal in any other status. */
export function expectStatus(
  { id, status }: RfiRecord,
  allowed: readonly RfiStatusInput[],
  done: string,
): void {
  if (allowed.includes(status)) return;
  throw new Refusal(
    400,
    "invalid_state_for_operation",
    `RFI [${id}] cannot be ${done}: its status is ${status}, expected ${allowed.join(" or ")}.`,
    { source: "status" },
  );
}
