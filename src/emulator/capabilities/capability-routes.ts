/**
 * Capabilities of accounts, and their funding limits.
 *
 * @see https://www.airwallex.com/docs/api/account_capability/account_capability
 */

import { capabilitiesFundingLimits } from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { numberedPage } from "../engine/paging.js";
import { enableCapability, findCapability, viewCapability } from "./capabilities.js";
import { capabilitiesOf } from "./capability-record.js";

type Key = Extract<EndpointKey, `capabilities${string}`>;

export const capabilitiesHandlers: HandlersOf<Key> = {
  capabilitiesRetrieve: ({ world, actingFor, path, apiVersion }) =>
    viewCapability(findCapability(world, actingFor, path.id), apiVersion),

  capabilitiesEnable({ world, actingFor, path, body, apiVersion }) {
    const record = findCapability(world, actingFor, path.id);
    enableCapability(world, record, body);
    return viewCapability(record, apiVersion);
  },

  async capabilitiesFundingLimits({ world, actingFor, request }) {
    const query = await readQuery(capabilitiesFundingLimits.query, request.query);
    const { mandate_type } = query;
    const limits = capabilitiesOf(world).fundingLimits.get(actingFor.id) ?? [];
    const all = limits.filter(
      (limit) => mandate_type === undefined || limit.mandate_type === mandate_type,
    );
    return numberedPage(all, query);
  },
};
