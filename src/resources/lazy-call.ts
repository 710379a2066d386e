/** Calls of endpoints that few programs need: their rows are loaded with the first of them. */

import { type ApiPromise, type Call, callAfter } from "../core/call.js";
import type { CallOptions } from "../core/settings.js";
import type { Endpoint, EndpointInput } from "../schemas/endpoint.js";

type Table = typeof import("../schemas/lazy-endpoints.generated.js");

/** As `Call`, with a row that is picked once the table is there. Amounts lose no digit. */
export type LazyCall = <Input extends EndpointInput, Output>(
  pick: (table: Table) => Endpoint<Input, Output>,
  input: NoInfer<Input>,
  options: CallOptions | undefined,
) => ApiPromise<Output>;

export function createLazyCall(call: Call): LazyCall {
  return (pick, input, options) =>
    callAfter(import("../schemas/lazy-endpoints.generated.js"), (table) =>
      call(pick(table), input, options, { exactNumbers: true }),
    );
}
