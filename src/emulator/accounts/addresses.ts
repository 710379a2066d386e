/** Since version 2026-07-17, certain addresses have to name their country when they are sent. */

import type { AccountDetails } from "../../generated/index.js";
import { businessCountries } from "../../kyc/business-rules.js";
import { individualCountries } from "../../kyc/individual-rules.js";
import { findAll, isEmpty, member } from "../../kyc/paths.js";
import { type CountryRule, legalFormOf } from "../../kyc/rules.js";
import { fieldRequired } from "../engine/refusal.js";
import { merge } from "./merge-details.js";

/**
 * @param known what the account holds already; default nothing
 * @throws Refusal for the first address that lacks its country.
 */
export function requireCountries(sent: AccountDetails = {}, known: AccountDetails = {}): void {
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
