/** To-do items from a call that was refused, by the API or before it was sent. */

import type { ApiError, ValidationError } from "../errors/index.js";
import { formatPath } from "../errors/index.js";
import { fieldToDo } from "./field-to-do.js";
import { agreeToTerms } from "./from-requirements.js";
import { inputAt, inWords, type Known, valueAt } from "./input-shape.js";
import type { DoOther, ProvideField, ToDo } from "./to-do.js";

interface RefusedField {
  readonly path: string;
  readonly code: string | undefined;
  readonly why: string;
}

/** @param known the account that was submitted, to place its persons by their ids */
export function fromRefusal(error: ApiError | ValidationError, known: Known): readonly ToDo[] {
  if (error.code === "invalid_input") {
    return error.issues.map(({ path, message }) =>
      toItem({ path: formatPath(path), code: undefined, why: `It ${message}` }, error, known),
    );
  }
  const id = idOf(error);
  if (error.apiCode === "term_agreement_is_required")
    return [agreeToTerms(id, error.remoteMessage)];
  if (ofStatus.has(error.apiCode ?? "")) return [unplaced(error)];
  const fields = error.fieldErrors.map(({ field, code, message }) =>
    toItem({ path: field, code, why: message ?? "It was refused" }, error, known),
  );
  return fields.length > 0 ? fields : [unplaced(error)];
}

/** Codes that blame a status, which no input can fix. */
const ofStatus: ReadonlySet<string> = new Set([
  "can_not_be_edited",
  "invalid_state_for_operation",
  "invalid_status_for_operation",
]);

function toItem(
  field: RefusedField,
  error: ApiError | ValidationError,
  known: Known,
): ProvideField {
  const id = error.code === "invalid_input" ? undefined : idOf(error);
  if (!error.operation.startsWith("rfis.")) return fieldToDo({ ...field, id, known });
  return {
    kind: "provide_field",
    ...field,
    value: valueAt(field.path),
    what: `Correct the ${inWords(field.path)}`,
    next: id === undefined ? undefined : respond(id, field.path),
  };
}

function respond(id: string, path: string): ProvideField["next"] {
  const params = inputAt(path, valueAt(path), undefined);
  return { method: "rfis.respond", id, onBehalfOf: undefined, params };
}

function unplaced({ apiCode, remoteMessage, message }: ApiError): DoOther {
  return {
    kind: "other",
    path: undefined,
    what: "See what the API says",
    why: remoteMessage ?? message,
    code: apiCode,
    next: undefined,
  };
}

/** The id that the call was about, taken from its path; undefined for a create. */
function idOf({ path }: ApiError): string | undefined {
  const [, id] = /\/(?:accounts|rfis)\/([^/]+)\/\w/.exec(path) ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}
