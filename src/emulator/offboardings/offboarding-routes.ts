/**
 * Offboardings of connected accounts.
 *
 * @see https://www.airwallex.com/docs/api/scale/offboardings/list
 */

import { offboardingsList } from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import { findConnected, findSimulated } from "../engine/account-record.js";
import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { cursorPage } from "../engine/paging.js";
import type { OffboardingRecord } from "./offboarding-record.js";
import {
  cancelOffboarding,
  completeOffboarding,
  createOffboarding,
  findOffboarding,
  listOffboardings,
  viewOffboarding,
} from "./offboardings.js";

type Key = Extract<EndpointKey, `offboardings${string}` | `simulationOffboardings${string}`>;
type OffboardingCall = Call<{ readonly account_id: string; readonly id: string }, unknown>;

const defaultPageSize = 100;

export const offboardingsHandlers: HandlersOf<Key> = {
  offboardingsCreate({ world, path, body, apiVersion }) {
    const account = findConnected(world.accounts, path.account_id);
    return viewOffboarding(createOffboarding(world, account, body), apiVersion);
  },

  async offboardingsList({ world, path, request, apiVersion }) {
    const account = findConnected(world.accounts, path.account_id);
    const query = await readQuery(offboardingsList.query, request.query);
    const all = listOffboardings(world, account, query);
    const { items, ...pages } = cursorPage(all, query, defaultPageSize);
    return { ...pages, items: items.map((record) => viewOffboarding(record, apiVersion)) };
  },

  offboardingsRetrieve: (call) => onOffboarding(call, () => {}),

  simulationOffboardingsComplete: (call) =>
    onOffboarding(call, (record) => completeOffboarding(call.world, record)),

  simulationOffboardingsCancel: (call) =>
    onOffboarding(call, (record) => cancelOffboarding(call.world, record)),
};

/** Applies an operation to the offboarding in the path and returns the result. */
function onOffboarding(
  { world, path, apiVersion, actingFor }: OffboardingCall,
  act: (record: OffboardingRecord) => void,
) {
  const account = findSimulated(world.accounts, actingFor, path.account_id);
  const record = findOffboarding(world, account, path.id);
  act(record);
  return viewOffboarding(record, apiVersion);
}
