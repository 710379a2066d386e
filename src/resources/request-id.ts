/**
 * Requests that carry an id of the caller's own, so that the remote does their work only once.
 *
 * - Left out, the id is made here, one for the whole call: every attempt carries the same.
 * - A second attempt that is refused because the id was used before means that the first had done the
 *   work. What it made is then looked up, and is the result of the call.
 * - So is what is found when the last attempt is lost too.
 *
 * @see https://www.airwallex.com/docs/api/errors
 */

import type { CallExtras } from "../core/settings.js";

/** A request body whose `request_id` may be left out. */
export type WithoutRequestId<Body extends { readonly request_id: string }> = Omit<
  Body,
  "request_id"
> & {
  /**
   * 1 to 50 characters; default a new UUID for each call. Give your own to repeat a call whose outcome
   * is unknown, also in another process: the work is then done once.
   */
  readonly request_id?: string | undefined;
};

/** The body with an id of ours where the caller gave none. */
export function withRequestId<Body extends { readonly request_id: string }>(
  body: WithoutRequestId<Body>,
): Body {
  return { ...body, request_id: body?.request_id ?? crypto.randomUUID() } as Body;
}

/** How the API refuses an id that was used before. */
export const duplicateCodes: readonly string[] = ["request_id_duplicate", "duplicate_request"];

/**
 * What a call needs to find out what became of it.
 *
 * @param find finds what the earlier attempt made; undefined if there is nothing to be found
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
