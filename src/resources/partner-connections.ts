/** Connections of an OAuth app, as the API knows them. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listCursorPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { oauthRemoteList, oauthRemoteRetrieve } from "../generated/endpoints.js";
import type {
  OAuthRemoteListParams,
  RemoteConnection,
  RemoteConnectionList,
} from "../generated/partner-connections.js";

/**
 * Connections of the app, as the API knows them: `CONNECTED` or `DISCONNECTED`. Calls carry a partner token,
 * which the client obtains with the app's client id and secret.
 *
 * Both methods reject with `AuthenticationError` when the app's id or secret is wrong, and otherwise with the
 * errors of `client.accounts`.
 */
export interface RemoteConnectionsResource {
  /**
   * Lists the connections. Await it for the first page, or iterate it for every connection.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/manage-connections
   *
   * @param params `page` is the `pageAfter` or `pageBefore` of another page; `page_size` is 1 to 100
   *   connections, default 20
   *
   * @example
   * for await (const { account_id, status } of client.oauth.remote.list({ page_size: 100 })) {
   *   console.log(account_id, status);
   * }
   */
  list(
    params?: OAuthRemoteListParams,
    options?: CallOptions,
  ): ListPromise<RemoteConnection, RemoteConnectionList>;

  /**
   * Reads a connection, by the id that `list` and `connection.disconnected` have for it.
   *
   * See https://www.airwallex.com/docs/developer-tools/partner-connections/manage-connections
   *
   * @throws ApiError `not_found` when the app has no such connection
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<RemoteConnection>;
}

export function remoteConnectionsResource(call: Call): RemoteConnectionsResource {
  return {
    list: (params = {}, options) =>
      listCursorPages(oauthRemoteList, params, (query) =>
        call(oauthRemoteList, { query }, options),
      ),
    retrieve: (id, options) => call(oauthRemoteRetrieve, { path: { id } }, options),
  };
}
