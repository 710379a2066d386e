/** Connected accounts: open, fill, submit, watch. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import type { Settlement } from "../call/settle.js";
import { type WaitForStatusOptions, waitForStatus } from "../call/wait-for-status.js";
import type {
  Account,
  AccountCreateParams,
  AccountList,
  AccountListParams,
  AccountReactivateParams,
  AccountSuspendParams,
  AccountsOfEntity,
  AccountUpdateParams,
  WalletInfo,
} from "../generated/accounts.js";
import type { AccountAgreeToTermsParams } from "../generated/agreements.js";
import {
  accountsAgreeToTerms,
  accountsCreate,
  accountsCurrent,
  accountsList,
  accountsReactivate,
  accountsRetrieve,
  accountsSubmit,
  accountsSuspend,
  accountsUpdate,
  accountsWalletInfo,
} from "../generated/endpoints.js";
import { beganAt, withinCall } from "../idempotency/lookup.js";
import { sentBody } from "../idempotency/request-id.js";

/**
 * Accounts of the platform's customers. Every method rejects with `ValidationError` before any I/O when
 * its input is invalid, with `ApiError` when the API refuses the call, with `AuthenticationError` when
 * the key or token is refused, and with `NetworkError` when no response arrives in time.
 */
export interface AccountsResource {
  /**
   * Opens an account. A contact and the two agreements are enough; `update` can add the rest later.
   *
   * For a legal entity that is already verified, pass its `legal_entity_id` from another account's
   * details, a new `identifier` and an empty `primary_contact`; the account is then `ACTIVE` at once.
   *
   * The API has no idempotency key here. A create whose response was lost is looked up by its
   * `identifier` before it is sent again; without one it fails with outcome `unknown`. The identifier
   * gives no further protection: two creates with the same one open two accounts.
   * `list({ identifier })` finds accounts that an earlier process opened, and `onboarding.run` opens
   * one account per identifier.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/create
   *
   * @example
   * const account = await client.accounts.create({
   *   identifier: "seller-42",
   *   account_details: { legal_entity_type: "INDIVIDUAL" },
   *   primary_contact: { email: "ada@example.com" },
   *   customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
   * });
   */
  create(params: AccountCreateParams, options?: CallOptions): ApiPromise<Account>;

  /**
   * Reads an account: its status and, in `requirements`, what is still needed.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/retrieve
   *
   * @throws ApiError `not_found` when the platform has no such account
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Account>;

  /**
   * Adds or overwrites data, in as many stages as needed, while the account is `CREATED` or
   * `ACTION_REQUIRED`. Whether the data is complete is checked by `submit`.
   *
   * Objects are merged; lists are replaced as a whole. Send the persons of a business all together, each
   * with all its data: with its `person_id` it stays the same person, without one it is a new person, and
   * a person left out is removed.
   *
   * On an `ACTIVE` account of an individual, only `primary_contact` can be changed; `submit` the account
   * again afterwards.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/update
   *
   * @throws ApiError `invalid_request` in any other status: use an amendment to change a verified
   *   account
   */
  update(id: string, params: AccountUpdateParams, options?: CallOptions): ApiPromise<Account>;

  /**
   * Submits the account for verification, or the `ACTIVE` account of an individual again after a change
   * of its contact.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/submit
   *
   * @throws ApiError `invalid_request` when data is missing or invalid; `fieldErrors` lists them
   *
   * @example
   * try {
   *   await client.accounts.submit(account.id);
   * } catch (error) {
   *   if (!isAirwallexError(error) || error.code !== "invalid_request") throw error;
   *   for (const { field, message } of error.fieldErrors) console.log(field, message);
   * }
   */
  submit(id: string, options?: CallOptions): ApiPromise<Account>;

  /**
   * Lists the platform's accounts. Await it for the first page, or iterate it for every account.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is 1 to 500, default 100
   *
   * @example
   * for await (const account of client.accounts.list({ account_status: "ACTIVE" })) {
   *   console.log(account.id);
   * }
   */
  list(params?: AccountListParams, options?: CallOptions): ListPromise<Account, AccountList>;

  /**
   * Records that the customer agrees to the terms. An account that is `ACTION_REQUIRED` for no other
   * reason becomes `ACTIVE`.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/agree_terms_and_conditions
   *
   * @param params evidence of the agreement: when, to which terms, and from which device
   *
   * @example
   * await client.accounts.agreeToTerms(account.id, {
   *   agreed_at: "2026-08-21T09:30:00+00:00",
   *   device_data: { ip_address: "203.0.113.7", user_agent: "Mozilla/5.0 (Macintosh)" },
   *   service_agreement_type: "FULL",
   * });
   */
  agreeToTerms(
    id: string,
    params?: AccountAgreeToTermsParams,
    options?: CallOptions,
  ): ApiPromise<Account>;

