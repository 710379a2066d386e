/** Everything that the emulator serves. New files of handlers are added here. */

import * as table from "../generated/endpoints.js";
import type { Endpoint } from "../schemas/endpoint.js";
import { accountsHandlers } from "./accounts/account-routes.js";
import { simulationHandlers } from "./accounts/review-routes.js";
import { amendmentsHandlers } from "./amendments/amendment-routes.js";
import { authorise } from "./authentication/authorise.js";
import { authenticationHandlers } from "./authentication/login-routes.js";
import { partnerHandlers, requirePartner } from "./authentication/partner-routes.js";
import { capabilitiesHandlers } from "./capabilities/capability-routes.js";
import type { AccountRecord } from "./engine/account-record.js";
import type { EmulatedRequest } from "./engine/exchange.js";
import type { ApiRoute, EndpointKey, Handlers, Page, Route } from "./engine/handlers.js";
import type { World } from "./engine/world.js";
import { filesHandlers, filesPages } from "./files/file-routes.js";
import { embeddedPages } from "./hosted-flows/embedded.js";
import { hostedFlowPages } from "./hosted-flows/hosted-flows.js";
import { hostedFlowsHandlers } from "./hosted-flows/hosted-routes.js";
import { invitationPages } from "./invitations/invitation-pages.js";
import { invitationsHandlers } from "./invitations/invitation-routes.js";
import { moneyHandlers } from "./money/money-routes.js";
import { payoutHandlers } from "./money/payout-routes.js";
import { walletHandlers } from "./money/wallet-routes.js";
import { requireApp } from "./oauth/client-credentials.js";
import { oauthPages } from "./oauth/oauth-pages.js";
import { asOAuthRefusal } from "./oauth/oauth-refusal.js";
import { scopesFor } from "./oauth/scopes.js";
import { oauthHandlers } from "./oauth/token-routes.js";
import { offboardingsHandlers } from "./offboardings/offboarding-routes.js";
import { formPages } from "./onboarding-form/form-pages.js";
import { referenceHandlers } from "./reference/reference-routes.js";
import { reportsHandlers } from "./reports/report-routes.js";
import { rfisHandlers, rfisPages } from "./rfis/rfi-routes.js";
import { afterSca } from "./sca/require-sca.js";
import { scaPages } from "./sca/sca-pages.js";
import { partnerWebhooksHandlers } from "./webhooks/partner-webhook-routes.js";
import { webhooksHandlers } from "./webhooks/webhook-routes.js";

const handlers: Handlers = {
  ...authenticationHandlers,
  ...partnerHandlers,
  ...oauthHandlers,
  ...accountsHandlers,
  ...filesHandlers,
  ...simulationHandlers,
  ...webhooksHandlers,
  ...partnerWebhooksHandlers,
  ...rfisHandlers,
  ...amendmentsHandlers,
  ...offboardingsHandlers,
  ...capabilitiesHandlers,
  ...hostedFlowsHandlers,
  ...invitationsHandlers,
  ...moneyHandlers,
  ...payoutHandlers,
  ...walletHandlers,
  ...reportsHandlers,
  ...referenceHandlers,
};

const pages: readonly Page[] = [
  ...filesPages,
  ...oauthPages,
  ...hostedFlowPages,
  ...embeddedPages,
  ...scaPages,
  ...invitationPages,
  ...formPages,
  ...rfisPages,
];

/** The code of every invalid body, where an endpoint has a single one. */
const invalidCodes: Partial<Record<EndpointKey, string>> = {
  transfersCreate: "validation_failed",
  chargesCreate: "validation_failed",
};

/** Where the endpoints that give out tokens differ from the others. */
const tokenEndpoints: Partial<Record<EndpointKey, Partial<ApiRoute>>> = {
  authenticationLogin: { authorise: asPlatform },
  authenticationPartnerLogin: { authorise: asPlatform },
  oauthToken: {
    authorise: asPlatform,
    acceptsForms: true,
    pausesItself: true,
    translate: asOAuthRefusal,
  },
};

export const routes: readonly Route[] = [
  ...(Object.keys(handlers) as EndpointKey[]).map(toRoute),
  ...pages.map((page) => ({ ...page, endpoint: undefined })),
];

function toRoute(key: EndpointKey): ApiRoute {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every endpoint of it is used
  const endpoint: Endpoint = table[key];
  const { method, path } = endpoint;
  const scopes = scopesFor(endpoint);
  return {
    ...{ method, path, endpoint },
    authorise: ofApps(key) ?? ((world, request) => authorise(world, request, scopes)),
    acceptsForms: false,
    invalidCode: invalidCodes[key],
    pausesItself: false,
    translate: (refusal) => refusal,
    run: endpoint.sca === undefined ? handlers[key] : afterSca(key, endpoint.sca, handlers[key]),
    ...tokenEndpoints[key],
  };
}

/** Calls of apps about themselves; undefined for others. */
function ofApps(key: EndpointKey): ApiRoute["authorise"] | undefined {
  if (key.startsWith("oauthWebhooks")) return asApp;
  return key.startsWith("oauthRemote") ? asPartner : undefined;
}

/** Apps act for no account: their handlers ask again for the app. */
function asApp(world: World, request: EmulatedRequest): AccountRecord {
  requireApp(world, request);
  return world.accounts.platform;
}

function asPartner(world: World, request: EmulatedRequest): AccountRecord {
  requirePartner(world, request);
  return world.accounts.platform;
}

/** There is no token yet. */
function asPlatform({ accounts }: World): AccountRecord {
  return accounts.platform;
}
