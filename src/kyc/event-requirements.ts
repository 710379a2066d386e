/** The data of `account.action_required`: requirements, without the account they belong to. */

import { isError } from "../checks/errors.js";
import type {
  AccountActionRequiredData,
  AccountRequirements,
  LegacyAccountActionRequiredData,
} from "../generated/index.js";

/** In snake_case or, in older events, camelCase. */
export type EventRequirements = AccountActionRequiredData | LegacyAccountActionRequiredData;

/** Whether a value is such data. If a review names nothing, the data has no members at all. */
export function isEventRequirements(value: unknown): value is EventRequirements {
  if (typeof value !== "object" || value === null || isError(value)) return false;
  if (Array.isArray(value) || Object.hasOwn(value, "id")) return false;
  const names = Object.keys(value);
  return names.length === 0 || names.some((name) => /(_r|R)equired$|^other$/.test(name));
}

/** The same requirements, as an account lists them. The older format differs only in spelling. */
export function asRequirements(data: EventRequirements): AccountRequirements {
  const { agreed_to_terms_and_conditions_required: agreed, ...all } = inSnakeCase(
    data,
  ) as AccountActionRequiredData;
  const terms = all.agreement_to_terms_and_conditions_required ?? agreed;
  return terms ? { ...all, agreement_to_terms_and_conditions_required: terms } : all;
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, below]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      inSnakeCase(below),
    ]),
  );
}
