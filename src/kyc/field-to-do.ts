/** A to-do item for one field of an account. */

import { inputAt, inWords, type Known, valueAt } from "./input-shape.js";
import type { ProvideField } from "./to-do.js";

export interface Field {
  readonly path: string;
  readonly code: string | undefined;
  readonly why: string;
  /** Id of the account; undefined if it is still to be created. */
  readonly id: string | undefined;
  readonly known: Known;
}

export function fieldToDo({ path, code, why, id, known }: Field): ProvideField {
  const value = valueAt(path, id === undefined ? "create" : "update");
  const params = inputAt(path, value, known);
  const verb = code === "invalid_argument" ? "Correct" : "Provide";
  return {
    kind: "provide_field",
    path,
    value,
    what: `${verb} the ${inWords(path)}`,
    why,
    code,
    next:
      id === undefined
        ? { method: "accounts.create", params }
        : { method: "accounts.update", id, params, afterwards: "accounts.submit" },
  };
}
