/**
 * Beneficiaries and payouts.
 *
 * @see https://www.airwallex.com/docs/api/payouts
 */

import {
  beneficiariesFinancialInstitutions,
  beneficiariesList,
  payoutsList,
} from "../../generated/endpoints.js";
import { readQuery } from "../engine/accept.js";
import type { AccountRecord } from "../engine/account-record.js";
import type { EndpointKey, HandlersOf } from "../engine/handlers.js";
import { cursorPage, numberedPage, startingAtZero } from "../engine/paging.js";
import { isWithin, readPeriod } from "../engine/period.js";
import type { World } from "../engine/world.js";
import {
  apiSchema,
  createBeneficiary,
  formSchema,
  validateBeneficiary,
  verifyAccount,
  viewBeneficiary,
} from "./beneficiaries.js";
import { type BeneficiaryRecord, moneyOf } from "./money-store.js";
import {
  cancelPayout,
  checkPayout,
  confirmFunding,
  createPayout,
  findPayout,
  transitionPayout,
} from "./payouts.js";
import { viewPayout } from "./view-money.js";

type Key = Extract<EndpointKey, `${"beneficiaries" | "payouts" | "simulationTransfers"}${string}`>;

export const payoutHandlers: HandlersOf<Key> = {
  beneficiariesCreate: ({ world, body, actingFor }) =>
    viewBeneficiary(createBeneficiary(world, actingFor, body)),

  async beneficiariesList({ world, request, actingFor }) {
    const kinds = { lists: ["type"], flags: ["sca_exemptible"] };
    const query = await readQuery(beneficiariesList.query, request.query, kinds);
    const period = readPeriod(query, "from_date", "to_date");
    const fits = (asked: unknown, value: unknown): boolean =>
      asked === undefined || asked === value;
    const all = moneyOf(world)
      .beneficiaries.all()
      .filter(({ accountId, createdAtMs, details }) => {
        const { beneficiary, nickname, sca_exemptible = false } = details;
        const { bank_details, company_name, entity_type, first_name, last_name, type } =
          beneficiary;
        return (
          accountId === actingFor.id &&
          fits(query.bank_account_number, bank_details?.account_number) &&
          fits(query.company_name, company_name) &&
          fits(query.entity_type, entity_type) &&
          fits(query.name, [first_name, last_name].filter(Boolean).join(" ")) &&
          fits(query.nick_name, nickname) &&
          fits(query.sca_exemptible, sca_exemptible) &&
          (query.type?.includes(type ?? "BANK_ACCOUNT") ?? true) &&
          isWithin(period, createdAtMs)
        );
      });
    const { items, has_more } = numberedPage(all.toReversed(), query);
    return { has_more, items: items.map(viewBeneficiary) };
  },

  beneficiariesRetrieve: ({ world, path, actingFor }) =>
    viewBeneficiary(findBeneficiary(world, actingFor, path.id)),

  beneficiariesUpdate({ world, path, body, actingFor }) {
    validateBeneficiary(body);
    const record = findBeneficiary(world, actingFor, path.id);
    record.details = body;
    return viewBeneficiary(record);
  },

  beneficiariesDelete({ world, path, actingFor }) {
    const { beneficiaries } = moneyOf(world);
    const found = beneficiaries.get(path.id);
    if (found?.accountId !== actingFor.id) return false;
    beneficiaries.delete(path.id);
    return true;
  },

  beneficiariesValidate({ body }) {
    validateBeneficiary(body);
    return {};
  },

  beneficiariesVerify: ({ body }) => verifyAccount(body),

  beneficiariesApiSchema: ({ body }) => apiSchema(body ?? {}),

  beneficiariesFormSchema: ({ body }) => formSchema(body ?? {}),

  async beneficiariesFinancialInstitutions({ request }) {
    const query = await readQuery(beneficiariesFinancialInstitutions.query, request.query);
    const label = `Emulated Bank of ${query.bank_country_code}`;
    return { items: [{ label, value: "000000" }], truncated: false };
  },

  payoutsCreate: ({ world, body, actingFor, apiVersion }) =>
    viewPayout(createPayout(world, actingFor, body), apiVersion),

  async payoutsList({ world, request, actingFor, apiVersion }) {
    const query = await readQuery(payoutsList.query, request.query);
    const looksBack =
      query.page === undefined ? { days: 30, nowMs: world.clock.nowMs() } : undefined;
    const period = readPeriod(query, "from_created_at", "to_created_at", { looksBack });
    const fits = (asked: string | undefined, value: string | undefined): boolean =>
      asked === undefined || asked === value;
    const all = moneyOf(world)
      .payouts.all()
      .filter(
        (one) =>
          one.accountId === actingFor.id &&
          query.batch_transfer_id === undefined &&
          fits(query.beneficiary_id, one.request.beneficiary_id) &&
          fits(query.request_id, one.request.request_id) &&
          fits(query.short_reference_id, one.shortReferenceId) &&
          fits(query.status, one.status) &&
          fits(query.transfer_currency, one.priced.buyCurrency) &&
          isWithin(period, one.createdAtMs),
      );
    const page = cursorPage(all, startingAtZero(query), 2000);
    return { ...page, items: page.items.map((one) => viewPayout(one, apiVersion)) };
  },

  payoutsRetrieve: ({ world, path, actingFor, apiVersion }) =>
    viewPayout(findPayout(world, actingFor, path.id), apiVersion),

  payoutsCancel({ world, path, actingFor }) {
    cancelPayout(world, actingFor, path.id);
    return {};
  },

  payoutsConfirmFunding: ({ world, path, actingFor }) => confirmFunding(world, actingFor, path.id),

  payoutsValidate({ world, body, actingFor }) {
    checkPayout(world, actingFor, body);
    return {};
  },

  simulationTransfersTransition({ world, actingFor, path, body, apiVersion }) {
    const payout = findPayout(world, actingFor, path.id);
    transitionPayout(world, payout, body);
    // The simulation names the failure in a member of its own.
    const { failure: _, ...view } = viewPayout(payout, apiVersion);
    return { ...view, failure_type: payout.failureType ?? null };
  },
};

const findBeneficiary = (world: World, owner: AccountRecord, id: string): BeneficiaryRecord =>
  moneyOf(world).beneficiaries.find(id, ({ accountId }) => accountId === owner.id);
