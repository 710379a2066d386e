/**
 * Reads an app's authorization request, and redirects the customer back to the app.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1
 */

import type { OAuthApp, OAuthSettings } from "../engine/oauth-options.js";
import type { AuthorizationRequest } from "./oauth-store.js";
import { allowsRedirect } from "./redirect-uri.js";
import { holds, scopeWords } from "./scopes.js";

/**
 * The outcome of reading a request.
 *
 * - `refused`: there is no trusted URL to redirect to, so a page says what is wrong.
 * - `redirect`: the app learns what is wrong through a redirect to this URL.
 * - `request`: the customer can be asked.
 */
export type ReadAuthorization =
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "request"; readonly request: AuthorizationRequest };

/** Errors that are reported to the app. */
type AuthorizationError =
  | "access_denied"
  | "invalid_request"
  | "invalid_scope"
  | "unsupported_response_type";

export function readAuthorization(
  { apps }: OAuthSettings,
  query: URLSearchParams,
): ReadAuthorization {
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined) return refuse(`The parameter ${repeated} is there more than once.`);
  const app = apps.find(({ clientId }) => clientId === query.get("client_id"));
  if (app === undefined) return refuse("No app has this client id.");
  const redirectUri = query.get("redirect_uri") ?? "";
  if (redirectUri === "") return refuse("The redirect URI is missing.");
  if (!allowsRedirect(app, redirectUri)) {
    return refuse("The redirect URI is not one that the app has registered.");
  }
  const request = toRequest(app, redirectUri, query);
  const problem = findProblem(request, query);
  if (problem === undefined) return { kind: "request", request };
  return { kind: "redirect", url: redirectWithError(request, ...problem) };
}

function refuse(message: string): ReadAuthorization {
  return { kind: "refused", message };
}

function toRequest(
  app: OAuthApp,
  redirectUri: string,
  query: URLSearchParams,
): AuthorizationRequest {
  const scopes = new Set((query.get("scope") ?? "").split(/[ +]+/).filter((word) => word !== ""));
  return {
    app,
    redirectUri,
    scopes: [...scopes],
    state: query.get("state") ?? undefined,
    codeChallenge: query.get("code_challenge") || undefined,
    signUp: query.get("sign_up") === "true",
  };
}

type Problem = readonly [error: AuthorizationError, description: string];

function findProblem(request: AuthorizationRequest, query: URLSearchParams): Problem | undefined {
  if (query.get("response_type") !== "code") {
    return ["unsupported_response_type", "The response type must be code."];
  }
  return findScopeProblem(request) ?? findChallengeProblem(request, query);
}

function findScopeProblem({ app, scopes }: AuthorizationRequest): Problem | undefined {
  if (scopes.length === 0) return ["invalid_scope", "There is no scope."];
  const approved = app.scopes ?? scopeWords;
  for (const word of scopes) {
    if (holds(approved, word)) continue;
    const why = scopeWords.includes(word) ? "is not approved for this app" : "is unknown";
    return ["invalid_scope", `The scope ${word} ${why}.`];
  }
  return undefined;
}

function findChallengeProblem(
  { app, codeChallenge }: AuthorizationRequest,
  query: URLSearchParams,
): Problem | undefined {
  const method = query.get("code_challenge_method");
  if (codeChallenge === undefined) {
    if (method !== null) return ["invalid_request", "The code challenge is missing."];
    return app.public ? ["invalid_request", "A public app needs a code challenge."] : undefined;
  }
  // Without a method it would be `plain`, which anyone who sees the URL can answer.
  if (method !== "S256") return ["invalid_request", "The code challenge method must be S256."];
  if (/^[\w-]{43}$/.test(codeChallenge)) return undefined;
  return ["invalid_request", "The code challenge is not the base64url of a SHA-256."];
}

export function redirectWithCode(request: AuthorizationRequest, code: string): string {
  return redirect(request, { code });
}

export function redirectWithError(
  request: AuthorizationRequest,
  error: AuthorizationError,
  description: string,
): string {
  return redirect(request, { error, error_description: description });
}

/** Keeps the query that the redirect URI already has. */
function redirect(
  { redirectUri, state, identifier }: AuthorizationRequest,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set("state", state);
  if (identifier !== undefined) url.searchParams.set("identifier", identifier);
  return url.href;
}
