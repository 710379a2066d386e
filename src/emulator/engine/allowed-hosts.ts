/**
 * Keeps the pages of other sites away from an emulator on a developer's machine. Such a page can have its
 * own name resolved to 127.0.0.1 (DNS rebinding) and then read every answer, or it can post a form. The
 * names in the headers `Host` and `Origin` tell.
 */

import { type EmulatedRequest, jsonResponse } from "./exchange.js";
import type { Handle } from "./handle.js";

export interface HostOptions {
  /** The address that the emulator listens on. */
  readonly host: string;
  /** Further names by which it may be reached; `*` stands for any. */
  readonly allowedHosts: readonly string[];
}

/** Names and addresses that lead only to this machine. */
const loopback = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Refuses requests whose `Host` or `Origin` names another machine. An emulator that listens on more than
 * this machine's own addresses takes any.
 */
export function onlyAllowedHosts(handle: Handle, { host, allowedHosts }: HostOptions): Handle {
  const names: ReadonlySet<string> = new Set(allowedHosts.map((name) => name.toLowerCase()));
  if (names.has("*") || !loopback.test(host === "::1" ? "[::1]" : host)) return handle;
  const isAllowed = (name: string): boolean => loopback.test(name) || names.has(name);
  return async (request) => {
    const foreign = findForeign(request, isAllowed);
    if (foreign === undefined) return await handle(request);
    const message = `The emulator refuses requests ${foreign}. If that is yours, add its name to the option allowedHosts, or to the command as --allow-host.`;
    return jsonResponse(
      403,
      { code: "forbidden", message },
      { "x-content-type-options": "nosniff" },
    );
  };
}

function findForeign(
  { headers: { host, origin } }: EmulatedRequest,
  isAllowed: (name: string) => boolean,
): string | undefined {
  if (host !== undefined && !isAllowed(nameIn(`http://${host}`))) return `for the host [${host}]`;
  // `null` is the origin of a page that hides its own.
  if (origin !== undefined && !isAllowed(nameIn(origin))) return `from the origin [${origin}]`;
  return undefined;
}

/** Empty if it cannot be read, which is allowed nowhere. */
function nameIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : "";
}
