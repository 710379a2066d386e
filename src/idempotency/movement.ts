/**
 * Moves money only once: what creating a transfer and creating a charge have in common.
 *
 * The API does the work of a `request_id` once, and refuses the id from then on. So a create can be
 * repeated with its id, in this call, in another one, or in another process: whichever comes later gets
 * what the first one made. The refusal only stands if that differs from what was asked for: then one id
 * was used for two different payments, and the error says which of them it belongs to.
 */

import { isSameNumber } from "../call/exact-json.js";
import type { ListPromise } from "../call/page.js";
import type { CallExtras, CallOptions } from "../call/settings.js";
import type { Finding } from "../call/settle.js";
import { isExactDecimal } from "../generated/values.guards.js";
import { withinCall } from "./lookup.js";
import { withRequestId } from "./request-id.js";

/** The members that tell one transfer or charge from another. */
export interface Movement {
  readonly id: string;
  readonly request_id?: string | null | undefined;
  readonly amount?: string | number | null | undefined;
  readonly currency?: string | null | undefined;
  readonly source?: string | null | undefined;
  readonly destination?: string | null | undefined;
}

/** What goes out for a payment: with an id of its own, and its amount as a string of digits. */
export function paymentOf<
  Params extends {
    readonly request_id?: string | undefined;
    readonly amount: string | number;
  },
>(params: Params): Params & { readonly request_id: string } {
  const body = withRequestId(params);
  // Any other amount is refused as it is.
  return isExactDecimal(body.amount) ? { ...body, amount: String(body.amount) } : body;
}

type Asked = Omit<Movement, "id" | "request_id"> & { readonly request_id: string };

type ListByRequestId<Output> = (
  query: { readonly request_id: string },
  options: CallOptions,
) => ListPromise<Output>;

export function moveOnce<Output extends Movement>(
  noun: "transfer" | "charge",
  list: ListByRequestId<Output>,
  asked: Asked,
  options: CallOptions | undefined,
): CallExtras<Output> {
  const find = async (remainingMs: number): Promise<Finding<Output>> => {
    const page = await list({ request_id: asked.request_id }, withinCall(options, remainingMs));
    const made = page.items.filter(({ request_id }) => request_id === asked.request_id);
    const found = made.find((one) => isSame(one, asked));
    if (found) return { found };
    return made[0] && { taken: describeOther(noun, made[0]) };
  };
  return { exactNumbers: true, settlement: { find, acrossCalls: true } };
}

/** Ids, amount and currency: none of it is personal data. */
function describeOther(noun: string, other: Movement): string {
  const { id, request_id, amount, currency, source, destination } = other;
  const whole = [
    `${noun} ${id}`,
    amount && `of ${amount} ${currency ?? ""}`.trimEnd(),
    source && `from ${source}`,
    destination && `to ${destination}`,
  ];
  return `the request_id "${request_id}" belongs to ${whole.filter(Boolean).join(" ")}, and this ${noun} was not made: if it is meant to be the same payment, it is made already; only another payment takes another request_id`;
}

function isSame(found: Movement, asked: Asked): boolean {
  const amounts = [found.amount ?? asked.amount, asked.amount].map(String);
  return (
    isSameNumber(amounts[0] as string, amounts[1] as string) &&
    (["currency", "source", "destination"] as const).every(
      // The API may return more than was sent, such as which account a transfer came from.
      (name) => asked[name] === undefined || (found[name] ?? asked[name]) === asked[name],
    )
  );
}
