/**
 * The grant `authorization_code`: a code is exchanged for the first pair of tokens, once.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
 */

import { createHash } from "node:crypto";
import type { OAuthTokenParams } from "../../generated/index.js";
import type { OAuthApp } from "../engine/oauth-options.js";
import type { World } from "../engine/world.js";
import { connect, connectionOf, disconnect, isClosed } from "./connections.js";
import { invalidGrant, invalidRequest, type OAuthRefusal } from "./oauth-refusal.js";
import { type AuthorizationCode, type Grant, oauthOf } from "./oauth-store.js";

/**
 * A refusal changes nothing, except on a second use, which ends the connection.
 *
 * @throws Refusal if the code is not valid, or does not match the rest of the request.
 */
export function exchangeCode(world: World, app: OAuthApp, body: OAuthTokenParams): Grant {
  if (!body.code) throw invalidRequest("code", "field [code] is required.");
  if (!body.redirect_uri) throw invalidRequest("redirect_uri", "field [redirect_uri] is required.");
  const code = oauthOf(world).codes.get(body.code);
  if (code === undefined || code.request.app.clientId !== app.clientId) {
    throw refusal("The code is unknown.");
  }
  if (code.grant !== undefined) {
    revoke(world, code.grant);
    throw refusal("The code was used before; the tokens that it gave are revoked.");
  }
  if (code.expiresAtMs <= world.clock.nowMs()) throw refusal("The code has expired.");
  checkAgainstRequest(code, body);
  if (isClosed(code.account)) throw refusal("The account cannot be connected any more.");
  code.grant = connect(world, code.request, code.account);
  return code.grant;
}

/** A code that is used twice may have been stolen, and the first use may have been the thief's. */
function revoke(world: World, grant: Grant): void {
  const connection = connectionOf(world, grant);
  if (connection) disconnect(world, connection, "code_reuse");
}

function checkAgainstRequest({ request }: AuthorizationCode, body: OAuthTokenParams): void {
  if (body.redirect_uri !== request.redirectUri) {
    throw refusal("The redirect URI differs from the one of the consent.");
  }
  if (request.codeChallenge === undefined) {
    if (body.code_verifier) throw refusal("There is a code verifier, but there was no challenge.");
    return;
  }
  if (!body.code_verifier) throw refusal("The code verifier is missing.");
  const challenge = createHash("sha256").update(body.code_verifier).digest("base64url");
  if (challenge !== request.codeChallenge) throw refusal("The code verifier is wrong.");
}

function refusal(reason: string): OAuthRefusal {
  return invalidGrant("code", reason);
}
