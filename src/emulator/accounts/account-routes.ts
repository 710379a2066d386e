/**
 * Connected accounts, and the account of the caller.
 *
 * @see https://www.airwallex.com/docs/api/scale/accounts
 */

import { accountsList } from "../../generated/endpoints.js";
import type { Account, AccountDetails } from "../../generated/index.js";
import { businessCountries } from "../../kyc/business-rules.js";
import { individualCountries } from "../../kyc/individual-rules.js";
import { findAll, isEmpty, member } from "../../kyc/paths.js";
import { type CountryRule, legalFormOf } from "../../kyc/rules.js";
import { readQuery } from "../engine/accept.js";
import { type AccountRecord, findConnected } from "../engine/account-record.js";
import { requiresCountryInAddresses } from "../engine/api-version.js";
import type { Call, EndpointKey, HandlersOf } from "../engine/handlers.js";
import { fieldRequired } from "../engine/refusal.js";
import { createAccount } from "./create-account.js";
import { agreeToTerms, reactivate, submit, suspend } from "./life-cycle.js";
import { listAccounts } from "./list-accounts.js";
import { merge } from "./merge-details.js";
import { updateAccount } from "./update-account.js";
import { viewAccount, viewWallet } from "./view-account.js";

type Key = Extract<EndpointKey, `accounts${string}`>;
type IdCall = Call<{ readonly id: string }, unknown>;

export const accountsHandlers: HandlersOf<Key> = {
  accountsCreate({ world, body, apiVersion }) {
    if (requiresCountryInAddresses(apiVersion)) requireCountries(body.account_details);
    const record = createAccount(world, body);
    const supplementary = body.account_details?.legal_entity_id !== undefined;
    return viewAccount(record, apiVersion, supplementary ? "COMPLETE" : "EXCLUDED_PII");
  },

  async accountsList({ world, actingFor, request, apiVersion }) {
    const query = await readQuery(accountsList.query, request.query);
    // Only a platform has accounts connected to it.
    if (actingFor !== world.accounts.platform) return { has_more: false, items: [] };
    const { items, has_more } = listAccounts(world.accounts, query, apiVersion);
    return {
      has_more,
      items: items.map((record) => viewAccount(record, apiVersion, "EXCLUDED_PII")),
    };
  },

  accountsRetrieve: (call) =>
    call.path.id === call.world.accounts.platform.id
      ? viewAccount(call.world.accounts.platform, call.apiVersion, "COMPLETE")
      : onConnected(call, () => {}),

  accountsUpdate(call) {
    return onConnected(call, (record) => {
      const { account_details: details } = call.body;
      if (requiresCountryInAddresses(call.apiVersion)) requireCountries(details, record.details);
      updateAccount(call.world, record, call.body);
    });
  },

  accountsSubmit: (call) => onConnected(call, (record) => submit(call.world, record)),

  accountsAgreeToTerms: (call) =>
    onConnected(call, (record) => agreeToTerms(call.world, record, call.body, call.apiVersion)),

  accountsSuspend({ world, path, body, apiVersion }) {
    const all = suspend(world, findConnected(world.accounts, path.id), body.message);
    return all.map((record) => viewAccount(record, apiVersion, "EXCLUDED_PII"));
  },

  accountsReactivate({ world, path, body, apiVersion }) {
    const all = reactivate(world, findConnected(world.accounts, path.id), body.message);
    return all.map((record) => viewAccount(record, apiVersion, "EXCLUDED_PII"));
  },

  accountsCurrent: ({ actingFor, apiVersion }) => viewAccount(actingFor, apiVersion, "COMPLETE"),

  accountsWalletInfo: ({ actingFor }) => viewWallet(actingFor),
};

/** Applies an operation to the account in the path and returns the result. */
function onConnected(
  { world, path, apiVersion }: IdCall,
  act: (record: AccountRecord) => void,
): Account {
  const record = findConnected(world.accounts, path.id);
  act(record);
  return viewAccount(record, apiVersion, "EXCLUDED_PII");
}

/**
 * Since version 2026-07-17, certain addresses have to name their country when they are sent.
 *
 * @param known what the account holds already; default nothing
 * @throws Refusal for the first address that lacks its country.
 */
function requireCountries(sent: AccountDetails = {}, known: AccountDetails = {}): void {
  const { business_details: business } = merge<AccountDetails>(known, sent);
  const office = business?.registration_address?.country_code;
  const form = legalFormOf(business?.business_structure);
  const applies = ({ forms, orNoOffice }: CountryRule): boolean =>
    forms === undefined || forms.has(form) || (orNoOffice === true && isEmpty(office));
  for (const rule of [...individualCountries, ...businessCountries]) {
    const [address] = findAll({ account_details: sent }, rule.under);
    if (isEmpty(address?.value) || !isEmpty(member(address?.value, "country_code"))) continue;
    if (applies(rule)) throw fieldRequired(`${rule.under}.country_code`);
  }
}
