/** A subscription as the emulator keeps it. */

import type { Sequenced } from "../engine/paging.js";

export interface Subscription extends Sequenced {
  readonly id: string;
  /**
   * The account that made it, or the client id of the app. The platform receives the events of its own
   * accounts, other accounts their own, and apps those of the accounts in `connectedIds`.
   */
  readonly ownerId: string;
  /** For the webhook of an app: the accounts that are connected to it. */
  readonly connectedIds: Set<string> | undefined;
  readonly requestId: string;
  readonly secret: string;
  /** API version of the payloads. */
  readonly version: string;
  readonly events: readonly string[];
  readonly createdAtMs: number;
  url: string;
  updatedAtMs: number;
}
