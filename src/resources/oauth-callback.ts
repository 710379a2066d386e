/** Reads the URL that a customer came back on from the consent pages. */

import { OAuthCallbackError } from "../errors.js";

/** What came back with the customer. */
export interface Callback {
  readonly state: string;
  readonly code: string | undefined;
  readonly error: string | undefined;
}

/** @throws OAuthCallbackError when nobody can say who began it */
export function readCallback(url: string | URL, redirectUri: string): Callback {
  // The engine's own error would quote it, and with it the code.
  if (!URL.canParse(String(url), redirectUri)) throw new OAuthCallbackError("state_missing");
  const { searchParams } = new URL(url, redirectUri);
  const state = searchParams.get("state");
  if (!state) throw new OAuthCallbackError("state_missing");
  return {
    state,
    code: searchParams.get("code") || undefined,
    error: searchParams.get("error") || undefined,
  };
}

export function declined(error: string): OAuthCallbackError {
  if (error === "access_denied") return new OAuthCallbackError("access_denied");
  // Anybody can write this parameter: only a plain word goes into the message.
  const plain = /^[\w.-]{1,64}$/.test(error) ? error : undefined;
  return new OAuthCallbackError("authorization_failed", plain);
}
