/** The review of a submitted account, through the simulation endpoint or by the clock. */

import type { AccountRequirements, SimulatedStatus } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { World } from "../engine/world.js";
import { moveTo } from "./account-status.js";
import { findRequirements } from "./requirements.js";

export interface Verdict {
  readonly next: SimulatedStatus;
  /** Whether to set the status regardless of outstanding requirements. */
  readonly force: boolean;
  /** Emulator time; default now. */
  readonly atMs?: number;
}

export function decide(world: World, record: AccountRecord, verdict: Verdict): void {
  const { next, force, atMs = world.clock.nowMs() } = verdict;
  if (next === "SUSPENDED") {
    record.suspensions = [...record.suspensions, { by: "AIRWALLEX", atMs }];
    moveTo(world, record, "SUSPENDED", { atMs });
    return;
  }
  const outstanding = findRequirements(record, world.settings.requireOwnerConsent);
  const lacks = Object.keys(outstanding).length > 0;
  if (next === "ACTIVE" && (force || !lacks)) {
    moveTo(world, record, "ACTIVE", { atMs });
    return;
  }
  const requirements = lacks ? outstanding : moreInformation;
  moveTo(world, record, "ACTION_REQUIRED", { requirements, atMs });
}

/** For an account that lacks nothing that a review looks at. */
const moreInformation: AccountRequirements = {
  other: [{ error_code: "OTHER", message: "The review needs more information about the account." }],
};

/** Schedules the review of a submitted account if the options ask for it. */
export function scheduleReview(world: World, record: AccountRecord): void {
  const { reviewAfterMs } = world.settings;
  if (reviewAfterMs === undefined) return;
  const dueMs = world.clock.nowMs() + reviewAfterMs;
  record.cancelReview = world.clock.schedule(dueMs, (atMs) =>
    decide(world, record, { next: "ACTIVE", force: false, atMs }),
  );
}

/** Removes a requirement; an account with no others becomes active. */
export function settle(world: World, record: AccountRecord, met: keyof AccountRequirements): void {
  if (record.status !== "ACTION_REQUIRED") return;
  const { [met]: _, ...left } = record.requirements ?? {};
  if (Object.keys(left).length === 0) moveTo(world, record, "ACTIVE");
  else record.requirements = left;
}
