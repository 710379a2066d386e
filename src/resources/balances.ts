/** What an account holds, and how it came to that. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listEitherPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { ValidationError } from "../errors/index.js";
import type {
  BalanceCurrentParams,
  BalanceHistory,
  BalanceHistoryItem,
  BalanceHistoryParams,
  WalletBalances,
} from "../generated/balances.js";
import { balancesCurrent, balancesHistory } from "../generated/endpoints.js";

/**
 * Balances of the account that the client acts for. Amounts are decimals in units of the currency, as the
 * API sent them, as a string or a number. Errors are the same as for `client.accounts`, and
 * `ScaRequiredError` where a person has to verify first, see docs/sca.md.
 */
export interface BalancesResource {
  /**
   * Reads the balances, one per currency. Amounts are decimals as the API sent them, as a number, or as a
   * string where a number would lose digits.
   *
   * See https://www.airwallex.com/docs/api/core_resources/balances/current
   *
   * @param params `account_type` is `cash` for the wallet, the default, or `yield` or `credit`
   *
   * @example
   * for (const { currency, available_amount } of await client.balances.current()) {
   *   console.log(currency, available_amount);
   * }
   */
  current(params?: BalanceCurrentParams, options?: CallOptions): ApiPromise<WalletBalances>;

  /**
   * Lists what changed the balances, newest first. Await it for the first page, or iterate it for every
   * change.
   *
   * By number (`page_num`, the default) a window of time is 7 days at most. By cursor it has no limit:
   * begin with `page: "0"`.
   *
   * See https://www.airwallex.com/docs/api/core_resources/balances/history
   *
   * @param params filters; `from_post_at` is inclusive, `to_post_at` exclusive; `page_size` is 10 to 2,000,
   * default 100
   * @throws ValidationError when the window is longer than 7 days and there is no `page`
   *
   * @example
   * const since = { from_post_at: "2026-01-01T00:00:00Z", page: "0" };
   * for await (const { posted_at, amount, balance } of client.balances.history(since)) {
   *   console.log(posted_at, amount, balance);
   * }
   */
  history(
    params?: BalanceHistoryParams,
    options?: CallOptions,
  ): ListPromise<BalanceHistoryItem, BalanceHistory>;
}

export function balancesResource(call: Call): BalancesResource {
  const exact = { exactNumbers: true };
  return {
    current: (params = {}, options) => call(balancesCurrent, { query: params }, options, exact),
    history: (params = {}, options) =>
      listEitherPages(
        balancesHistory,
        params,
        (query) =>
          call(balancesHistory, { query }, options, {
            ...exact,
            check: () => refuseLongWindow(params),
          }),
        keyOf,
      ),
  };
}

const longestWindowMs = 7 * 24 * 3_600_000;

function refuseLongWindow({ page, from_post_at, to_post_at }: BalanceHistoryParams): void {
  if (page !== undefined || from_post_at === undefined) return;
  const toMs = to_post_at === undefined ? Date.now() : Date.parse(to_post_at);
  if (!(toMs - Date.parse(from_post_at) > longestWindowMs)) return;
  const message =
    'begins more than 7 days before the end of the window; give page: "0" to list by cursor, which has no limit';
  throw new ValidationError("balances.history", [{ path: ["from_post_at"], message }]);
}

/** A change may have no id of its own. */
function keyOf({ id, posted_at, source, amount }: BalanceHistoryItem): string {
  return id ?? JSON.stringify([posted_at, source, amount]);
}
