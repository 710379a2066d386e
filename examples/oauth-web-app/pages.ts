/** The pages. `html` escapes every value, and no page needs a script. */

import type { Account, Connection } from "airwallex-connect";
import { html } from "hono/html";

type Html = ReturnType<typeof html>;

export const welcome = (): Html =>
  page(
    "Welcome",
    html`<p>Connect your Airwallex account to see it here.</p>${connectButton()}${signUpLink}`,
  );

export const declined = (): Html =>
  page(
    "You did not connect",
    html`<p>Nothing was shared with us. You can connect whenever you like.</p>${connectButton()}${signUpLink}`,
  );

export const staleCallback = (): Html =>
  page(
    "Please connect once more",
    html`<p>This answer from Airwallex does not belong to your present visit, is too old, or has been used.</p>
${connectButton()}`,
  );

export const revoked = (): Html =>
  page(
    "Your account is not connected any more",
    html`<p>Airwallex says that the connection has ended. Connect again to go on.</p>
${connectButton("Connect Airwallex again")}`,
  );

export const disconnected = (): Html =>
  page(
    "Disconnected",
    html`<p>We have forgotten your account. To withdraw your consent too, remove this app in the
settings of your Airwallex account.</p>${connectButton()}`,
  );

export const unavailable = (code: string | undefined): Html =>
  page(
    "That did not work just now",
    html`<p>Please <a href="/accounts/me">try again</a> in a minute. If it stays like this, connect once
more.</p>${connectButton()}${code && html`<p><small>${code}</small></p>`}`,
  );

export function account(account: Account, connection: Connection | undefined): Html {
  return page(
    nameOf(account),
    html`<dl><dt>Account</dt><dd>${account.id}</dd>
<dt>Status</dt><dd>${account.status}</dd>
<dt>Connected</dt><dd>${timeOf(connection?.connectedAtMs)}</dd>
<dt>Tokens renewed</dt><dd>${timeOf(connection?.rotatedAtMs)}</dd></dl>
<form method="post" action="/disconnect"><button>Disconnect</button></form>`,
  );
}

function nameOf({ account_details: details, nickname, id }: Account): string {
  const { first_name: first, last_name: last } = details?.individual_details ?? {};
  const person = [first, last].filter(Boolean).join(" ");
  return details?.business_details?.business_name || person || nickname || id;
}

function timeOf(ms: number | undefined): string {
  return ms === undefined ? "unknown" : new Date(ms).toUTCString();
}

const connectButton = (text = "Connect Airwallex"): Html =>
  html`<p><a class="button" href="/connect">${text}</a></p>`;

const signUpLink = html`<p>New to Airwallex? <a href="/connect?sign_up=true">Open an account</a></p>`;

function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
.button, button { display: inline-block; padding: .6rem 1.2rem; border: 0; border-radius: .4rem;
  background: #4c2fd6; color: #fff; font: inherit; text-decoration: none; cursor: pointer; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; } dd { margin: 0; }
</style></head>
<body><main><h1>${title}</h1>
${content}</main></body>
</html>`;
}
