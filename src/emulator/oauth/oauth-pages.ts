/** What OAuth serves besides the API: the consent page, the signing keys and the metadata. */

import { type EmulatedRequest, type EmulatedResponse, jsonResponse } from "../engine/exchange.js";
import type { Page } from "../engine/handlers.js";
import { redirect, showRefusal } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { readAuthorization } from "./authorize.js";
import { findFlow, startFlow, step } from "./consent-flow.js";
import { consentPath, showScreen } from "./consent-screens.js";
import { oauthOf } from "./oauth-store.js";
import { scopeWords } from "./scopes.js";

const jwksPath = "/oauth/jwks";

export const oauthPages: readonly Page[] = [
  { method: "GET", path: "/oauth/authorize", run: authorize },
  { method: "GET", path: consentPath, run: showFlow },
  { method: "POST", path: consentPath, run: takeForm },
  {
    method: "GET",
    path: jwksPath,
    run: (world) => jsonResponse(200, { keys: [oauthOf(world).key.publicJwk] }),
  },
  { method: "GET", path: "/.well-known/oauth-authorization-server", run: describe },
  { method: "GET", path: "/.well-known/openid-configuration", run: describe },
];

function authorize(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const read = readAuthorization(world.settings.oauth, query);
  if (read.kind === "refused") return showRefusal(read.message);
  if (read.kind === "redirect") return redirect(302, read.url);
  return showScreen(world, startFlow(world, read.request));
}

const overMessage = "This page has expired, or you have answered it already.";

function showFlow(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const flow = findFlow(world, query.get("flow"));
  return flow ? showScreen(world, flow) : showRefusal(overMessage);
}

/** Only the flow's own forms know its id, so no other site can answer for the customer. */
function takeForm(world: World, { body }: EmulatedRequest): EmulatedResponse {
  const form = new URLSearchParams(Buffer.from(body).toString());
  const flow = findFlow(world, form.get("flow"));
  if (flow === undefined) return showRefusal(overMessage);
  const decided = step(world, flow, form);
  if (decided !== undefined) return redirect(302, decided);
  if (flow.problem !== undefined) return showScreen(world, flow);
  // A redirect, so that reloading the page does not resubmit the form.
  return redirect(303, `${consentPath}?flow=${flow.id}`);
}

/** @see https://www.rfc-editor.org/rfc/rfc8414 */
function describe(_: World, { origin }: EmulatedRequest): EmulatedResponse {
  return jsonResponse(200, {
    issuer: origin,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    jwks_uri: origin + jwksPath,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic", "none"],
    scopes_supported: scopeWords,
  });
}
