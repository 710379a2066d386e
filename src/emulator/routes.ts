/** Everything that the emulator serves. New files of handlers are added here. */

import * as table from "../generated/endpoints.js";
import type { Endpoint } from "../schemas/endpoint.js";
import { accountsHandlers } from "./accounts/account-routes.js";
import { simulationHandlers } from "./accounts/review-routes.js";
import { amendmentsHandlers } from "./amendments/amendment-routes.js";
import { authenticationHandlers } from "./authentication/login-routes.js";
import { capabilitiesHandlers } from "./capabilities/capability-routes.js";
import type { EndpointKey, Handlers, Page } from "./engine/handlers.js";
import { filesHandlers, filesPages } from "./files/file-routes.js";
import { embeddedPages } from "./hosted-flows/embedded.js";
import { hostedFlowPages } from "./hosted-flows/hosted-flows.js";
import { hostedFlowsHandlers } from "./hosted-flows/hosted-routes.js";
import { invitationPages } from "./invitations/invitation-pages.js";
import { invitationsHandlers } from "./invitations/invitation-routes.js";
import { moneyHandlers } from "./money/money-routes.js";
import { oauthPages } from "./oauth/oauth-pages.js";
import { type ScopeName, scopeFor } from "./oauth/scopes.js";
import { oauthHandlers } from "./oauth/token-routes.js";
import { offboardingsHandlers } from "./offboardings/offboarding-routes.js";
import { formPages } from "./onboarding-form/form-pages.js";
import { reportsHandlers } from "./reports/report-routes.js";
import { rfisHandlers, rfisPages } from "./rfis/rfi-routes.js";
import { webhooksHandlers } from "./webhooks/webhook-routes.js";

const handlers: Handlers = {
  ...authenticationHandlers,
  ...oauthHandlers,
  ...accountsHandlers,
  ...filesHandlers,
  ...simulationHandlers,
  ...webhooksHandlers,
  ...rfisHandlers,
  ...amendmentsHandlers,
  ...offboardingsHandlers,
  ...capabilitiesHandlers,
  ...hostedFlowsHandlers,
  ...invitationsHandlers,
  ...moneyHandlers,
  ...reportsHandlers,
};

const pages: readonly Page[] = [
  ...filesPages,
  ...oauthPages,
  ...hostedFlowPages,
  ...embeddedPages,
  ...invitationPages,
  ...formPages,
  ...rfisPages,
];

/** Endpoints that are called before there is a token. */
const withoutToken: ReadonlySet<EndpointKey> = new Set(["authenticationLogin", "oauthToken"]);

/** Endpoints that speak OAuth 2: they accept forms, and refuse in its format too. */
const inOAuth: ReadonlySet<EndpointKey> = new Set(["oauthToken"]);

/** Endpoints with a single code for any invalid body, and that code. */
const codesOfInvalid: Partial<Record<EndpointKey, string>> = {
  transfersCreate: "validation_failed",
  chargesCreate: "validation_failed",
};

/** An endpoint and its handler; `Handlers` has matched their types. */
export interface ApiRoute {
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly needsToken: boolean;
  /** The scope that an OAuth token needs; undefined if no such token will do. */
  readonly scope: ScopeName | undefined;
  /** Whether it speaks OAuth 2, and its handler pauses itself. */
  readonly speaksOAuth: boolean;
  /** The code for an invalid body; undefined if the first invalid field decides. */
  readonly invalidCode: string | undefined;
  readonly run: (call: never) => unknown;
}

export interface PageRoute extends Page {
  readonly endpoint: undefined;
}

export type Route = ApiRoute | PageRoute;

export const routes: readonly Route[] = [
  ...(Object.keys(handlers) as EndpointKey[]).map(toRoute),
  ...pages.map((page) => ({ ...page, endpoint: undefined })),
];

function toRoute(key: EndpointKey): ApiRoute {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every endpoint of it is used
  const endpoint: Endpoint = table[key];
  const { method, path } = endpoint;
  return {
    ...{ method, path, endpoint },
    needsToken: !withoutToken.has(key),
    scope: scopeFor(key),
    speaksOAuth: inOAuth.has(key),
    invalidCode: codesOfInvalid[key],
    run: handlers[key],
  };
}
