/** The only place where the status of an account changes. */

import type { AccountRequirements } from "../../generated/index.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import type { World } from "../engine/world.js";

export interface Move {
  /** What keeps the account in ACTION_REQUIRED; replaces earlier requirements. */
  readonly requirements?: AccountRequirements | undefined;
  /** Emulator time; default now. */
  readonly atMs?: number;
}

/** Moves an account and notifies listeners. */
export function moveTo(
  world: World,
  record: AccountRecord,
  to: AccountStatus,
  { requirements, atMs = world.clock.nowMs() }: Move = {},
): void {
  const from = record.status;
  record.status = to;
  record.requirements = requirements;
  record.cancelReview?.();
  record.cancelReview = undefined;
  world.accounts.changes.publish({ accountId: record.id, from, to, atMs });
}
