/** An account as the API shows it. As in real responses, most unset members are null, not absent. */

import type {
  Account,
  AccountDetails,
  BusinessDetails,
  IndividualDetails,
  ReactivateDetails,
  SuspendDetails,
  WalletInfo,
} from "../../generated/index.js";
import type { AccountRecord, AccountStatus, Intervention } from "../engine/account-record.js";
import { formatTimestamp, statusIn } from "../engine/api-version.js";

/** Members of a business that are shown as null until they are set. */
const unsetBusiness: BusinessDetails = {
  as_trustee: null,
  business_address: null,
  business_name: null,
  business_name_english: null,
  business_name_trading: null,
  business_start_date: null,
  business_structure: null,
  contact_number: null,
  description_of_goods_or_services: null,
  explanation_for_high_risk_countries_exposure: null,
  exports_goods_or_services: null,
  fax_number: null,
  has_constitution_document: null,
  has_member_holding_public_office: null,
  has_nominee_shareholders: null,
  has_prior_financial_institution_refusal: null,
  has_ringgit_borrowing: null,
  industry_category_code: null,
  no_shareholders_with_over_25percent: null,
  registration_address: null,
  registration_address_english: null,
  state_of_incorporation: null,
  url: null,
};

/** A copy that shares nothing with the record. */
export function viewAccount(
  record: AccountRecord,
  apiVersion: string,
  viewType: "COMPLETE" | "EXCLUDED_PII",
): Account {
  const { id, identifier, metadata, requirements, status } = record;
  return structuredClone({
    account_details: viewDetails(record),
    created_at: formatTimestamp(record.createdAtMs, apiVersion),
    customer_agreements: viewAgreements(record),
    id,
    ...(identifier !== undefined && { identifier }),
    ...(metadata !== undefined && { metadata }),
    nickname: record.nickname ?? id,
    primary_contact: { ...record.primaryContact, attachments: { identity_files: [] } },
    reactivate_details: status === "ACTIVE" ? viewReactivation(record, apiVersion) : null,
    ...(requirements !== undefined && { requirements }),
    status: statusIn(apiVersion, status),
    suspend_details: record.suspensions.map((one) => viewSuspension(one, apiVersion)),
    view_type: viewType,
  });
}

/** The codes are the emulator's own: the API documents none. */
function viewSuspension({ by, message, atMs }: Intervention, apiVersion: string): SuspendDetails {
  return {
    code: `SUSPENDED_BY_${by}`,
    ...(message !== undefined && { message }),
    suspended_at: formatTimestamp(atMs, apiVersion),
  };
}

function viewReactivation(
  { reactivation }: AccountRecord,
  apiVersion: string,
): ReactivateDetails | null {
  if (reactivation === undefined) return null;
  const { message, atMs } = reactivation;
  return {
    ...(message !== undefined && { message }),
    reactivated_at: formatTimestamp(atMs, apiVersion),
  };
}

function viewDetails({ details, status }: AccountRecord): AccountDetails {
  const { attachments, business_details: business, store_details: store } = details;
  return {
    attachments: { additional_files: [], ...attachments },
    business_details: business ? viewBusiness(business) : null,
    business_person_details: details.business_person_details ?? [],
    individual_details: viewIndividual(details.individual_details, status),
    legal_entity_id: details.legal_entity_id,
    legal_entity_identifier: null,
    legal_entity_type: details.legal_entity_type,
    ...(store && { store_details: store }),
    trustee_details: details.trustee_details ?? null,
  };
}

/** The id of an individual is shown once the account has been verified. */
function viewIndividual(
  individual: AccountDetails["individual_details"],
  status: AccountStatus,
): IndividualDetails | null {
  if (!individual) return null;
  const { person_id: _, ...rest } = individual;
  return unverified.includes(status) ? rest : individual;
}

const unverified: readonly AccountStatus[] = ["CREATED", "SUBMITTED", "ACTION_REQUIRED"];

function viewBusiness(business: BusinessDetails): BusinessDetails {
  return {
    ...unsetBusiness,
    account_usage: null,
    business_identifiers: [],
    operating_country: [],
    urls: business.url ? [business.url] : [],
    ...business,
    attachments: { business_documents: [], ...business.attachments },
  };
}

function viewAgreements({ agreements }: AccountRecord): Account["customer_agreements"] {
  const unset = { device_data: {}, service_agreement_type: "FULL" };
  return {
    agreed_to_terms_and_conditions: false,
    opt_in_for_marketing: false,
    ...agreements,
    terms_and_conditions: { ...unset, ...agreements.terms_and_conditions },
  };
}

export function viewWallet({ details, nickname, id, walletNumber }: AccountRecord): WalletInfo {
  const { first_name: first, last_name: last } = details.individual_details ?? {};
  const person = [first, last].filter(Boolean).join(" ");
  const name = details.business_details?.business_name || person || nickname || id;
  return { account_name: name, account_number: walletNumber };
}
