/** Sends the visitor to Airwallex, and remembers in a cookie that it was this visitor. */

import { cookies } from "next/headers";
import { airwallex, appUrl } from "../../lib/airwallex";

export async function GET(): Promise<Response> {
  const session = crypto.randomUUID();
  const cookie = { httpOnly: true, sameSite: "lax", path: "/", maxAge: 600 } as const;
  (await cookies()).set("oauth_session", session, {
    ...cookie,
    secure: appUrl().startsWith("https:"),
  });
  const url = await airwallex().oauth.authorizationUrl({ session, pkce: true });
  return Response.redirect(url, 303);
}
