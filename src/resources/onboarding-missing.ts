/** What the API still asks for, from a refused call or from the account. The one place that reads it. */

import { ApiError } from "../errors.js";
import type { Account } from "../schemas/accounts.generated.js";

/** One thing that the API asks for. It holds no personal data. */
export interface MissingItem {
  /** Dotted path of a field, or the name of a requirement such as `primary_identification_required`. */
  readonly what: string;
  /** The API's code, such as `field_required` or `EXPIRED_DOCUMENT`. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** The fields that a refused call names; undefined for any other failure. */
export function missingInRefusal(error: unknown): readonly MissingItem[] | undefined {
  if (!(error instanceof ApiError) || error.code !== "invalid_request") return undefined;
  const { fieldErrors } = error;
  if (fieldErrors.length === 0) return undefined;
  return fieldErrors.map(({ field, code, message }) => ({ what: field, code, message }));
}

/** The requirements of an account in ACTION_REQUIRED. */
export function missingInAccount({ requirements }: Account): readonly MissingItem[] {
  return Object.entries(requirements ?? {}).flatMap(([what, value]) => {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    return parts.flatMap((part) => (part ? [itemOf(what, part)] : []));
  });
}

function itemOf(what: string, part: unknown): MissingItem {
  const { error_code, message } = part as {
    readonly error_code?: unknown;
    readonly message?: unknown;
  };
  return { what, code: textOf(error_code), message: textOf(message) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
