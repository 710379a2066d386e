/** A subscription as the emulator keeps it. */

import type { Sequenced } from "../engine/paging.js";

export interface Subscription extends Sequenced {
  readonly id: string;
  /** The account that made it. The platform receives the events of all accounts, others only their own. */
  readonly ownerId: string;
  readonly requestId: string;
  readonly secret: string;
  /** API version of the payloads. */
  readonly version: string;
  readonly events: readonly string[];
  readonly createdAtMs: number;
  url: string;
  updatedAtMs: number;
}
