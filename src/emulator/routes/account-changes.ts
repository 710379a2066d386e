/**
 * What happens to accounts once they are verified: amendments, offboardings, capabilities.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts
 */

import { capabilitiesFundingLimits, offboardingsList } from "../../generated/endpoints.js";
import { readQuery } from "../accept.js";
import { requireCountries } from "../accounts/addresses.js";
import { findConnected } from "../accounts/record.js";
import {
  createAmendment,
  decideAmendment,
  findAmendment,
  viewAmendment,
} from "../amendments/operations.js";
import type { AmendmentStatus } from "../amendments/record.js";
import { requiresCountryInAddresses } from "../api-version.js";
import { applyForLimits, viewLimits } from "../capabilities/funding-limits.js";
import { enableCapability, findCapability, viewCapability } from "../capabilities/operations.js";
import { cursorPage } from "../cursor-pages.js";
import type { Call, EndpointKey, HandlersOf } from "../handlers.js";
import {
  cancelOffboarding,
  completeOffboarding,
  createOffboarding,
  findOffboarding,
  listOffboardings,
  viewOffboarding,
} from "../offboardings/operations.js";
import type { OffboardingRecord } from "../offboardings/record.js";

type Key = Extract<
  EndpointKey,
  | `amendments${string}`
  | `offboardings${string}`
  | `capabilities${string}`
  | `simulationAmendments${string}`
  | `simulationOffboardings${string}`
>;

const usualPageSize = 100;

type IdCall = Call<{ readonly id: string }, unknown>;
type OffboardingCall = Call<{ readonly account_id: string; readonly id: string }, unknown>;

export const accountChangesHandlers: HandlersOf<Key> = {
  amendmentsCreate({ world, actingFor, body, apiVersion }) {
    if (requiresCountryInAddresses(apiVersion)) requireCountries(body);
    return viewAmendment(createAmendment(world, actingFor, body));
  },

  amendmentsRetrieve: ({ world, actingFor, path }) =>
    viewAmendment(findAmendment(world, actingFor, path.id)),

  simulationAmendmentsApprove: (call) => decide(call, "APPROVED"),

  simulationAmendmentsReject: (call) => decide(call, "REJECTED"),

  offboardingsCreate({ world, path, body, apiVersion }) {
    const account = findConnected(world.accounts, path.account_id);
    return viewOffboarding(createOffboarding(world, account, body), apiVersion);
  },

  async offboardingsList({ world, path, request, apiVersion }) {
    const account = findConnected(world.accounts, path.account_id);
    const query = await readQuery(offboardingsList.query, request.query);
    const all = listOffboardings(world, account, query);
    const { items, ...pages } = cursorPage(all, query, usualPageSize);
    return { ...pages, items: items.map((record) => viewOffboarding(record, apiVersion)) };
  },

  offboardingsRetrieve: (call) => onOffboarding(call, () => {}),

  simulationOffboardingsComplete: (call) =>
    onOffboarding(call, (record) => completeOffboarding(call.world, record)),

  simulationOffboardingsCancel: (call) =>
    onOffboarding(call, (record) => cancelOffboarding(call.world, record)),

  capabilitiesRetrieve: ({ world, actingFor, path, apiVersion }) =>
    viewCapability(findCapability(world, actingFor, path.id), apiVersion),

  capabilitiesEnable({ world, actingFor, path, apiVersion }) {
    const record = findCapability(world, actingFor, path.id);
    enableCapability(world, record);
    return viewCapability(record, apiVersion);
  },

  async capabilitiesFundingLimits({ world, actingFor, request, apiVersion }) {
    const query = await readQuery(capabilitiesFundingLimits.query, request.query);
    const { currency, page_num: number = 0, page_size: size = 100 } = query;
    const all = viewLimits(world, actingFor, apiVersion).filter(
      (limit) => currency === undefined || limit.currency === currency,
    );
    const start = number * size;
    return { has_more: all.length > start + size, items: all.slice(start, start + size) };
  },

  capabilitiesApplyForFundingLimits({ world, actingFor, body }) {
    applyForLimits(world, actingFor, body);
    return { result: "REQUESTED" };
  },
};

function decide({ world, actingFor, path }: IdCall, to: AmendmentStatus) {
  const record = findAmendment(world, actingFor, path.id);
  decideAmendment(world, record, to);
  return viewAmendment(record);
}

/** Applies an operation to the offboarding in the path and returns the result. */
function onOffboarding(
  { world, path, apiVersion }: OffboardingCall,
  act: (record: OffboardingRecord) => void,
) {
  const record = findOffboarding(world, findConnected(world.accounts, path.account_id), path.id);
  act(record);
  return viewOffboarding(record, apiVersion);
}
