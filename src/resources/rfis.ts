/** Requests for information: what Airwallex asks about an account, and the answers. */

import type { ApiPromise, Call } from "../call/call.js";
import type { ListPromise } from "../call/page.js";
import { listCursorPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { type Issue, ValidationError } from "../errors/index.js";
import { rfisList, rfisRespond, rfisRetrieve } from "../generated/endpoints.js";
import type { Rfi, RfiList, RfiListParams, RfiQuestion } from "../generated/rfis.js";
import { withinCall } from "../idempotency/lookup.js";
import { member } from "../kyc/paths.js";
import { type RfiReply, replyMember, replyProblems, replyTypes } from "../kyc/rfi-answers.js";

/** Answers to questions of the active round. Questions left out stay open. */
export interface RfiRespondParams {
  readonly questions: readonly RfiQuestionReply[];
}

/** The answer to one question. */
export interface RfiQuestionReply {
  /** Id of the question. */
  readonly id: string;
  readonly answer: RfiReply;
}

/**
 * Requests for information about the account that the client acts for: `client.onBehalfOf(id).rfis` for
 * a connected account. `whatIsMissing(rfi)` turns one into a to-do list. Errors are the same as for
 * `client.accounts`.
 */
export interface RfisResource {
  /**
   * Lists requests. Await it for the first page, or iterate it for every request. Without `onBehalfOf`
   * it covers the platform and its connected accounts.
   *
   * See https://www.airwallex.com/docs/api/risk/rfis/list
   *
   * @param params filters; `page` is the `page_after` or `page_before` of another page
   *
   * @example
   * for await (const rfi of client.rfis.list({ statuses: ["ACTION_REQUIRED"] })) {
   *   console.log(rfi.account_id, rfi.active_request?.questions?.length);
   * }
   */
  list(params?: RfiListParams, options?: CallOptions): ListPromise<Rfi, RfiList>;

  /**
   * Reads a request. `active_request` has the current round of questions, `answered_requests` the
   * earlier ones.
   *
   * See https://www.airwallex.com/docs/api/risk/rfis/retrieve
   *
   * @throws ApiError `not_found` when there is no such request
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Rfi>;

  /**
   * Answers questions, each with the kind of answer it asks for in `answer.type`. Once all are
   * answered, the request is `ANSWERED` and it is the reviewer's turn.
   *
   * If the API's response is lost, the request is read to see whether the answers arrived, and they are
   * sent again if not.
   *
   * See https://www.airwallex.com/docs/api/risk/rfis/respond
   *
   * @throws ValidationError when an answer lacks the member for its kind, or has that of another kind
   * @throws ApiError `invalid_request` when the request is not waiting for answers
   *
   * @example
   * const rfis = client.onBehalfOf(account.id).rfis;
   * const [rfi] = await rfis.list({ statuses: ["ACTION_REQUIRED"] }).toArray({ limit: 1 });
   * const question = rfi?.active_request?.questions?.[0];
   * if (rfi && question?.answer?.type === "TEXT") {
   *   const answer = { type: "TEXT", text: "Savings from my salary" } as const;
   *   await rfis.respond(rfi.id, { questions: [{ id: question.id, answer }] });
   * }
   */
  respond(id: string, params: RfiRespondParams, options?: CallOptions): ApiPromise<Rfi>;
}

export function rfisResource(call: Call): RfisResource {
  return {
    list: (params = {}, options) =>
      listCursorPages(rfisList, params, (query) => call(rfisList, { query }, options)),
    retrieve: (id, options) => call(rfisRetrieve, { path: { id } }, options),
    respond: (id, params, options) => {
      const find = respondLookup(call, id, params, options);
      return call(rfisRespond, { path: { id }, body: params }, options, {
        check: () => refuseReplies(params),
        // An attempt that was still running at the look-up may have finished since.
        settlement: { find, doneCodes: ["invalid_state_for_operation"] },
      });
    },
  };
}

function refuseReplies({ questions }: RfiRespondParams): void {
  const issues = questions.flatMap(({ answer }, index): readonly Issue[] => {
    const at = ["questions", index, "answer"];
    if (answer.type === undefined) {
      const kinds = replyTypes.join(", ");
      return [{ path: [...at, "type"], message: `is missing, expected one of ${kinds}` }];
    }
    return replyProblems(answer).map(({ member: name, is }): Issue => {
      const path = [...at, name];
      if (is === "missing") return { path, message: `is missing, expected in ${answer.type}` };
      const own = replyMember(answer.type) ?? "no further member";
      return { path, message: `does not belong to ${answer.type}, expected ${own}` };
    });
  });
  if (issues.length > 0) throw new ValidationError("rfis.respond", issues);
}

/**
 * A round whose questions are all answered is no longer active, and answering it again is refused.
 * While one of our questions is still active, its answer shows whether ours has arrived.
 */
function respondLookup(
  call: Call,
  id: string,
  params: RfiRespondParams,
  options: CallOptions | undefined,
): (remainingMs: number) => Promise<{ readonly found: Rfi } | undefined> {
  return async (remainingMs) => {
    const own = withinCall(options, remainingMs);
    const rfi = await call(rfisRetrieve, { path: { id } }, own);
    const active = new Map(rfi.active_request?.questions?.map((one) => [one.id, one]));
    const answered = new Set(
      rfi.answered_requests?.flatMap((round) => round.questions ?? []).map((one) => one.id),
    );
    const arrived = params.questions.every((reply) => {
      const waiting = active.get(reply.id);
      return waiting ? holds(waiting, reply.answer) : answered.has(reply.id);
    });
    return arrived ? { found: rfi } : undefined;
  };
}

function holds({ answer }: RfiQuestion, reply: RfiReply): boolean {
  const name = replyMember(reply.type);
  if (answer?.type !== reply.type || name === undefined) return false;
  return contains(answer[name], member(reply, name));
}

/** Whether everything that was sent is there; the stored answer may hold more, such as nulls. */
function contains(there: unknown, sent: unknown): boolean {
  if (typeof sent !== "object" || sent === null) return there === sent;
  return Object.entries(sent).every(
    ([name, value]) => value === undefined || contains(member(there, name), value),
  );
}
