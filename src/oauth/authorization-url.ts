/** The URL that a customer is sent to for consent (RFC 6749, section 4.1.1). */

import { createPkce } from "../auth/pkce.js";
import { allOf, refuseUnknown } from "../checks/options.js";
import { type Issue, ValidationError } from "../errors/index.js";
import type { OAuthScope } from "../generated/scopes.js";
import { warnOfUnknownScopes } from "./scopes.js";
import type { StateSealer } from "./state.js";

/** Options of `oauth.authorizationUrl`. */
export interface AuthorizationUrlOptions {
  /**
   * A value that the app keeps in this visitor's session, such as a random cookie. The callback is
   * accepted only with the same value. Use each value once.
   */
  readonly session: string;
  /** Scopes to request; an unknown one only with a process warning. Default: those of the client. */
  readonly scopes?: readonly (OAuthScope | (string & {}))[] | undefined;
  /** Any string that the app wants back from `handleCallback`. */
  readonly state?: string | undefined;
  /** Offer sign-up to new customers. Default: false. */
  readonly signUp?: boolean | undefined;
  /** Bind the code to this flow with PKCE. Default: false. */
  readonly pkce?: boolean | undefined;
}

const known = allOf<keyof AuthorizationUrlOptions>({
  session: true,
  scopes: true,
  state: true,
  signUp: true,
  pkce: true,
});

export interface AuthorizationUrlTools {
  readonly app: {
    readonly clientId: string;
    readonly redirectUri: string;
    readonly authorizeUrl: string;
    readonly scopes: readonly string[];
  };
  readonly sealer: StateSealer;
}

export async function authorizationUrl(
  { app, sealer }: AuthorizationUrlTools,
  options: AuthorizationUrlOptions,
): Promise<string> {
  refuseUnknown("Cannot call oauth.authorizationUrl", options, known);
  const { session, scopes = app.scopes, state, signUp, pkce } = options;
  refuseInvalid(session, scopes);
  await warnOfUnknownScopes(scopes);
  const proof = pkce ? await createPkce() : undefined;
  const sealed = await sealer.seal({ state, codeVerifier: proof?.verifier }, session);
  const url = new URL(app.authorizeUrl);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", app.clientId);
  url.searchParams.set("redirect_uri", app.redirectUri);
  url.searchParams.set("scope", scopes.join(" "));
  url.searchParams.set("state", sealed);
  if (signUp) url.searchParams.set("sign_up", "true");
  if (proof) {
    url.searchParams.set("code_challenge", proof.challenge);
    url.searchParams.set("code_challenge_method", "S256");
  }
  return url.href;
}

function refuseInvalid(session: unknown, scopes: readonly string[]): void {
  const issues: Issue[] = [];
  if (typeof session !== "string" || session === "") {
    const message = "is missing, expected a value that the visitor's session keeps";
    issues.push({ path: ["session"], message });
  }
  if (scopes.length === 0) issues.push({ path: ["scopes"], message: "is empty, expected a scope" });
  if (issues.length > 0) throw new ValidationError("oauth.authorizationUrl", issues);
}
