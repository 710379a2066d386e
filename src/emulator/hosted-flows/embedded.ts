/**
 * Codes for components embedded in a platform's own pages. The components are Airwallex's; pages of the
 * emulator stand in for those of onboarding and, in sca/, of strong customer authentication.
 *
 * @see https://www.airwallex.com/docs/api/authentication/api_access_token/authorize
 */

import { createHash } from "node:crypto";
import type { EmbeddedAuthorizeRequest } from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { EmulatedRequest, EmulatedResponse } from "../engine/exchange.js";
import type { Page } from "../engine/handlers.js";
import { fieldRequired } from "../engine/refusal.js";
import { showRefusal } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { canBeFilled, startForm } from "../onboarding-form/form.js";
import { redirectToForm } from "../onboarding-form/form-pages.js";
import { embeddedCodesOf } from "./hosted-record.js";

const codeLifetimeMs = 30_000;

/** In the present and in the older spelling. */
const onboardingScopes: readonly string[] = ["onboarding:write", "w:awx_action:onboarding"];

/** Returns the code. @throws Refusal for strong authentication of nobody in particular. */
export function authorizeEmbedded(
  world: World,
  account: AccountRecord,
  request: EmbeddedAuthorizeRequest,
): string {
  const { scope, identity } = request;
  if (!identity && scope.some((one) => /sca[:_]/.test(one))) throw fieldRequired("identity");
  const code = world.ids.secret("embedded");
  const expiresAtMs = world.clock.nowMs() + codeLifetimeMs;
  embeddedCodesOf(world).set(code, { account, request, expiresAtMs });
  return code;
}

export const embeddedPages: readonly Page[] = [
  { method: "GET", path: "/embedded/onboarding", run: open },
];

function open(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const opened = openComponent(world, query, onboardingScopes);
  if ("refused" in opened) return opened.refused;
  const { account } = opened;
  if (!canBeFilled(account)) {
    return showRefusal("INVALID_KYC_STATUS: there is nothing left to do for this account.");
  }
  return redirectToForm(startForm(world, account, () => undefined));
}

/**
 * Spends the `code` and the `code_verifier` that a component is given.
 *
 * @param scopes The scope that the component needs, in all its spellings
 */
export function openComponent(
  world: World,
  query: URLSearchParams,
  scopes: readonly string[],
): { readonly account: AccountRecord } | { readonly refused: EmulatedResponse } {
  const refuse = (message: string) => ({ refused: showRefusal(message) });
  const code = query.get("code") ?? "";
  const known = embeddedCodesOf(world).get(code);
  // A code works for one attempt, whatever the outcome.
  embeddedCodesOf(world).delete(code);
  if (known === undefined || known.expiresAtMs <= world.clock.nowMs()) {
    return refuse("UNAUTHORIZED: the code is unknown, was used before, or has expired.");
  }
  const { account, request } = known;
  const challenge = createHash("sha256")
    .update(query.get("code_verifier") ?? "")
    .digest("base64url");
  if (challenge !== request.code_challenge) {
    return refuse("UNAUTHORIZED: the verifier does not belong to the code.");
  }
  if (!request.scope.some((scope) => scopes.includes(scope))) {
    return refuse(`UNAUTHORIZED: the code lacks the scope ${scopes[0]}.`);
  }
  return { account };
}
