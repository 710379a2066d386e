/** Which redirect URIs an app may use. */

import { type OAuthApp, withoutStar } from "../engine/oauth-options.js";

/** Whether an app registered the URI, exactly or through a wildcard. */
export function allowsRedirect({ redirectUris }: OAuthApp, uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes("#")) return false;
  return redirectUris.some((entry) => {
    const origin = withoutStar(entry);
    return origin === entry ? uri === entry : isOnHost(new URL(uri), new URL(origin));
  });
}

/** Compared after parsing, so that `http://localhost:1@elsewhere.example` does not match. */
function isOnHost(uri: URL, host: URL): boolean {
  const named = uri.username !== "" || uri.password !== "";
  return !named && uri.protocol === host.protocol && uri.hostname === host.hostname;
}
