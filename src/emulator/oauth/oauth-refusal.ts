/**
 * How the token endpoint refuses: in the formats of the API and of OAuth 2 at once, because the
 * documentation does not say which of the two it uses.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */

import { entryOf } from "../../checks/values.js";
import { Refusal } from "../engine/refusal.js";

export class OAuthRefusal extends Refusal {
  override envelope(traceId: string): Record<string, unknown> {
    const { code, message } = this;
    return { ...super.envelope(traceId), error: code, error_description: message };
  }
}

/** @param parameter The parameter at fault. */
export function invalidGrant(parameter: "code" | "refresh_token", reason: string): OAuthRefusal {
  const message = `OAuth 2.0 Parameter: ${parameter}. ${reason}`;
  return new OAuthRefusal(400, "invalid_grant", message, { source: parameter });
}

/** @param byBasic Whether the credentials came by HTTP Basic; the answer then has to say so. */
export function invalidClient(byBasic: boolean): OAuthRefusal {
  const headers = byBasic ? { "www-authenticate": 'Basic realm="oauth"' } : {};
  const message = "The client credentials are invalid.";
  return new OAuthRefusal(401, "invalid_client", message, { headers });
}

export function invalidRequest(source: string, message: string): OAuthRefusal {
  return new OAuthRefusal(400, "invalid_request", message, { source });
}

export function concurrentRefresh(): OAuthRefusal {
  return new OAuthRefusal(
    429,
    "too_many_requests",
    "Concurrent token refresh is not allowed: this refresh token is being used by another request.",
  );
}

/** Translates a refusal of the API itself, such as for an unreadable body, into OAuth 2. */
export function asOAuthRefusal(refusal: Refusal): OAuthRefusal {
  if (refusal instanceof OAuthRefusal) return refusal;
  const { status, code, message, source, headers } = refusal;
  const word =
    source === "grant_type" && code === "invalid_argument" ? grantUnknown : entryOf(words, code);
  return new OAuthRefusal(status, word ?? code, message, { source, headers });
}

const grantUnknown = "unsupported_grant_type";

const words: Readonly<Record<string, string>> = {
  bad_request: "invalid_request",
  field_required: "invalid_request",
  invalid_argument: "invalid_request",
};
