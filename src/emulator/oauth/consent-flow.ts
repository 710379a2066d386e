/** Customers on their way through the consent page: one record each, one form at a time. */

import { entryOf } from "../../checks/values.js";
import type { World } from "../engine/world.js";
import { allow, choosableAccounts, decline, signUp } from "./consent.js";
import { type AuthorizationRequest, type Flow, oauthOf } from "./oauth-store.js";

const lifetimeMs = 30 * 60_000;

export function startFlow(world: World, request: AuthorizationRequest): Flow {
  const { flows, ids } = oauthOf(world);
  const nowMs = world.clock.nowMs();
  const flow: Flow = {
    id: ids.secret("flow"),
    request,
    expiresAtMs: nowMs + lifetimeMs,
    screen: request.signUp ? "sign_up" : "sign_in",
    email: "",
    businessName: "",
    account: undefined,
    problem: undefined,
  };
  flows.set(flow.id, flow);
  return flow;
}

/** Undefined if it is unknown, over or expired. */
export function findFlow(world: World, id: string | null): Flow | undefined {
  const flow = oauthOf(world).flows.get(id ?? "");
  return flow && flow.expiresAtMs > world.clock.nowMs() ? flow : undefined;
}

/** Carries out the action of a form. Returns the URL to redirect to once the customer has decided. */
export function step(world: World, flow: Flow, form: URLSearchParams): string | undefined {
  flow.problem = undefined;
  const action = form.get("action") ?? "";
  const redirect = entryOf(steps, action)?.(world, flow, form);
  if (redirect !== undefined) oauthOf(world).flows.delete(flow.id);
  return redirect;
}

type Step = (world: World, flow: Flow, form: URLSearchParams) => string | undefined;

const steps: Readonly<Record<string, Step | undefined>> = {
  sign_in(_, flow, form) {
    if (readEmail(flow, form)) flow.screen = "accounts";
    return undefined;
  },
  sign_up(world, flow, form) {
    flow.businessName = (form.get("business_name") ?? "").trim();
    const reachable = readEmail(flow, form);
    if (flow.businessName === "") {
      flow.problem = { field: "business_name", text: "Enter the name of your business." };
    } else if (reachable) {
      flow.account = signUp(world, { name: flow.businessName, email: flow.email });
      flow.screen = "permissions";
    }
    return undefined;
  },
  choose(world, flow, form) {
    const id = form.get("account_id");
    flow.account = choosableAccounts(world).find((account) => account.id === id);
    if (flow.account === undefined)
      flow.problem = { field: "account_id", text: "Choose an account." };
    else flow.screen = "permissions";
    return undefined;
  },
  show_sign_in: show("sign_in"),
  show_sign_up: show("sign_up"),
  allow: (world, flow) => flow.account && allow(world, flow.request, flow.account),
  decline: (_, flow) => decline(flow.request),
};

function show(screen: Flow["screen"]): Step {
  return (_, flow) => {
    flow.screen = screen;
    return undefined;
  };
}

function readEmail(flow: Flow, form: URLSearchParams): boolean {
  flow.email = (form.get("email") ?? "").trim();
  const valid = /^[^\s@]+@[^\s@]+$/.test(flow.email);
  if (!valid) {
    flow.problem = { field: "email", text: "Enter an e-mail address, such as name@example.com." };
  }
  return valid;
}
