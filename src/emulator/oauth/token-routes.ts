/**
 * Tokens for apps that customers have connected.
 *
 * @see https://www.airwallex.com/docs/partner-connections/integration-guide
 */

import type { OAuthTokenParams } from "../../generated/index.js";
import type { HandlersOf } from "../engine/handlers.js";
import type { World } from "../engine/world.js";
import { exchangeCode } from "./exchange-code.js";
import type { OAuthApp } from "./oauth-options.js";
import { invalidClient } from "./oauth-refusal.js";
import { answerWithTokens, issueRefreshToken } from "./oauth-tokens.js";
import { rotate, whileBusy } from "./rotate.js";

export const oauthHandlers: HandlersOf<"oauthToken"> = {
  async oauthToken({ world, request: { origin }, body, pause }) {
    const app = authenticate(world, body);
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

/** A public app has no secret, and sending one is as wrong as sending the wrong one. */
function authenticate({ settings }: World, body: OAuthTokenParams): OAuthApp {
  const app = settings.oauth.apps.find(({ clientId }) => clientId === body.client_id);
  const secret = body.client_secret || undefined;
  if (app === undefined || app.clientSecret !== secret) throw invalidClient();
  return app;
}
