/**
 * Requests that carry an id chosen by the caller, so that the API does their work only once.
 *
 * - If left out, the id is generated here, once per call: every attempt carries the same one.
 * - If a second attempt is refused because the id was used before, the first has done the work. What it
 *   made is then looked up, and is the result of the call.
 * - The same lookup follows when the response to the last attempt is lost too.
 *
 * @see https://www.airwallex.com/docs/api/errors
 */

import type { CallOptions } from "../call/settings.js";
import { isObject } from "../checks/values.js";

/** What the API gets: what `extraBody` has replaces what the params have. */
export function sentBody<Body extends object>(body: Body, options: CallOptions | undefined): Body {
  const extra: unknown = options?.extraBody;
  return isObject(extra) ? { ...body, ...extra } : body;
}

/** What goes out for these params: with a generated id if the caller gave none. */
export function withRequestId<Params extends { readonly request_id?: string | null | undefined }>(
  params: Params,
): Params & { readonly request_id: string } {
  return { ...params, request_id: params?.request_id ?? crypto.randomUUID() };
}
