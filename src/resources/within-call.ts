/** A call that another call makes to find out what became of it. */

import type { CallOptions } from "../core/settings.js";

/** Its options: the same account and version, within the time that is left. */
export function withinCall(options: CallOptions | undefined, remainingMs: number): CallOptions {
  const { signal, onBehalfOf, apiVersion } = options ?? {};
  return { signal, onBehalfOf, apiVersion, timeoutMs: Math.max(1, remainingMs) };
}
