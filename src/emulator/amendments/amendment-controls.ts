/** Lets tests see amendments, which the API cannot list. */

import type { Amendment } from "../../generated/index.js";
import type { World } from "../engine/world.js";
import { amendmentsOf } from "./amendment-record.js";
import { viewAmendment } from "./amendments.js";

/** The amendments of an emulator. Everything it returns is a copy. */
export interface AmendmentsControls {
  /** All amendments of all accounts, oldest first. */
  list(): readonly Amendment[];
}

export function createAmendmentsControls(present: () => World): AmendmentsControls {
  return {
    list: () => amendmentsOf(present()).all().map(viewAmendment),
  };
}
