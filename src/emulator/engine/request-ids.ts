/** The request ids that callers have used, so that no request is processed twice. */

import { Refusal } from "./refusal.js";

export interface RequestIds {
  /**
   * Records the id of a request about to be processed; each account has ids of its own.
   *
   * @param apiCode The code with which the endpoint refuses a second use.
   * @throws Refusal if the account has used the id before, with the same endpoint.
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
