/** Requests for information: what is asked, and what reviewers do once it is answered. */

import { quoted } from "../../checks/printable.js";
import type { RfiAnswerTypeInput, RfiTypeInput } from "../../generated/index.js";
import { answerTypes, rfiTypes } from "../rfis/questions.js";
import { closeRfi, followUp } from "../rfis/rfi-life-cycle.js";
import { rfisOf } from "../rfis/rfi-record.js";
import { viewRfi } from "../rfis/view-rfi.js";
import { formatTime } from "./format.js";
import {
  accountCell,
  button,
  type InspectorTable,
  newest,
  refuseAction,
  type Values,
} from "./inspector-table.js";

const usual = "the usual questions";

const answerField = { name: "answer", label: "Answer", choices: [usual, ...answerTypes] };

/** What a reader chooses to put a question to an account. */
export const askFields = [{ name: "type", label: "Type", choices: rfiTypes }, answerField];

/** A request with one question, or with the usual ones. @throws RangeError for an unknown choice. */
export function readQuestions({ type = "", answer = usual }: Values) {
  const questions = answer === usual ? [] : [{ answer: { type: choose(answerTypes, answer) } }];
  return { type: choose(rfiTypes, type), questions };
}

function choose<Choice extends RfiTypeInput | RfiAnswerTypeInput>(
  choices: readonly Choice[],
  given: string,
): Choice {
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot ask: ${quoted(given)} is none of ${choices.join(", ")}`);
}

export const rfiTable: InspectorTable = {
  name: "rfis",
  title: "Requests for information",
  columns: ["Request", "Status", "Type", "Account", "Open questions", "Updated"],
  isHiddenWhenEmpty: true,

  rows({ world }, limit) {
    const now = world.clock.now();
    return newest(rfisOf(world).all(), limit, (one) => ({
      key: one.id,
      copy: one.id,
      cells: [
        { text: one.id },
        { text: one.status, look: one.status === "ACTION_REQUIRED" ? "bad" : undefined },
        { text: one.type },
        accountCell(world, one.account.id),
        { text: one.active?.questions.map(({ asks }) => asks).join(", ") ?? "" },
        { text: formatTime(one.updatedAtMs, now) },
      ],
    }));
  },

  detail({ world }, key) {
    const record = rfisOf(world).get(key);
    if (record === undefined) return undefined;
    const close = button("close", "Close");
    const further = button("follow_up", "Ask further", answerField);
    const actions = { ACTION_REQUIRED: [close], ANSWERED: [further, close], CLOSED: [] };
    return {
      title: `${record.type}, ${record.status}`,
      data: viewRfi(record, { apiVersion: world.settings.apiVersion, origin: "" }),
      actions: actions[record.status as keyof typeof actions] ?? [],
      comparisons: [],
    };
  },

  act({ world }, key, action, values) {
    const record = rfisOf(world).find(key);
    if (action === "close") closeRfi(world, record);
    else if (action === "follow_up") {
      const { questions } = readQuestions({ ...values, type: record.type });
      followUp(world, record, { questions });
    } else refuseAction(action);
  },
};
