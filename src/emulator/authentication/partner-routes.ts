/**
 * What an OAuth app asks about itself, with a partner token.
 *
 * @see https://www.airwallex.com/docs/developer-tools/partner-connections/manage-connections
 */

import { oauthRemoteList } from "../../generated/endpoints.js";
import type { RemoteConnection } from "../../generated/index.js";
import { readQuery } from "../engine/accept.js";
import { formatTimestamp } from "../engine/api-version.js";
import type { EmulatedRequest } from "../engine/exchange.js";
import type { HandlersOf } from "../engine/handlers.js";
import { cursorPage } from "../engine/paging.js";
import { notFound, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { type Connection, oauthOf } from "../oauth/oauth-store.js";
import { partnerTokensOf } from "./api-tokens.js";

type Key = "authenticationPartnerLogin" | "oauthRemoteList" | "oauthRemoteRetrieve";

const usualPageSize = 20;

export const partnerHandlers: HandlersOf<Key> = {
  async authenticationPartnerLogin({ world, request, apiVersion }) {
    const { "x-app-id": id, "x-app-secret": secret } = request.headers;
    const app = world.settings.oauth.apps.find(({ clientId }) => clientId === id);
    if (app?.clientSecret === undefined || app.clientSecret !== secret) {
      throw new Refusal(401, "credentials_invalid", "The app id or the app secret is invalid.");
    }
    const { token, expiresAtMs } = await partnerTokensOf(world).issue(app.clientId, apiVersion);
    return { expires_at: formatTimestamp(expiresAtMs, apiVersion), token };
  },

  async oauthRemoteList({ world, request }) {
    const query = await readQuery(oauthRemoteList.query, request.query);
    const own = connectionsOf(world, requirePartner(world, request));
    const numbered = own.map((connection, sequence) => ({ connection, sequence }));
    const { items, page_after, page_before } = cursorPage(numbered, query, usualPageSize);
    return {
      items: items.map(({ connection }) => view(connection)),
      ...(page_after !== null && { pageAfter: page_after }),
      ...(page_before !== null && { pageBefore: page_before }),
    };
  },

  oauthRemoteRetrieve({ world, request, path }) {
    const own = connectionsOf(world, requirePartner(world, request));
    const found = own.find(({ id }) => id === path.id);
    if (found === undefined) throw notFound(`Connection [${path.id}]`);
    return view(found);
  },
};

/** Returns the client id of the app. @throws Refusal without a valid partner token. */
export function requirePartner(world: World, { headers }: EmulatedRequest): string {
  const token = /^Bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1] ?? "";
  return partnerTokensOf(world).check(token);
}

function connectionsOf(world: World, appId: string): readonly Connection[] {
  const { connections } = oauthOf(world);
  return connections.all().filter(({ clientId }) => clientId === appId);
}

function view({ id, account, status, grant }: Connection): RemoteConnection {
  return { id, account_id: account.id, status, authorized_scopes: [...grant.scopes] };
}
