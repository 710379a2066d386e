/** Handlers: one function per endpoint, typed by that endpoint; and the routes that lead to them. */

import type { WithoutNulls } from "../../checks/values.js";
import type * as table from "../../generated/endpoints.js";
import type { Endpoint } from "../../schemas/endpoint.js";
import type { AccountRecord } from "./account-record.js";
import type { EmulatedRequest, EmulatedResponse } from "./exchange.js";
import type { Refusal } from "./refusal.js";
import type { World } from "./world.js";

type Table = typeof table;

/** Names of the endpoint constants, such as `accountsCreate`. */
export type EndpointKey = Exclude<keyof Table, "endpoints">;

/** What a handler receives. */
export interface Call<Path, Body> {
  readonly world: World;
  readonly request: EmulatedRequest;
  readonly path: Path;
  /** Checked against the endpoint's schema. */
  readonly body: Body;
  readonly apiVersion: string;
  /** The account that the call acts for: the platform, or the one in `x-on-behalf-of`. */
  readonly actingFor: AccountRecord;
  /** Waits if a fault asks for it. Called before the handler runs, unless its route says otherwise. */
  readonly pause: () => Promise<void>;
}

type PathOf<Input> = Input extends { readonly path: infer Path } ? Path : undefined;
type BodyOf<Input> = Input extends { readonly body: infer Body }
  ? Body
  : Input extends { readonly body?: infer Body }
    ? Body | undefined
    : undefined;

/** Returns the body of a successful response; throws a Refusal for everything else. */
export type Handler<E> =
  E extends Endpoint<infer Input, infer Output>
    ? (call: Call<PathOf<Input>, WithoutNulls<BodyOf<Input>>>) => Output | Promise<Output>
    : never;

/** The handlers of some endpoints, such as those of one file. */
export type HandlersOf<Key extends EndpointKey> = {
  readonly [K in Key]: Handler<Table[K]>;
};

/** Exactly one handler for every endpoint; the compiler reports a missing one. */
export type Handlers = HandlersOf<EndpointKey>;

/** Something served besides the API, such as a download: no token, no versions. */
export interface Page {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly run: (
    world: World,
    request: EmulatedRequest,
    params: Readonly<Record<string, string>>,
  ) => EmulatedResponse | Promise<EmulatedResponse>;
}

/** What the router finds: an endpoint of the API, or a page. */
export type Route = ApiRoute | PageRoute;

export interface PageRoute extends Page {
  readonly endpoint: undefined;
}

/** An endpoint, its handler, and where it differs from the others. */
export interface ApiRoute {
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  /** Finds the account that a request acts for. @throws Refusal if it may not do this. */
  readonly authorise: (world: World, request: EmulatedRequest) => AccountRecord;
  /** Whether the body may be a form instead of JSON. */
  readonly acceptsForms: boolean;
  /** The code for an invalid body; undefined if the first invalid field decides. */
  readonly invalidCode: string | undefined;
  /** Whether the handler calls `pause` itself. */
  readonly pausesItself: boolean;
  /** Translates refusals into the format of the endpoint. */
  readonly translate: (refusal: Refusal) => Refusal;
  /** `Handlers` has matched its type with that of the endpoint. */
  readonly run: (call: never) => unknown;
}
