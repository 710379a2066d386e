/**
 * Beneficiaries, and the fields that each kind of them needs. The emulator knows the fields of some
 * countries; for others it asks for what is common.
 *
 * @see https://www.airwallex.com/docs/api/payouts/beneficiaries
 */

import { entryOf, type WithoutNulls } from "../../checks/values.js";
import type {
  Beneficiary,
  BeneficiaryApiSchema,
  BeneficiaryApiSchemaParams,
  BeneficiaryCreateParams,
  BeneficiaryFormSchema,
  BeneficiaryVerification,
  BeneficiaryVerifyParams,
} from "../../generated/index.js";
import { missingFields } from "../../kyc/missing-fields.js";
import type { AccountRecord } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { type BeneficiaryRecord, moneyOf } from "./money-store.js";

type Condition = WithoutNulls<BeneficiaryApiSchemaParams>;

interface Field {
  readonly key: string;
  readonly path: string;
  readonly pattern: string;
  readonly label: string;
}

const field = (path: string, label: string, pattern = ".{1,200}"): Field => ({
  ...{ key: path.split(".").at(-1) ?? path, path: `beneficiary.${path}`, pattern, label },
});

const routing = (label: string, pattern: string): readonly Field[] => [
  field("bank_details.account_routing_type1", "Kind of routing code"),
  field("bank_details.account_routing_value1", label, pattern),
];

/** Fields of local payments, by country of the bank. */
const local: Readonly<Record<string, readonly Field[]>> = {
  AU: [
    field("bank_details.account_number", "Account number", "\\d{5,9}"),
    ...routing("BSB", "\\d{6}"),
  ],
  GB: [
    field("bank_details.account_number", "Account number", "\\d{8}"),
    ...routing("Sort code", "\\d{6}"),
  ],
  US: [
    field("bank_details.account_number", "Account number", "\\d{4,17}"),
    ...routing("Routing number", "\\d{9}"),
  ],
};

const iban = [field("bank_details.iban", "IBAN", "[A-Z]{2}\\d{2}[A-Z0-9]{11,30}")];
const number = [field("bank_details.account_number", "Account number", "[A-Za-z0-9]{4,34}")];
const euroCountries = new Set(
  "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" "),
);

/** The fields that a kind of beneficiary needs. */
function fieldsFor(condition: Condition): readonly Field[] {
  const { type = "BANK_ACCOUNT", entity_type = "COMPANY" } = condition;
  const names =
    entity_type === "PERSONAL"
      ? [field("first_name", "First name"), field("last_name", "Last name")]
      : [field("company_name", "Company name")];
  if (type === "DIGITAL_WALLET") {
    const parts = ["account_name", "id_type", "id_value", "provider"];
    return [...names, ...parts.map((part) => field(`digital_wallet.${part}`, part))];
  }
  if (type === "CARD") return [field("card.cardholder_name", "Name"), field("card.token", "Card")];
  if (type !== "BANK_ACCOUNT") return names;
  const { bank_country_code: country = "", transfer_method } = condition;
  const common = [
    field("bank_details.account_name", "Account name"),
    field("bank_details.account_currency", "Currency", "[A-Z]{3}"),
    field("bank_details.bank_country_code", "Country of the bank", "[A-Z]{2}"),
  ];
  const account = euroCountries.has(country) ? iban : (entryOf(local, country) ?? number);
  const swift = [field("bank_details.swift_code", "SWIFT code", "[A-Z0-9]{8}([A-Z0-9]{3})?")];
  return transfer_method === "SWIFT"
    ? [...names, ...common, ...(euroCountries.has(country) ? iban : number), ...swift]
    : [...names, ...common, ...account];
}

export function apiSchema(condition: Condition): BeneficiaryApiSchema {
  return {
    condition,
    key: keyOf(condition),
    fields: fieldsFor(condition).map(({ key, path, pattern }) => ({
      ...{ key, path, required: true, rule: { type: "string", pattern } },
    })),
  };
}

export function formSchema(condition: Condition): BeneficiaryFormSchema {
  return {
    condition,
    key: keyOf(condition),
    fields: fieldsFor(condition).map(({ key, path, pattern, label }) => ({
      ...{ path, enabled: true, required: true, rule: { type: "string", pattern } },
      field: { key, label, type: "INPUT" },
    })),
  };
}

const keyOf = (condition: Condition): string => Object.values(condition).join("/");

/** @throws Refusal naming every member that is missing or wrong. */
export function validateBeneficiary({
  beneficiary,
  transfer_methods,
}: WithoutNulls<BeneficiaryCreateParams>): void {
  const { type, entity_type, bank_details } = beneficiary;
  const { bank_country_code, account_currency } = bank_details ?? {};
  const conditions = transfer_methods.map((transfer_method) => ({
    ...{ type, entity_type, bank_country_code, account_currency, transfer_method },
  }));
  const problems = conditions.flatMap((one) =>
    missingFields({ beneficiary }, apiSchema(one as Condition)),
  );
  const byPath = new Map(problems.map((one) => [one.path, one]));
  if (byPath.size === 0) return;
  const errors = [...byPath.values()].map(({ path, code, why }) => ({
    ...{ source: path, code, message: why },
  }));
  throw new Refusal(400, "validation_failed", "The beneficiary is not valid.", {
    source: errors[0]?.source,
    details: { errors },
  });
}

/** @throws Refusal naming every member that is missing or wrong. */
export function createBeneficiary(
  world: World,
  owner: AccountRecord,
  details: WithoutNulls<BeneficiaryCreateParams>,
): BeneficiaryRecord {
  validateBeneficiary(details);
  const createdAtMs = world.clock.nowMs();
  return moneyOf(world).beneficiaries.add({
    ...{ id: world.ids.beneficiary(), accountId: owner.id, createdAtMs, details },
  });
}

export function viewBeneficiary({ id, details }: BeneficiaryRecord): Beneficiary {
  const { beneficiary, nickname, payer_entity_type, sca_exemptible, transfer_methods } = details;
  return {
    beneficiary: { type: "BANK_ACCOUNT", ...beneficiary },
    id,
    nickname: nickname ?? null,
    payer_entity_type: payer_entity_type ?? "COMPANY",
    sca_exemptible: sca_exemptible ?? false,
    transfer_methods,
  };
}

/** Every account exists, and belongs to the name that was given, unless its number ends in 0000. */
export function verifyAccount({
  bank_details,
}: WithoutNulls<BeneficiaryVerifyParams>): BeneficiaryVerification {
  const { account_number, iban: ibanGiven, account_name } = bank_details ?? {};
  if ((account_number ?? ibanGiven)?.endsWith("0000")) {
    return { code: "INVALID", message: "There is no such account.", details: null };
  }
  return {
    code: "VERIFIED",
    message: "The account exists.",
    details: {
      account_name_match_result: "FULL_MATCH",
      resolved_account_name: account_name ?? null,
      resolved_bank_name: "Emulated Bank",
    },
  };
}
