/** Reads the URL that a customer returns on from the consent pages. */

import { OAuthCallbackError } from "../errors/index.js";

/** The parameters of the callback. */
export interface Callback {
  readonly state: string;
  readonly code: string | undefined;
  readonly error: string | undefined;
}

/** @throws OAuthCallbackError when the URL cannot be parsed or has no `state` */
export function readCallback(url: string | URL, redirectUri: string): Callback {
  // The engine's own error would quote the URL, and with it the code.
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
  // Anyone can set this parameter, so only a plain word goes into the message.
  const plain = /^[\w.-]{1,64}$/.test(error) ? error : undefined;
  return new OAuthCallbackError("authorization_failed", plain);
}
