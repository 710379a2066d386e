/**
 * Strong customer authentication (SCA): how the API asks for it.
 *
 * The documentation names the code and the header of such a refusal, not its status.
 */

import { apiCodeOf } from "../transport/body.js";
import { header, type WireResponse } from "../transport/wire.js";

/** The code of the session that the person verifies in, if the response has one. */
export function scaSessionCodeOf({ headers }: WireResponse): string | undefined {
  return header(headers, "x-sca-session-code");
}

/** Whether a response refuses a call because somebody has to verify first. */
export function asksForSca(response: WireResponse): boolean {
  if (response.status < 400 || response.status >= 500) return false;
  return scaSessionCodeOf(response) !== undefined || apiCodeOf(response).startsWith("sca_token_");
}
