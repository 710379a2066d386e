/** The request ids that callers have used, so that no request is processed twice. */

import { Refusal } from "./refusal.js";

export interface RequestIds {
  /**
   * Records the id of a request about to be processed; each account has ids of its own.
   *
   * @throws Refusal if the account has used the id before, with the same endpoint.
   */
  take(use: RequestIdUse): void;
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
    take({ accountId, endpoint, requestId }) {
      const key = JSON.stringify([accountId, endpoint, requestId]);
      if (used.has(key)) {
        throw new Refusal(
          409,
          "already_exists",
          "A request with this request_id was made before.",
          { source: "request_id" },
        );
      }
      used.add(key);
    },
  };
}
