/**
 * Logging in.
 *
 * @see https://www.airwallex.com/docs/api/authentication/api_access_token
 */

import { formatTimestamp } from "../engine/api-version.js";
import type { HandlersOf } from "../engine/handlers.js";
import { Refusal } from "../engine/refusal.js";
import { apiTokensOf } from "./api-tokens.js";

export const authenticationHandlers: HandlersOf<"authenticationLogin"> = {
  async authenticationLogin({ world, request, apiVersion }) {
    const { settings, accounts, limiter } = world;
    const { "x-client-id": clientId, "x-api-key": apiKey, "x-login-as": account } = request.headers;
    limiter.login();
    const known = clientId === settings.clientId && apiKey === settings.apiKey;
    // The key belongs to one account, so it cannot log in as another.
    if (!known || (account !== undefined && account !== accounts.platform.id)) {
      throw new Refusal(401, "credentials_invalid", "The client id or the API key is invalid.");
    }
    const { token, expiresAtMs } = await apiTokensOf(world).issue(accounts.platform.id, apiVersion);
    return { expires_at: formatTimestamp(expiresAtMs, apiVersion), token };
  },
};
