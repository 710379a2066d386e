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

import type { CallExtras } from "../call/settings.js";

/** What goes out for these params: with a generated id if the caller gave none. */
export function withRequestId<Params extends { readonly request_id?: string | undefined }>(
  params: Params,
): Params & { readonly request_id: string } {
  return { ...params, request_id: params?.request_id ?? crypto.randomUUID() };
}

/** The codes with which the API refuses an id that was used before. */
export const duplicateCodes: readonly string[] = ["request_id_duplicate", "duplicate_request"];

/**
 * What a call needs to find out what became of it.
 *
 * @param find finds what the earlier attempt made; undefined if there is nothing
 */
export function resolveDuplicate<Output>(
  find: (remainingMs: number) => Promise<Output | undefined>,
): Required<Pick<CallExtras<Output>, "alreadyDone" | "lookup">> {
  const lookup = async (remainingMs: number): Promise<{ readonly found: Output } | undefined> => {
    const found = await find(remainingMs);
    return found === undefined ? undefined : { found };
  };
  return { lookup, alreadyDone: { apiCodes: duplicateCodes, find: lookup } };
}
