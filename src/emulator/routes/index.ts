/** Everything that the emulator serves. A new subject adds its file here. */

import type { Endpoint } from "../../schemas/endpoint.js";
import * as table from "../../schemas/endpoints.generated.js";
import type { EndpointKey, Handlers, Page } from "../handlers.js";
import { accountsHandlers } from "./accounts.js";
import { authenticationHandlers } from "./authentication.js";
import { filesHandlers, filesPages } from "./files.js";
import { simulationHandlers } from "./simulation.js";

const handlers: Handlers = {
  ...authenticationHandlers,
  ...accountsHandlers,
  ...filesHandlers,
  ...simulationHandlers,
};

const pages: readonly Page[] = [...filesPages];

/** Endpoints that are asked for before there is a token. */
const withoutToken: ReadonlySet<EndpointKey> = new Set(["authenticationLogin"]);

/** An endpoint with what answers it; the types of the two were matched by `Handlers`. */
export interface ApiRoute {
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly needsToken: boolean;
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
  return { method, path, endpoint, needsToken: !withoutToken.has(key), run: handlers[key] };
}
