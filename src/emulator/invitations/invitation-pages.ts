/** Where invitation links lead: to the consent page, or to the approval of a connection. */

import { approveConnection } from "../accounts/life-cycle.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { EmulatedRequest, EmulatedResponse } from "../engine/exchange.js";
import type { Page } from "../engine/handlers.js";
import { html } from "../engine/html.js";
import { page, redirect, showRefusal } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { nameOf } from "../oauth/consent.js";
import { startFlow } from "../oauth/consent-flow.js";
import { showScreen } from "../oauth/consent-screens.js";
import {
  type InvitationRecord,
  invitationPath,
  invitationsOf,
  readInvited,
} from "./invitation-links.js";

type Params = Readonly<Record<string, string>>;

export const invitationPages: readonly Page[] = [
  { method: "GET", path: invitationPath, run: open },
  { method: "POST", path: invitationPath, run: answer },
];

const overMessage = "This invitation has expired, or you have answered it already.";

function open(world: World, _: EmulatedRequest, params: Params): EmulatedResponse {
  const invitation = findUsable(world, params);
  if (invitation === undefined) return showRefusal(overMessage);
  return invitation.account
    ? showApproval(world, invitation, invitation.account)
    : showConsent(world, invitation);
}

function findUsable(world: World, { token }: Params): InvitationRecord | undefined {
  const found = invitationsOf(world)
    .all()
    .find((one) => one.token === token);
  return found && !found.answered && found.expiresAtMs > world.clock.nowMs() ? found : undefined;
}

function showConsent(world: World, { request }: InvitationRecord): EmulatedResponse {
  const read = readInvited(world.settings.oauth, request);
  if (read.kind !== "request") return showRefusal("The app of this invitation is gone.");
  const prefilled = new Map(request.prefilled_formdata?.map(({ field, value }) => [field, value]));
  const flow = startFlow(world, read.request);
  flow.email = prefilled.get("email") ?? "";
  flow.businessName = prefilled.get("business_name") ?? "";
  return showScreen(world, flow);
}

function showApproval(
  { accounts }: World,
  { token }: InvitationRecord,
  account: AccountRecord,
): EmulatedResponse {
  const platform = nameOf(accounts.platform);
  return page(
    200,
    `Connect to ${platform}?`,
    html`<p>${platform} asks to manage <strong>${nameOf(account)}</strong> for you: to see it, and to
move money for it.</p>
<form method="post" action="${invitationPath.replace("{token}", token)}">
<div class="actions"><button class="main" name="action" value="approve">Approve</button>
<button name="action" value="decline">Decline</button></div>
</form>`,
  );
}

function answer(world: World, { body }: EmulatedRequest, params: Params): EmulatedResponse {
  const invitation = findUsable(world, params);
  if (!invitation?.account) return showRefusal(overMessage);
  const approved = new URLSearchParams(Buffer.from(body).toString()).get("action") === "approve";
  invitation.answered = true;
  if (approved) approveConnection(world, invitation.account);
  return redirect(302, returnUrl(invitation, approved));
}

function returnUrl({ request }: InvitationRecord, approved: boolean): string {
  const { scale_connect, identifier } = request;
  const url = new URL(scale_connect?.redirect_uri ?? "");
  if (identifier !== undefined) url.searchParams.set("identifier", identifier);
  if (!approved) url.searchParams.set("error", "access_denied");
  return url.href;
}
