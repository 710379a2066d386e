/**
 * Authenticates every request as an OAuth app, with its id and secret as HTTP Basic.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617
 */

import type { Send } from "../transport/wire.js";

export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export function withBasic(send: Send, { clientId, clientSecret }: AppCredentials): Send {
  const encoded = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return (request) => {
    request.progress.credentials = [clientSecret, encoded];
    return send({
      ...request,
      headers: [...request.headers, "authorization", `Basic ${encoded}`],
    });
  };
}
