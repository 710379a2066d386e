/** Ids that callers gave their requests, so that no request is worked on twice. */

import { Refusal } from "./refusal.js";

export interface RequestIds {
  /**
   * Notes the id of a request that is about to be worked on; each account has ids of its own.
   *
   * @param apiCode the code with which the endpoint refuses a second use
   * @throws Refusal if the account used the id before, with the same endpoint
   */
  take(use: RequestIdUse, apiCode: "duplicate_request" | "request_id_duplicate"): void;
}

export interface RequestIdUse {
  readonly accountId: string;
  /** Name of the endpoint, such as `webhooks.create`. */
  readonly endpoint: string;
  readonly requestId: string;
}

export function createRequestIds(): RequestIds {
  const used = new Set<string>();
  return {
    take({ accountId, endpoint, requestId }, apiCode) {
      const key = JSON.stringify([accountId, endpoint, requestId]);
      if (used.has(key)) {
        throw new Refusal(400, apiCode, "A request with this request_id was made before.", {
          source: "request_id",
        });
      }
      used.add(key);
    },
  };
}
