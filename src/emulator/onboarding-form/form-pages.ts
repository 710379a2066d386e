/** Serves the onboarding pages. Only a form's own pages know its id. */

import type { EmulatedRequest, EmulatedResponse } from "../engine/exchange.js";
import type { Page } from "../engine/handlers.js";
import { redirect, showRefusal } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { findForm, step } from "./form.js";
import type { OnboardingForm } from "./form-record.js";
import { formPath, showEnd, showForm } from "./form-screens.js";

export const formPages: readonly Page[] = [
  { method: "GET", path: formPath, run: show },
  { method: "POST", path: formPath, run: take },
];

const overMessage = "This page has expired, or you have answered it already.";

/** A redirect, so that reloading the page does not resubmit the form. */
export function redirectToForm({ id }: OnboardingForm): EmulatedResponse {
  return redirect(303, `${formPath}?form=${id}`);
}

function show(world: World, { query }: EmulatedRequest): EmulatedResponse {
  const form = findForm(world, query.get("form"));
  return form ? showForm(form) : showRefusal(overMessage);
}

function take(world: World, { body, headers }: EmulatedRequest): EmulatedResponse {
  const values = new URLSearchParams(Buffer.from(body).toString());
  const form = findForm(world, values.get("form"));
  if (form === undefined) return showRefusal(overMessage);
  const { apiVersion } = world.settings;
  const taken = step(world, form, { values, userAgent: headers["user-agent"], apiVersion });
  if (!taken.over) return form.problem ? showForm(form) : redirectToForm(form);
  return taken.url === undefined ? showEnd(taken.finished) : redirect(303, taken.url);
}
