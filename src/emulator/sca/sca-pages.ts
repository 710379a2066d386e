/** The page that stands in for the component `scaVerify`: a person confirms, and gets a token. */

import { type EmulatedRequest, type EmulatedResponse, isWebUrl } from "../engine/exchange.js";
import { createExpiringMap, type Expiring, type ExpiringMap } from "../engine/expiring-map.js";
import type { Page } from "../engine/handlers.js";
import { html } from "../engine/html.js";
import { page, redirect, showRefusal } from "../engine/web-page.js";
import { defineState, type World } from "../engine/world.js";
import { openComponent } from "../hosted-flows/embedded.js";
import { nameOf } from "../oauth/consent.js";
import { findSession, type ScaKind, verify } from "./sca.js";

const openPath = "/embedded/sca";
const verifyPath = "/embedded/sca/verify";

export const scaPages: readonly Page[] = [
  { method: "GET", path: openPath, run: open },
  { method: "GET", path: verifyPath, run: show },
  { method: "POST", path: verifyPath, run: take },
];

/** In the present and in the older spelling. */
const scopes: Readonly<Record<ScaKind, readonly string[]>> = {
  read: ["sca:read", "r:awx_action:sca_view"],
  write: ["sca:write", "w:awx_action:sca_edit"],
};

/** A person on the page. Only its own form knows its id. */
interface Visit extends Expiring {
  readonly id: string;
  readonly sessionCode: string;
  /** Where the browser goes afterwards, with the token; undefined to show it. */
  readonly returnUrl: string | undefined;
}

const visitMs = 15 * 60_000;

const visitsOf: (world: World) => ExpiringMap<Visit> = defineState(({ clock }) =>
  createExpiringMap(clock),
);

const overMessage = "This verification is over, or too old.";

/**
 * Takes what the component is given, `code` and `code_verifier` of `embedded.authorize` and `session_code`,
 * and `return_url`.
 */
function open(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const sessionCode = query.get("session_code") ?? "";
  const session = findSession(world, sessionCode);
  if (session === undefined) return showRefusal(overMessage);
  const opened = openComponent(world, query, scopes[session.kind]);
  if ("refused" in opened) return opened.refused;
  if (opened.account !== session.account) {
    return showRefusal("UNAUTHORIZED: the code is for another account.");
  }
  const returnUrl = query.get("return_url") ?? undefined;
  if (returnUrl !== undefined && !isWebUrl(returnUrl)) {
    return showRefusal("INVALID_ARGUMENT: return_url is not a web address.");
  }
  const id = world.ids.secret("visit");
  const expiresAtMs = world.clock.nowMs() + visitMs;
  visitsOf(world).set(id, { id, sessionCode, returnUrl, expiresAtMs });
  return redirect(303, `${verifyPath}?visit=${id}`);
}

function show(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const visit = visitsOf(world).get(query.get("visit") ?? "");
  const session = visit && findSession(world, visit.sessionCode);
  if (session === undefined) return showRefusal(overMessage);
  const name = nameOf(session.account);
  const what = session.kind === "read" ? `see the money of ${name}` : `move money of ${name}`;
  return page(
    200,
    "Confirm that it is you",
    html`<p>Your platform wants to ${what}. Here you would enter a code from your phone; in the emulator a click will do.</p>
<form method="post" action="${verifyPath}">
<input type="hidden" name="visit" value="${visit?.id ?? ""}">
<div class="actions">
<button name="action" value="cancel">Cancel</button>
<button class="main" name="action" value="confirm">Confirm</button>
</div>
</form>`,
  );
}

function take(world: World, { body }: EmulatedRequest): EmulatedResponse {
  const form = new URLSearchParams(Buffer.from(body).toString());
  const id = form.get("visit") ?? "";
  const visit = visitsOf(world).get(id);
  if (visit === undefined || findSession(world, visit.sessionCode) === undefined) {
    return showRefusal(overMessage);
  }
  visitsOf(world).delete(id);
  const { sessionCode, returnUrl } = visit;
  if (form.get("action") !== "confirm") return leave(returnUrl, "sca_error", "cancelled");
  return leave(returnUrl, "sca_token", verify(world, sessionCode));
}

/** The component would hand this to the page that shows it. */
function leave(returnUrl: string | undefined, name: string, value: string): EmulatedResponse {
  if (returnUrl !== undefined) {
    const url = new URL(returnUrl);
    url.searchParams.set(name, value);
    return redirect(303, url.href);
  }
  return name === "sca_token"
    ? page(200, "You are verified", html`<p>Your token: <output>${value}</output></p>`)
    : page(200, "You are not verified", html`<p>You can close this page.</p>`);
}
