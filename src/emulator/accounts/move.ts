/** The one place where an account gets another status. */

import type { World } from "../state.js";
import type { AccountRecord, AccountStatus } from "./record.js";

/** Moves an account and tells whoever listens. What was required of it is settled by the move. */
export function moveTo(
  world: World,
  record: AccountRecord,
  to: AccountStatus,
  atMs: number = world.clock.nowMs(),
): void {
  const from = record.status;
  record.status = to;
  record.requirements = undefined;
  record.cancelReview?.();
  record.cancelReview = undefined;
  world.changes.publish({ accountId: record.id, from, to, atMs });
}
