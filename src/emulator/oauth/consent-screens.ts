/** The screens of the consent page, as plain forms that need no script. */

import type { AccountRecord } from "../engine/account-record.js";
import type { EmulatedResponse } from "../engine/exchange.js";
import { type Html, html } from "../engine/html.js";
import { page } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { choosableAccounts, nameOf } from "./consent.js";
import type { Flow, FlowScreen, FormProblem } from "./oauth-store.js";
import { explainScope } from "./scopes.js";

/** Where the forms are posted. */
export const consentPath = "/oauth/consent";

export function showScreen(world: World, flow: Flow): EmulatedResponse {
  const [title, content] = screens[flow.screen](world, flow);
  if (flow.problem === undefined) return page(200, title, content);
  const problem = html`<p class="problem" id="problem" role="alert">${flow.problem.text}</p>`;
  return page(422, title, html`${problem}\n${content}`, `Error: ${title}`);
}

type Screen = (world: World, flow: Flow) => readonly [title: string, content: Html];

const screens: Readonly<Record<FlowScreen, Screen>> = {
  sign_in: (_, flow) => [
    "Log in",
    html`<p>${appOf(flow)} wants to connect to your Airwallex account.</p>
${form(
  flow,
  html`${emailField(flow)}
<p>The emulator asks for no password: any e-mail address will do.</p>
<div class="actions"><button class="main" name="action" value="sign_in">Log in</button></div>`,
)}
${form(flow, html`<h2>New here?</h2>${link("show_sign_up", "Sign up for an account")}`)}
${form(flow, link("decline", `Cancel and return to ${appOf(flow)}`))}`,
  ],

  sign_up: (_, flow) => [
    "Sign up",
    html`<p>Open an Airwallex account and connect it to ${appOf(flow)}.</p>
${form(
  flow,
  html`<label for="business_name">Business name</label>
<input type="text" id="business_name" name="business_name" value="${flow.businessName}"
  autocomplete="organization" maxlength="200" required autofocus${marks(flow, "business_name")}>
${emailField(flow, false)}
<div class="actions"><button class="main" name="action" value="sign_up">Sign up</button></div>`,
)}
${form(flow, html`<h2>Have an account?</h2>${link("show_sign_in", "Log in")}`)}
${form(flow, link("decline", `Cancel and return to ${appOf(flow)}`))}`,
  ],

  accounts: (world, flow) => [
    "Choose an account",
    form(
      flow,
      html`<fieldset><legend>Account to connect to ${appOf(flow)}</legend>
${choosableAccounts(world).map(choice)}</fieldset>
<div class="actions"><button class="main" name="action" value="choose">Continue</button>
<button name="action" value="decline" formnovalidate>Cancel</button></div>`,
    ),
  ],

  permissions: (_, flow) => [
    `Allow ${appOf(flow)}?`,
    form(
      flow,
      html`<p>${appOf(flow)} will be connected to <strong>${flow.account && nameOf(flow.account)}</strong>.</p>
<h2 id="scopes">It will be able to</h2>
<ul aria-labelledby="scopes">${flow.request.scopes.map(permission)}</ul>
<p>You will be sent back to ${new URL(flow.request.redirectUri).host}.</p>
<div class="actions"><button class="main" name="action" value="allow">Allow</button>
<button name="action" value="decline">Decline</button></div>`,
    ),
  ],
};

function form({ id }: Flow, content: Html): Html {
  return html`<form method="post" action="${consentPath}">
<input type="hidden" name="flow" value="${id}">
${content}
</form>`;
}

function emailField(flow: Flow, first = true): Html {
  return html`<label for="email">E-mail</label>
<input type="email" id="email" name="email" value="${flow.email}" autocomplete="email" required
  ${first ? html`autofocus` : undefined}${marks(flow, "email")}>`;
}

/** Ties the error message to its field, for screen readers. */
function marks({ problem }: Flow, field: FormProblem["field"]): Html | undefined {
  if (problem?.field !== field) return undefined;
  return html` aria-invalid="true" aria-describedby="problem"`;
}

function choice(account: AccountRecord, index: number): Html {
  return html`<label class="choice"><input type="radio" name="account_id" value="${account.id}" required
  ${index === 0 ? html`checked` : undefined}><span>${nameOf(account)}<small>${account.id}</small></span></label>
`;
}

/** Both spellings of a scope read the same, so the title shows which one it is. */
function permission(scope: string): Html {
  return html`<li title="${scope}">${explainScope(scope)}</li>`;
}

function link(action: string, text: string): Html {
  return html`<button class="link" name="action" value="${action}">${text}</button>`;
}

function appOf({ request: { app } }: Flow): string {
  return app.name ?? app.clientId;
}
