/**
 * Hosted flows, which take account owners through Airwallex's pages, and the links to them.
 *
 * @see https://www.airwallex.com/docs/api/scale/hosted_flows
 */

import type { WithoutNulls } from "../../checks/values.js";
import type { HostedFlow, HostedFlowCreateParams } from "../../generated/index.js";
import { isIndividual } from "../../kyc/missing.js";
import { type EmulatedRequest, type EmulatedResponse, isWebUrl } from "../engine/exchange.js";
import type { Page } from "../engine/handlers.js";
import { invalidArgument } from "../engine/refusal.js";
import { redirect, showRefusal } from "../engine/web-page.js";
import type { World } from "../engine/world.js";
import { canBeFilled, startForm } from "../onboarding-form/form.js";
import { redirectToForm } from "../onboarding-form/form-pages.js";
import { type HostedFlowRecord, hostedFlowsOf, hostedLinksOf } from "./hosted-record.js";

const linkPath = "/hosted_flows/{code}";
const loginPath = "/hosted_flows/{id}/login";
const linkLifetimeMs = 15_000;

/** @throws Refusal for an account that is unknown or not a business, or a URL that is not allowed. */
export function createHostedFlow(
  world: World,
  request: WithoutNulls<HostedFlowCreateParams>,
): HostedFlowRecord {
  const account = world.accounts.connected.get(request.account_id);
  if (account === undefined) {
    throw invalidArgument("account_id", "the platform has no such account");
  }
  if (isIndividual({ account_details: account.details })) {
    throw invalidArgument("account_id", "the account is not one of a business");
  }
  checkUrl("return_url", request.return_url);
  checkUrl("error_url", request.error_url);
  const id = world.ids.prefixed("ahfi");
  return hostedFlowsOf(world).add({ id, account, request, status: "INIT" });
}

function checkUrl(name: string, url: string | undefined): void {
  if (url === undefined) return;
  if (isWebUrl(url) && new URL(url).hostname !== "localhost") return;
  throw invalidArgument(name, `Invalid value for ${name}`);
}

/** @throws Refusal if there is no such flow. */
export function findHostedFlow(world: World, id: string): HostedFlowRecord {
  return hostedFlowsOf(world).find(id);
}

/** The flow with a new link, which works once. */
export function authorizeHostedFlow(
  world: World,
  flow: HostedFlowRecord,
  origin: string,
): HostedFlow {
  const code = world.ids.secret("hosted");
  const expiresAtMs = world.clock.nowMs() + linkLifetimeMs;
  hostedLinksOf(world).set(code, { flow, expiresAtMs, used: false });
  const url = origin + linkPath.replace("{code}", code);
  return { ...viewHostedFlow(flow, origin), authorization_code: code, url };
}

export function viewHostedFlow(
  { id, status, request }: HostedFlowRecord,
  origin: string,
): HostedFlow {
  return {
    id,
    ...(request.metadata && { metadata: structuredClone(request.metadata) }),
    result: status === "FINISHED" ? {} : null,
    status,
    url: origin + loginPath.replace("{id}", id),
  };
}

export const hostedFlowPages: readonly Page[] = [
  { method: "GET", path: linkPath, run: follow },
  { method: "GET", path: loginPath, run: askForLogin },
];

/** Nobody has a login at the emulator. */
function askForLogin(): EmulatedResponse {
  return showRefusal(
    "This link is for people with an Airwallex login, which the emulator does not model. Call hostedFlows.authorize for a link that works without one.",
  );
}

function follow(
  world: World,
  _: EmulatedRequest,
  { code = "" }: Readonly<Record<string, string>>,
): EmulatedResponse {
  const link = hostedLinksOf(world).get(code);
  if (link === undefined) return showRefusal("There is no such page.");
  const { flow } = link;
  const isOver = link.used || link.expiresAtMs <= world.clock.nowMs();
  if (isOver || flow.status === "FINISHED" || !canBeFilled(flow.account)) return fail(flow);
  link.used = true;
  flow.status = "PROCESSING";
  const form = startForm(world, flow.account, (finished) => {
    if (finished) flow.status = "FINISHED";
    return withFlowId(flow, flow.request.return_url);
  });
  return redirectToForm(form);
}

/** Sends the owner to the platform's `error_url`, if there is one. */
function fail(flow: HostedFlowRecord): EmulatedResponse {
  const url = withFlowId(flow, flow.request.error_url);
  if (url !== undefined) return redirect(302, url);
  return showRefusal("This page has expired, or there is nothing left to do.");
}

/** The platform's URL with the id of the flow in its query. */
function withFlowId({ id }: HostedFlowRecord, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = new URL(given);
  url.searchParams.set("ahfi_id", id);
  return url.href;
}
