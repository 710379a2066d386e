/**
 * Creates something only once: what transfers, charges, conversions, payouts and global accounts have in
 * common.
 *
 * The API does the work of a `request_id` once, and refuses the id from then on. So a create can be
 * repeated with its id, in this call, in another one, or in another process: whichever comes later gets
 * what the first one made. The refusal only stands if that differs from what was asked for: then one id
 * was used for two different things, and the error says which of them it belongs to.
 */

import { isSameNumber } from "../call/exact-json.js";
import type { CallExtras, CallOptions } from "../call/settings.js";
import type { Finding } from "../call/settle.js";
import { withinCall } from "./lookup.js";
import { withRequestId } from "./request-id.js";

/** Members that tell one from another: ids, amounts and currencies, never personal data. */
type Asked = Readonly<Record<string, string | number | null | undefined>>;

/** What goes out for a payment: with an id of its own, and its amounts as strings of digits. */
export function paymentOf<Params extends { readonly request_id?: string | undefined }>(
  params: Params,
): Params & { readonly request_id: string } {
  const body = withRequestId(params);
  const amounts = Object.entries(body).flatMap(([name, value]) =>
    // Any other amount is refused as it is.
    name.endsWith("amount") && isExactNumber(value) ? [[name, String(value)]] : [],
  );
  return { ...body, ...Object.fromEntries(amounts) };
}

/** Whether a value is a number of up to 15 digits. One with more is the residue of a calculation. */
function isExactNumber(value: unknown): value is number {
  return typeof value === "number" && isSameNumber(String(value), value.toPrecision(15));
}

interface Made {
  readonly request_id?: string | null | undefined;
}

export interface CreateOnce<Output> {
  /** What is created, such as `payout`. */
  readonly noun: string;
  readonly requestId: string;
  /** What was asked for; a member that is undefined, or that the API does not show, is not compared. */
  readonly asked: Asked;
  /** Says in what else it differs that an error must not show, such as a bank account; undefined if in nothing. */
  readonly differs?:
    | ((made: Output, options: CallOptions) => Promise<string | undefined>)
    | undefined;
  /** Lists what may have been made with the id. */
  readonly list: (options: CallOptions) => Promise<readonly Output[]>;
}

export function createOnce<Output extends Made>(
  once: CreateOnce<Output>,
  options: CallOptions | undefined,
): CallExtras<Output> {
  const { requestId, asked, list, differs = async () => undefined } = once;
  const find = async (remainingMs: number): Promise<Finding<Output>> => {
    const lookup = withinCall(options, remainingMs);
    const listed = await list(lookup);
    const made = listed.filter(({ request_id }) => request_id === requestId);
    for (const one of made) {
      if (isSame(one, asked) && (await differs(one, lookup)) === undefined) return { found: one };
    }
    return made[0] && { taken: describeOther(once, made[0], await differs(made[0], lookup)) };
  };
  return { exactNumbers: true, settlement: { find, acrossCalls: true } };
}

function isSame(made: Made, asked: Asked): boolean {
  return Object.entries(asked).every(([name, value]) => {
    const shown = memberOf(made, name) ?? value;
    if (value === undefined || value === null) return true;
    if (name.endsWith("amount")) return isSameNumber(String(shown), String(value));
    return shown === value;
  });
}

function describeOther(
  { noun, requestId, asked }: Pick<CreateOnce<never>, "noun" | "requestId" | "asked">,
  other: Made,
  difference: string | undefined,
): string {
  const id = memberOf(other, "id") ?? memberOf(other, `${noun}_id`);
  const shown = Object.keys(asked).flatMap((name) => {
    const value = memberOf(other, name);
    return value === undefined || value === null ? [] : `${name} ${value}`;
  });
  const facts = shown.length > 0 ? ` (${shown.join(", ")})` : "";
  const whole = `${noun} ${id}${facts}${difference === undefined ? "" : `, which ${difference}`}`;
  return `the request_id "${requestId}" belongs to ${whole}, and this ${noun} was not made: if it is meant to be the same ${noun}, it is made already; only another ${noun} takes another request_id`;
}

function memberOf(made: object, name: string): string | number | null | undefined {
  return (made as Asked)[name];
}
