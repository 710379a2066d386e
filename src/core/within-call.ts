/** A call made within another call to find out what became of it. */

import type { CallOptions } from "./settings.js";

/** Its options: the same account, version and headers, within the time that is left. */
export function withinCall(options: CallOptions | undefined, remainingMs: number): CallOptions {
  const { signal, onBehalfOf, apiVersion, headers } = options ?? {};
  return { signal, onBehalfOf, apiVersion, headers, timeoutMs: Math.max(1, remainingMs) };
}
