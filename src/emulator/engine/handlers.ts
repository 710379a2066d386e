/** Handlers: one function per endpoint, typed by that endpoint. */

import type * as table from "../../generated/endpoints.js";
import type { Endpoint } from "../../schemas/endpoint.js";
import type { AccountRecord } from "../accounts/account-record.js";
import type { EmulatedRequest, EmulatedResponse } from "./exchange.js";
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
    ? (call: Call<PathOf<Input>, BodyOf<Input>>) => Output | Promise<Output>
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
