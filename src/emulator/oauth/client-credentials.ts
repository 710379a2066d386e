/**
 * Credentials of an app as HTTP Basic.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7617
 */

import type { EmulatedRequest } from "../engine/exchange.js";
import type { OAuthApp } from "../engine/oauth-options.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";

export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

/** Undefined if there is no such header. */
export function readBasic(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return { id, secret: rest.join(":") };
}

/** @throws Refusal unless the request carries id and secret of an app. */
export function requireApp({ settings }: World, { headers }: EmulatedRequest): OAuthApp {
  const given = readBasic(headers["authorization"]);
  const app = settings.oauth.apps.find(({ clientId }) => clientId === given?.id);
  if (app?.clientSecret !== undefined && app.clientSecret === given?.secret) return app;
  throw new Refusal(401, "credentials_invalid", "The client id or secret of the app is invalid.", {
    headers: { "www-authenticate": 'Basic realm="partner-api"' },
  });
}
