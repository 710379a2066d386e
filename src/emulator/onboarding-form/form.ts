/**
 * A business on its way through the pages that collect what verification needs: one record each, one form
 * at a time. Hosted flows and embedded components lead here.
 */

import { agreeToTerms, submit } from "../accounts/life-cycle.js";
import type { AccountRecord, AccountStatus } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { fieldsOf, problemWith, screens } from "./form-fields.js";
import { type FormProblem, formsOf, type OnboardingForm } from "./form-record.js";
import { complete } from "./specimen.js";

const lifetimeMs = 30 * 60_000;

const fillable: readonly AccountStatus[] = ["CREATED", "ACTION_REQUIRED"];

/** Whether there is anything for the owner to do. */
export function canBeFilled({ status }: AccountRecord): boolean {
  return fillable.includes(status);
}

export function startForm(
  world: World,
  account: AccountRecord,
  leave: OnboardingForm["leave"],
): OnboardingForm {
  const form: OnboardingForm = {
    id: world.ids.secret("form"),
    account,
    expiresAtMs: world.clock.nowMs() + lifetimeMs,
    leave,
    values: fieldsOf(account.details),
    screen: "business",
    problem: undefined,
  };
  formsOf(world).set(form.id, form);
  return form;
}

/** Undefined if it is unknown, over or expired. */
export function findForm(world: World, id: string | null): OnboardingForm | undefined {
  const form = formsOf(world).get(id ?? "");
  return form && form.expiresAtMs > world.clock.nowMs() ? form : undefined;
}

/** The outcome of a form: the pages go on, or end with a URL to go to. */
export type Step =
  | { readonly over: false }
  | { readonly over: true; readonly finished: boolean; readonly url: string | undefined };

export interface SentForm {
  readonly values: URLSearchParams;
  readonly userAgent: string | undefined;
  readonly apiVersion: string;
}

export function step(world: World, form: OnboardingForm, sent: SentForm): Step {
  form.problem = undefined;
  const action = sent.values.get("action");
  if (action === "later") return end(world, form, false);
  if (action === "back") {
    form.screen = screens[screens.indexOf(form.screen) - 1] ?? form.screen;
    return { over: false };
  }
  if (form.screen === "check") return finish(world, form, sent);
  form.problem = read(form, sent.values);
  if (!form.problem) form.screen = screens[screens.indexOf(form.screen) + 1] ?? form.screen;
  return { over: false };
}

/** Keeps the values sent, even if some are invalid, and returns the first problem. */
function read({ values, screen }: OnboardingForm, sent: URLSearchParams): FormProblem | undefined {
  let first: FormProblem | undefined;
  for (const [name, problem] of problemWith(screen)) {
    values[name] = (sent.get(name) ?? "").trim();
    const text = problem(values[name]);
    if (text !== undefined) first ??= { field: name, text };
  }
  return first;
}

function finish(world: World, form: OnboardingForm, sent: SentForm): Step {
  const { account, values } = form;
  if (sent.values.get("agreed") !== "yes") {
    form.problem = { field: undefined, text: "Agree to the terms to go on." };
    return { over: false };
  }
  try {
    account.details = complete(world, account, values);
    const user_agent = sent.userAgent;
    const device_data = user_agent === undefined ? {} : { user_agent };
    agreeToTerms(world, account, { device_data }, sent.apiVersion);
    // Agreeing may be all that the account was waiting for.
    if (canBeFilled(account)) submit(world, account);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    form.problem = { field: undefined, text: error.message };
    return { over: false };
  }
  return end(world, form, true);
}

function end(world: World, form: OnboardingForm, finished: boolean): Step {
  formsOf(world).delete(form.id);
  return { over: true, finished, url: form.leave(finished) };
}