  /**
   * Suspends an active account on the platform's behalf, and with it every account of the same legal
   * entity. {@link AccountsResource.reactivate} undoes it. To close an account, use `offboardings`.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/suspend
   *
   * @param params `message`, the reason; default none
   * @returns all accounts of the legal entity
   *
   * @example
   * const { id } = await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   * const suspended = await client.accounts.suspend(id, { message: "Too many chargebacks" });
   * console.log(suspended.map(({ id, status }) => `${id} is ${status}`));
   */
  suspend(
    id: string,
    params?: AccountSuspendParams,
    options?: CallOptions,
  ): ApiPromise<AccountsOfEntity>;

  /**
   * Lifts a suspension by the platform, from every account of the same legal entity. A suspension by
   * Airwallex stays in place.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/reactivate
   *
   * @param params `message`, the reason; default none
   * @returns all accounts of the legal entity
   */
  reactivate(
    id: string,
    params?: AccountReactivateParams,
    options?: CallOptions,
  ): ApiPromise<AccountsOfEntity>;

  /**
   * Reads the account that the client acts for: the platform's own, or a connected one.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/detail
   */
  current(options?: CallOptions): ApiPromise<Account>;

  /**
   * Reads the name and number that other Airwallex accounts use to pay into this one.
   *
   * See https://www.airwallex.com/docs/api/scale/accounts/wallet_info
   */
  walletInfo(options?: CallOptions): ApiPromise<WalletInfo>;

  /**
   * Polls an account until it reaches the wanted status, then returns it.
   *
   * Waits 1 s, then longer each time, up to 30 s between reads. Stops early when the account cannot
   * reach the wanted status unless someone acts.
   *
   * @throws AccountStatusError `status_unreachable`, or `status_timeout` after `timeoutMs`
   *
   * @example
   * const active = await client.accounts.waitForStatus(account.id, { status: "ACTIVE" });
   */
  waitForStatus(id: string, options: WaitForStatusOptions): Promise<Account>;
}

export function accountsResource(call: Call): AccountsResource {
  const resource: AccountsResource = {
    create: (params, options) =>
      call(accountsCreate, { body: params }, options, {
        settlement: createSettlement(call, params, options),
      }),
    retrieve: (id, options) => call(accountsRetrieve, { path: { id } }, options),
    update: (id, params, options) => call(accountsUpdate, { path: { id }, body: params }, options),
    submit: (id, options) => call(accountsSubmit, { path: { id } }, options),
    list: (params = {}, options) =>
      listPages(accountsList, params, (query) => call(accountsList, { query }, options)),
    agreeToTerms: (id, params = {}, options) =>
      call(accountsAgreeToTerms, { path: { id }, body: params }, options),
    suspend: (id, params = {}, options) =>
      call(accountsSuspend, { path: { id }, body: params }, options),
    reactivate: (id, params = {}, options) =>
      call(accountsReactivate, { path: { id }, body: params }, options),
    current: (options) => call(accountsCurrent, {}, options),
    walletInfo: (options) => call(accountsWalletInfo, {}, options),
    waitForStatus: (id, options) => waitForStatus(resource.retrieve, id, options),
  };
  return resource;
}

/**
 * Finds the account of a create whose response was lost. Only an account made since the call began, or in the
 * two minutes before, by which clocks may differ, counts; not an older one with the same identifier. If an
 * account's age is unknown, the lookup fails.
 */
function createSettlement(
  call: Call,
  params: AccountCreateParams,
  options: CallOptions | undefined,
): Settlement<Account> | undefined {
  const { identifier }: { readonly identifier?: unknown } = sentBody({ ...params }, options);
  if (typeof identifier !== "string" || identifier === "") return undefined;
  const since = beganAt();
  return {
    async find(remainingMs) {
      const own = withinCall(options, remainingMs);
      const list = call(accountsList, { query: { identifier } }, own);
      const { data, response } = await list.withResponse();
      for (const account of data.items) {
        if (account.identifier !== identifier) continue;
        const madeAtMs = Date.parse(account.created_at);
        if (Number.isNaN(madeAtMs)) throw new Error("an account does not say when it was made");
        if (madeAtMs >= since(response)) return { found: account };
      }
      return undefined;
    },
  };
}
