/** Which redirect URIs an app may use. */

import { type OAuthApp, withoutStar } from "../engine/oauth-options.js";

/**
 * Whether an app registered the URI, exactly or through a wildcard. With a wildcard, the host is compared
 * after parsing, so that `http://localhost:1@elsewhere.example` does not match.
 */
export function allowsRedirect({ redirectUris }: OAuthApp, uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes("#") || !isWrittenAsRead(uri)) return false;
  return redirectUris.some((entry) => {
    const origin = withoutStar(entry);
    return origin === entry ? uri === entry : isOnHost(new URL(uri), new URL(origin));
  });
}

/**
 * Whether every reader finds the same host in the URI. Browsers take a backslash for a slash and drop line
 * breaks, others do not: `http://127.0.0.1:80\\@elsewhere.example/` has two hosts.
 */
function isWrittenAsRead(uri: string): boolean {
  return /^[\x21-\x7e]+$/.test(uri) && !uri.includes("\\");
}

function isOnHost(uri: URL, host: URL): boolean {
  const hasUser = uri.username !== "" || uri.password !== "";
  return !hasUser && uri.protocol === host.protocol && uri.hostname === host.hostname;
}
