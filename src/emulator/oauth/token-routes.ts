/**
 * Tokens for apps that customers have connected.
 *
 * @see https://www.airwallex.com/docs/partner-connections/integration-guide
 */

import type { OAuthTokenParams } from "../../generated/index.js";
import type { EmulatedRequest } from "../engine/exchange.js";
import type { HandlersOf } from "../engine/handlers.js";
import type { OAuthApp } from "../engine/oauth-options.js";
import type { World } from "../engine/world.js";
import { type BasicCredentials, readBasic } from "./client-credentials.js";
import { exchangeCode } from "./exchange-code.js";
import { invalidClient, invalidRequest } from "./oauth-refusal.js";
import { answerWithTokens, issueRefreshToken } from "./oauth-tokens.js";
import { rotate, whileBusy } from "./rotate.js";

export const oauthHandlers: HandlersOf<"oauthToken"> = {
  async oauthToken({ world, request, body, pause }) {
    const app = authenticate(world, request, body);
    const { origin } = request;
    if (body.grant_type === "refresh_token") {
      return await whileBusy(world, body.refresh_token, async (token) => {
        await pause();
        const { grant, refreshToken } = rotate(world, app, token);
        return await answerWithTokens(world, grant, refreshToken, origin);
      });
    }
    await pause();
    const grant = exchangeCode(world, app, body);
    return await answerWithTokens(world, grant, issueRefreshToken(world, grant), origin);
  },
};

/**
 * Credentials come in the body or by HTTP Basic. A public app has no secret, and sending one is as wrong as
 * sending the wrong one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
function authenticate(
  { settings }: World,
  { headers }: EmulatedRequest,
  body: OAuthTokenParams,
): OAuthApp {
  const basic = readEncoded(headers["authorization"]);
  if (basic && body.client_secret) {
    throw invalidRequest("client_secret", "Client credentials come by HTTP Basic and in the body.");
  }
  const id = basic?.id ?? body.client_id;
  const secret = (basic ? basic.secret : body.client_secret) || undefined;
  if (id === undefined) throw invalidRequest("client_id", "field [client_id] is required.");
  const app = settings.oauth.apps.find(({ clientId }) => clientId === id);
  const agrees = basic === undefined || (body.client_id ?? id) === id;
  if (app === undefined || app.clientSecret !== secret || !agrees) {
    throw invalidClient(basic !== undefined);
  }
  return app;
}

/** Both parts are form-encoded. Undefined if there is no such header. */
function readEncoded(authorization: string | undefined): BasicCredentials | undefined {
  const basic = readBasic(authorization);
  return basic && { id: formDecode(basic.id), secret: formDecode(basic.secret) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll("&", "%26")}`).get("value") ?? "";
}
