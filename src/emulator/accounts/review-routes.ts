/**
 * Simulates what reviewers do in production.
 *
 * @see https://www.airwallex.com/docs/developer-tools/sandbox-environment/connected-accounts/simulate-connected-account-status-transition
 */

import { findSimulated } from "../engine/account-record.js";
import type { HandlersOf } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";
import { decide } from "./review.js";
import { viewAccount } from "./view-account.js";

export const simulationHandlers: HandlersOf<"simulationAccountsUpdateStatus"> = {
  simulationAccountsUpdateStatus({ world, path, body, apiVersion, actingFor }) {
    const record = findSimulated(world.accounts, actingFor, path.account_id);
    if (record.status !== "SUBMITTED") {
      throw new Refusal(
        400,
        "bad_request",
        `Account [${record.id}] must be submitted for review first: its status is ${record.status}.`,
      );
    }
    decide(world, record, { next: body.next_status, force: body.force ?? true });
    return viewAccount(record, apiVersion, "EXCLUDED_PII");
  },
};
