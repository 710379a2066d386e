/** What answers an endpoint: one function each, typed by the endpoint that it is for. */

import type { Endpoint } from "../schemas/endpoint.js";
import type * as table from "../schemas/endpoints.generated.js";
import type * as lazyTable from "../schemas/lazy-endpoints.generated.js";
import type { AccountRecord } from "./accounts/record.js";
import type { EmulatedRequest, EmulatedResponse } from "./exchange.js";
import type { World } from "./state.js";

type Table = typeof table & typeof lazyTable;

/** Names of the endpoint constants, such as `accountsCreate`. */
export type EndpointKey = Exclude<keyof Table, "endpoints" | "lazyEndpoints">;

/** What a handler is told. */
export interface Call<Path, Body> {
  readonly world: World;
  readonly request: EmulatedRequest;
  readonly path: Path;
  /** Checked by the endpoint's schema. */
  readonly body: Body;
  readonly apiVersion: string;
  /** The account that the call acts for: the platform, or the one in `x-on-behalf-of`. */
  readonly actingFor: AccountRecord;
  /** Waits where a fault asks for it. Done before the handler runs, unless its route says otherwise. */
  readonly pause: () => Promise<void>;
}

type PathOf<Input> = Input extends { readonly path: infer Path } ? Path : undefined;
type BodyOf<Input> = Input extends { readonly body?: infer Body } ? NonNullable<Body> : undefined;

/** Returns the body of the success; throws a Refusal for everything else. */
export type Handler<E> =
  E extends Endpoint<infer Input, infer Output>
    ? (call: Call<PathOf<Input>, BodyOf<Input>>) => Output | Promise<Output>
    : never;

/** The handlers of some endpoints, such as those of one file. */
export type HandlersOf<Key extends EndpointKey> = {
  readonly [K in Key]: Handler<Table[K]>;
};

/** Exactly one handler for every endpoint; the compiler asks for one that is not there. */
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
