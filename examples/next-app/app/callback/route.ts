/** The visitor is back from Airwallex. */

import { isAirwallexError } from "airwallex-connect";
import { cookies } from "next/headers";
import { airwallex, appUrl } from "../../lib/airwallex";

export async function GET(request: Request): Promise<Response> {
  const jar = await cookies();
  const session = jar.get("oauth_session")?.value ?? "";
  jar.delete("oauth_session");
  try {
    const { connection } = await airwallex().oauth.handleCallback(request.url, { session });
    // An app stores the id with its user, and does not show it.
    return Response.redirect(`${appUrl()}/?connection=${connection.id}`, 303);
  } catch (error) {
    if (!isAirwallexError(error)) throw error;
    console.error(error.message);
    return Response.redirect(appUrl(), 303);
  }
}
