/**
 * "Connect Airwallex" for a web app: the core is `/connect`, `/callback` and `/accounts/me`. The rest
 * tells users what happened.
 */

import {
  type ClientWithOAuth,
  ConnectionRevokedError,
  isAirwallexError,
  OAuthCallbackError,
} from "airwallex-connect";
import { type Context, Hono } from "hono";
import { deleteCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import * as pages from "./pages.js";

export interface AppOptions {
  readonly client: ClientWithOAuth;
  /** Signs the cookie that holds the connection id, because connection ids can be guessed. */
  readonly cookieSecret: string;
  readonly isHttps: boolean;
}

export function createApp({ client, cookieSecret, isHttps }: AppOptions): Hono {
  const app = new Hono();
  const cookie = { httpOnly: true, sameSite: "Lax", path: "/", secure: isHttps } as const;

  app.use(secureHeaders());

  app.get("/", async (c) => {
    const id = await connectionOf(c);
    return id ? c.redirect("/accounts/me") : c.html(pages.welcome());
  });

  app.get("/connect", async (c) => {
    const session = crypto.randomUUID();
    setCookie(c, "oauth_session", session, { ...cookie, maxAge: 10 * 60 });
    const signUp = c.req.query("sign_up") === "true";
    return c.redirect(await client.oauth.authorizationUrl({ session, signUp, pkce: true }));
  });

  app.get("/callback", async (c) => {
    // Deleted on the first callback; `onError` handles a second one that was already on its way.
    const session = deleteCookie(c, "oauth_session", cookie) ?? "";
    const { connection } = await client.oauth.handleCallback(c.req.url, { session });
    await setSignedCookie(c, "connection", connection.id, cookieSecret, cookie);
    return c.redirect("/accounts/me");
  });

  app.get("/accounts/me", async (c) => {
    const id = await connectionOf(c);
    if (!id) return c.redirect("/");
    const account = await client.oauth.connection(id).accounts.current();
    return c.html(pages.account(account, await client.oauth.retrieve(id)));
  });

  app.post("/disconnect", async (c) => {
    const id = await connectionOf(c);
    if (id) await client.oauth.delete(id);
    deleteCookie(c, "connection", cookie);
    return c.html(pages.disconnected());
  });

  app.onError((error, c) => {
    // A second callback, as after a double click: the first may have connected the account.
    if (error instanceof OAuthCallbackError && error.code === "code_used") return c.redirect("/");
    if (error instanceof OAuthCallbackError) {
      return c.html(error.code === "access_denied" ? pages.declined() : pages.staleCallback(), 400);
    }
    if (error instanceof ConnectionRevokedError) {
      deleteCookie(c, "connection", cookie);
      return c.html(pages.revoked(), 403);
    }
    // The message is meant for logs and contains no secrets.
    console.error(`${c.req.method} ${c.req.path}: ${error.message}`);
    return c.html(pages.unavailable(isAirwallexError(error) ? error.code : undefined), 503);
  });

  /** Stands in for the login and the users table of a real app. */
  async function connectionOf(c: Context): Promise<string | undefined> {
    return (await getSignedCookie(c, cookieSecret, "connection")) || undefined;
  }

  return app;
}
