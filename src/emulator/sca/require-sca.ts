/** Puts strong customer authentication before the handlers of the endpoints that may ask for it. */

import type { Call, EndpointKey, Handlers } from "../engine/handlers.js";
import { moneyOf } from "../money/money-store.js";
import { requireSca, type ScaKind } from "./sca.js";

type CallOf<Key extends EndpointKey> = Parameters<Handlers[Key]>[0];

/** Calls that are not asked. Who is trusted is decided with authentication, and paid without it. */
const exempt: { readonly [Key in EndpointKey]?: (call: CallOf<Key>) => boolean } = {
  beneficiariesCreate: ({ body }) => body.sca_exemptible !== true,
  beneficiariesUpdate: ({ body }) => body.sca_exemptible !== true,
  payoutsCreate({ world, actingFor, body }) {
    const saved = moneyOf(world).beneficiaries.get(body.beneficiary_id ?? "");
    return saved?.accountId === actingFor.id && saved.details.sca_exemptible === true;
  },
};

/** The same handler, after a person has verified. The token counts as used even if it then refuses. */
export function afterSca(
  key: EndpointKey,
  kind: ScaKind,
  handler: (call: never) => unknown,
): (call: Call<unknown, unknown>) => unknown {
  return (call) => {
    const { world, actingFor, request } = call;
    const isExempt = exempt[key]?.(call as never) ?? false;
    if (!isExempt) requireSca(world, actingFor, kind, request.headers["x-sca-token"]);
    return handler(call as never);
  };
}
