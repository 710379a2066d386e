/** What tests can see of amendments without a call: the API has no list of them. */

import type { Amendment } from "../../schemas/index.js";
import type { World } from "../state.js";
import { viewAmendment } from "./operations.js";

/** Access to the amendments of an emulator. What it returns is a copy. */
export interface AmendmentsAccess {
  /** All amendments of all accounts, oldest first. */
  list(): readonly Amendment[];
}

export function createAmendmentsAccess(currentWorld: () => World): AmendmentsAccess {
  return {
    list() {
      const { amendments, clock } = currentWorld();
      clock.runDue();
      return [...amendments.byId.values()].map(viewAmendment);
    },
  };
}
