/** A form that is being filled in. */

import type { AccountRecord } from "../engine/account-record.js";
import { createExpiringMap, type ExpiringMap } from "../engine/expiring-map.js";
import { defineState, type World } from "../engine/world.js";
import type { FieldName, ScreenName } from "./form-fields.js";

/** What was wrong with the last form sent, and with which field, if it is a single one. */
export interface FormProblem {
  readonly field: FieldName | undefined;
  readonly text: string;
}

export interface OnboardingForm {
  readonly id: string;
  readonly account: AccountRecord;
  readonly expiresAtMs: number;
  /** Called once the account is submitted, or left for later; returns the URL to send the owner to. */
  readonly leave: (finished: boolean) => string | undefined;
  readonly values: Record<FieldName, string>;
  screen: ScreenName;
  problem: FormProblem | undefined;
}

/** The forms that are being filled in, by id. */
export const formsOf: (world: World) => ExpiringMap<OnboardingForm> = defineState(({ clock }) =>
  createExpiringMap(clock),
);
