/**
 * Global accounts: account numbers of local banks, through which deposits come in.
 *
 * @see https://www.airwallex.com/docs/api/core_resources/global_accounts
 */

import type { WithoutNulls } from "../../checks/values.js";
import type {
  GlobalAccount,
  GlobalAccountCreateRequest,
  GlobalAccountTransaction,
  GlobalAccountUpdateParams,
} from "../../generated/index.js";
import type { AccountRecord } from "../engine/account-record.js";
import { formatTimestamp } from "../engine/api-version.js";
import { invalidArgument, Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { accountNumberOf, countryCodes, supports } from "./account-numbers.js";
import { toAmount } from "./amounts.js";
import {
  type DepositRecord,
  type GlobalAccountRecord,
  moneyOf,
  requestKey,
} from "./money-store.js";

/** @throws Refusal for a used request_id, and for a country or currency that is not offered. */
export function createGlobalAccount(
  world: World,
  owner: AccountRecord,
  request: WithoutNulls<GlobalAccountCreateRequest>,
): GlobalAccountRecord {
  const { globalAccounts } = moneyOf(world);
  const { country_code, required_features, nick_name, request_id } = request;
  if (globalAccounts.withKey(requestKey(owner.id, request_id)) !== undefined) {
    const message = "A global account with this request_id was created before.";
    throw new Refusal(400, "duplicate_request_id", message, { source: "request_id" });
  }
  if (!countryCodes.includes(country_code)) {
    throw invalidArgument("country_code", `expected one of ${countryCodes.join(", ")}`);
  }
  const currency = required_features[0]?.currency;
  if (currency === undefined) throw invalidArgument("required_features", "expected at least one");
  for (const [index, feature] of required_features.entries()) {
    if (supports(country_code, feature.currency)) continue;
    const at = `required_features[${index}].currency`;
    throw invalidArgument(at, `accounts in ${country_code} cannot hold ${feature.currency}`);
  }
  const { clock, settings } = world;
  const createdAtMs = clock.nowMs();
  const record = globalAccounts.add({
    ...{ id: world.ids.globalAccount(), sequence: globalAccounts.added + 1 },
    ...{ accountId: owner.id, currency, request, createdAtMs },
    ...{ nickname: nick_name, status: "PROCESSING" },
  });
  if (!settings.settleAfterMs) become(world, record, "ACTIVE", createdAtMs);
  else {
    clock.schedule(createdAtMs + settings.settleAfterMs, (atMs) => {
      if (record.status === "PROCESSING") become(world, record, "ACTIVE", atMs);
    });
  }
  return record;
}

function become(
  world: World,
  record: GlobalAccountRecord,
  status: GlobalAccountRecord["status"],
  atMs: number,
): void {
  record.status = status;
  moneyOf(world).globalAccounts.changes.publish({ record, atMs });
}

export function updateGlobalAccount(
  account: GlobalAccountRecord,
  { nick_name }: WithoutNulls<GlobalAccountUpdateParams>,
): GlobalAccountRecord {
  account.nickname = nick_name;
  return account;
}

export function closeGlobalAccount(
  world: World,
  account: GlobalAccountRecord,
): GlobalAccountRecord {
  if (account.status !== "CLOSED") become(world, account, "CLOSED", world.clock.nowMs());
  return account;
}

export function viewGlobalAccount(account: GlobalAccountRecord): GlobalAccount {
  const { id, request, nickname, status } = account;
  const { country_code, required_features, request_id } = request;
  const number = accountNumberOf(id, country_code);
  const routing_codes = number.routing.map(({ type, value }) => ({ type, value }));
  return {
    account_name: "Emulated Account Holder",
    account_number: number.accountNumber,
    account_type: "Checking",
    alternate_account_identifiers: request.alternate_account_identifiers ?? null,
    country_code,
    iban: number.iban ?? null,
    id,
    institution: { name: number.bank, city: number.city, address: `1 Main Street, ${number.city}` },
    nick_name: nickname ?? null,
    request_id,
    required_features,
    status,
    supported_features: required_features.map(({ currency, transfer_method }) => ({
      ...{ currency, type: "DEPOSIT", routing_codes },
      ...(transfer_method === "SWIFT"
        ? { transfer_method }
        : { transfer_method: "LOCAL", local_clearing_system: number.clearingSystem }),
    })),
    swift_code: number.swiftCode,
  };
}

/** A deposit as the transactions of its global account show it. */
export function viewTransaction(
  deposit: DepositRecord,
  apiVersion: string,
): GlobalAccountTransaction {
  const { id, account, request, units, status, createdAtMs } = deposit;
  return {
    amount: toAmount(units, account.currency),
    create_time: formatTimestamp(createdAtMs, apiVersion),
    currency: account.currency,
    description: request.reference ?? null,
    fee_amount: 0,
    fee_currency: account.currency,
    id,
    payer_country: request.payer_country ?? null,
    payer_name: request.payer_name ?? null,
    status: status === "REVERSED" ? "CANCELLED" : status,
    type: "CREDIT",
  };
}
