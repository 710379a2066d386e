/**
 * Amendments, and what reviewers decide about them.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts
 */

import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import type { AmendmentStatus } from "./amendment-record.js";
import { createAmendment, decideAmendment, findAmendment, viewAmendment } from "./amendments.js";

type Key = Extract<EndpointKey, `amendments${string}` | `simulationAmendments${string}`>;
type IdCall = Call<{ readonly id: string }, unknown>;

export const amendmentsHandlers: HandlersOf<Key> = {
  amendmentsCreate: ({ world, actingFor, body }) =>
    viewAmendment(createAmendment(world, actingFor, body)),

  amendmentsRetrieve: ({ world, actingFor, path }) =>
    viewAmendment(findAmendment(world, actingFor, path.id)),

  simulationAmendmentsApprove: (call) => decide(call, "APPROVED"),

  simulationAmendmentsReject: (call) => decide(call, "REJECTED"),
};

function decide({ world, actingFor, path }: IdCall, to: AmendmentStatus) {
  const record = findAmendment(world, actingFor, path.id);
  decideAmendment(world, record, to);
  return viewAmendment(record);
}
