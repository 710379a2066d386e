/** What a sample of an event is. */

import type { AccountRecord } from "../engine/account-record.js";
import type { Ids } from "../engine/ids.js";
import type { World } from "../engine/world.js";
import type { EventData } from "./events.js";

/** The data of an event, and the id of what it is about, if that is not an account. */
export interface Sample {
  readonly data: EventData;
  readonly sourceId?: string | undefined;
  /** Whether it belongs to the platform by default. */
  readonly ofPlatform?: boolean;
}

export interface SampleFacts {
  /** The part of the event's name after the first dot, in capitals. */
  readonly status: string;
  readonly account: AccountRecord;
  readonly ids: Ids;
  readonly world: World;
}
