/** The screens of the onboarding pages, as plain forms that need no script. */

import type { EmulatedResponse } from "../engine/exchange.js";
import { type Html, html } from "../engine/html.js";
import { page } from "../engine/web-page.js";
import { type FieldName, fields, fieldsOn, type ScreenName, screens } from "./form-fields.js";
import type { OnboardingForm } from "./form-record.js";

/** Where the forms are posted. */
export const formPath = "/onboarding/form";

const titles: Readonly<Record<ScreenName, string>> = {
  business: "Your business",
  person: "Who runs it",
  check: "Check and submit",
};

export function showForm(form: OnboardingForm): EmulatedResponse {
  const { screen, problem } = form;
  const title = titles[screen];
  const content = html`<p>Step ${String(screens.indexOf(screen) + 1)} of ${String(screens.length)}</p>
${screen === "check" ? summary(form) : undefined}
${wrap(
  form,
  html`${screen === "check" ? terms : fieldsOn(screen).map((name) => input(form, name))}
<div class="actions"><button class="main" name="action" value="next">${screen === "check" ? "Submit" : "Continue"}</button>
${screen === "business" ? undefined : button("back", "Back")}</div>`,
)}
${wrap(form, button("later", "Finish later", "link"))}`;
  if (problem === undefined) return page(200, title, content);
  const alert = html`<p class="problem" id="problem" role="alert">${problem.text}</p>`;
  return page(422, title, html`${alert}\n${content}`, `Error: ${title}`);
}

/** For forms without a URL to return to. */
export function showEnd(finished: boolean): EmulatedResponse {
  return finished
    ? page(200, "Submitted", html`<p>Your data are on their way. You can close this page.</p>`)
    : page(200, "To be continued", html`<p>Nothing was submitted. You can close this page.</p>`);
}

function wrap({ id }: OnboardingForm, content: Html): Html {
  return html`<form method="post" action="${formPath}">
<input type="hidden" name="form" value="${id}">
${content}
</form>`;
}

function input({ values, problem, screen }: OnboardingForm, name: FieldName): Html {
  const { label, autocomplete } = fields[name];
  const isFirst = fieldsOn(screen)[0] === name;
  return html`<label for="${name}">${label}</label>
<input type="text" id="${name}" name="${name}" value="${values[name]}" maxlength="200"
  autocomplete="${autocomplete}" required ${isFirst ? html`autofocus` : undefined}${
    problem?.field === name ? html` aria-invalid="true" aria-describedby="problem"` : undefined
  }>
`;
}

function button(action: string, text: string, look?: string): Html {
  const style = look === undefined ? undefined : html`class="${look}" `;
  return html`<button ${style}name="action" value="${action}" formnovalidate>${text}</button>`;
}

const terms = html`<p>The emulator adds example documents, and example answers to all that these pages
do not ask.</p>
<label class="choice"><input type="checkbox" name="agreed" value="yes" required>
<span>I agree to the terms and conditions</span></label>`;

function summary({ values }: OnboardingForm): Html {
  const names = Object.keys(fields) as FieldName[];
  return html`<ul>${names.map((name) => html`<li>${fields[name].label}: <strong>${values[name]}</strong></li>\n`)}</ul>`;
}
