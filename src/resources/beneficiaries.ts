/** Whom to pay, and which fields a country asks for. */

import type { ApiPromise, Call } from "../call/call.js";
import { type ListPromise, listPages } from "../call/page.js";
import type { CallOptions } from "../call/settings.js";
import { isObject, kindOf } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";
import type {
  Beneficiary,
  BeneficiaryApiSchema,
  BeneficiaryApiSchemaParams,
  BeneficiaryCreateParams,
  BeneficiaryFinancialInstitutionsParams,
  BeneficiaryFormSchema,
  BeneficiaryFormSchemaParams,
  BeneficiaryList,
  BeneficiaryListParams,
  BeneficiaryUpdateParams,
  BeneficiaryValidateParams,
  BeneficiaryValidation,
  BeneficiaryVerification,
  BeneficiaryVerifyParams,
  FinancialInstitutionList,
} from "../generated/beneficiaries.js";
import {
  beneficiariesApiSchema,
  beneficiariesCreate,
  beneficiariesDelete,
  beneficiariesFinancialInstitutions,
  beneficiariesFormSchema,
  beneficiariesList,
  beneficiariesRetrieve,
  beneficiariesUpdate,
  beneficiariesValidate,
  beneficiariesVerify,
} from "../generated/endpoints.js";
import { missingFields } from "../kyc/missing-fields.js";
import type { ProvideField } from "../kyc/to-do.js";

/**
 * Beneficiaries of the account that the client acts for. Which members one needs depends on its country,
 * currency and method: what is common is typed, and the rest is open. Errors are the same as for
 * `client.accounts`, and `ScaRequiredError` where a person has to verify before `create` or `update` with
 * `sca_exemptible`, see docs/sca.md.
 */
export interface BeneficiariesResource {
  /**
   * Saves a beneficiary. The API has no idempotency key here, so a create whose answer was lost is not
   * repeated: its outcome is `unknown`. Look for it in `list` before you call again.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/create
   *
   * @throws ApiError `invalid_request`, with `fieldErrors`, when members are missing or wrong
   *
   * @example
   * const supplier = await client.beneficiaries.create({
   *   transfer_methods: ["LOCAL"],
   *   beneficiary: {
   *     entity_type: "COMPANY",
   *     company_name: "Supplier Inc",
   *     bank_details: {
   *       account_currency: "USD",
   *       account_name: "Supplier Inc",
   *       account_number: "50001121",
   *       account_routing_type1: "aba",
   *       account_routing_value1: "021000021",
   *       bank_country_code: "US",
   *     },
   *   },
   * });
   */
  create(params: BeneficiaryCreateParams, options?: CallOptions): ApiPromise<Beneficiary>;

  /**
   * Reads a beneficiary.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/retrieve
   *
   * @throws ApiError `not_found` when the account has no such beneficiary
   */
  retrieve(id: string, options?: CallOptions): ApiPromise<Beneficiary>;

  /**
   * Lists beneficiaries. Await it for the first page, or iterate it for every beneficiary.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/list
   *
   * @param params filters; `page_num` counts from 0, `page_size` is 100 by default
   */
  list(
    params?: BeneficiaryListParams,
    options?: CallOptions,
  ): ListPromise<Beneficiary, BeneficiaryList>;

  /**
   * Replaces a beneficiary as a whole.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/update
   */
  update(
    id: string,
    params: BeneficiaryUpdateParams,
    options?: CallOptions,
  ): ApiPromise<Beneficiary>;

  /**
   * Deletes a beneficiary. The answer says whether it was deleted.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/delete
   */
  delete(id: string, options?: CallOptions): ApiPromise<boolean>;

  /**
   * Lets the API check a beneficiary without saving it, and is refused for what is wrong. `check` lists
   * what is missing without being refused.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/validate
   *
   * @throws ApiError `invalid_request`, with `fieldErrors`
   */
  validate(
    params: BeneficiaryValidateParams,
    options?: CallOptions,
  ): ApiPromise<BeneficiaryValidation>;

  /**
   * Asks the bank whether an account exists and belongs to the name; for some countries only.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiaries/verify_account
   */
  verify(
    params: BeneficiaryVerifyParams,
    options?: CallOptions,
  ): ApiPromise<BeneficiaryVerification>;

  /**
   * Reads which fields a kind of beneficiary needs in `create`, with the path and the pattern of each.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiary_api_schemas/generate
   *
   * @param params country, currency, method and so on
   */
  apiSchema(
    params?: BeneficiaryApiSchemaParams,
    options?: CallOptions,
  ): ApiPromise<BeneficiaryApiSchema>;

  /**
   * Reads the fields of a form for a kind of beneficiary, with labels and options.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiary_form_schemas/generate
   */
  formSchema(
    params?: BeneficiaryFormSchemaParams,
    options?: CallOptions,
  ): ApiPromise<BeneficiaryFormSchema>;

  /**
   * Lists the banks of a country with their routing codes, or the branches of one bank.
   *
   * See https://www.airwallex.com/docs/api/payouts/beneficiary_form_schemas/supported_financial_institutions
   */
  financialInstitutions(
    params: BeneficiaryFinancialInstitutionsParams,
    options?: CallOptions,
  ): ApiPromise<FinancialInstitutionList>;

  /**
   * Lists what a beneficiary lacks, by the schema of the API for its country, currency and methods. The
   * list has the shape of `whatIsMissing`; it is empty when nothing is missing. Schemas are fetched once
   * and kept.
   *
   * @param params what would be given to `create`, as far as it is known
   *
   * @example
   * const missing = await client.beneficiaries.check({
   *   transfer_methods: ["LOCAL"],
   *   beneficiary: { entity_type: "COMPANY", bank_details: { account_currency: "USD", bank_country_code: "US" } },
   * });
   * for (const { path, what } of missing) console.log(path, what);
   */
  check(params: BeneficiaryCheckParams, options?: CallOptions): Promise<readonly ProvideField[]>;
}

/** A beneficiary as far as it is known. */
export interface BeneficiaryCheckParams {
  readonly beneficiary?:
    | {
        readonly type?: string | undefined;
        readonly entity_type?: string | undefined;
        readonly bank_details?: Readonly<Record<string, unknown>> | undefined;
        readonly digital_wallet?: Readonly<Record<string, unknown>> | undefined;
        readonly [name: string]: unknown;
      }
    | undefined;
  readonly transfer_methods?: readonly string[] | undefined;
  readonly [name: string]: unknown;
}

export function beneficiariesResource(call: Call): BeneficiariesResource {
  const schemas = new Map<string, BeneficiaryApiSchema>();
  const resource: BeneficiariesResource = {
    create: (params, options) => call(beneficiariesCreate, { body: params }, options),
    retrieve: (id, options) => call(beneficiariesRetrieve, { path: { id } }, options),
    list: (params = {}, options) =>
      listPages(beneficiariesList, params, (query) => call(beneficiariesList, { query }, options)),
    update: (id, params, options) =>
      call(beneficiariesUpdate, { path: { id }, body: params }, options),
    delete: (id, options) =>
      call(beneficiariesDelete, { path: { id } }, options, {
        // False after an attempt whose answer was lost: that one has deleted it.
        interpret: (data, { ambiguous }) =>
          typeof data === "boolean" ? data || ambiguous : undefined,
      }),
    validate: (params, options) => call(beneficiariesValidate, { body: params }, options),
    verify: (params, options) => call(beneficiariesVerify, { body: params }, options),
    apiSchema: (params = {}, options) => call(beneficiariesApiSchema, { body: params }, options),
    formSchema: (params = {}, options) => call(beneficiariesFormSchema, { body: params }, options),
    financialInstitutions: (params, options) =>
      call(beneficiariesFinancialInstitutions, { query: params }, options),
    async check(params, options) {
      if (!isObject(params)) {
        const message = `is ${kindOf(params)}, expected an object`;
        throw new ValidationError("beneficiaries.check", [{ path: [], message }]);
      }
      const lists = conditionsOf(params).map(async (condition) => {
        const key = JSON.stringify(condition);
        // Each call fetches for itself, or the end of one would end others.
        const schema = schemas.get(key) ?? (await resource.apiSchema(condition, options));
        if (schemas.size >= mostSchemas) schemas.clear();
        schemas.set(key, schema);
        return missingFields(params, schema);
      });
      const found = new Map((await Promise.all(lists)).flat().map((one) => [one.path, one]));
      return [...found.values()];
    },
  };
  return resource;
}

/** More kinds of beneficiaries than anybody has; a key may come from what people type. */
const mostSchemas = 1000;

/** What to ask the schema for: one condition for each method. */
function conditionsOf(params: BeneficiaryCheckParams): readonly BeneficiaryApiSchemaParams[] {
  const {
    type = "BANK_ACCOUNT",
    entity_type,
    bank_details,
    digital_wallet,
  } = params.beneficiary ?? {};
  const common = { type, entity_type };
  if (type === "DIGITAL_WALLET") {
    return [{ ...common, provider: digital_wallet?.["provider"] }] as BeneficiaryApiSchemaParams[];
  }
  if (type !== "BANK_ACCOUNT") return [common] as BeneficiaryApiSchemaParams[];
  const { account_currency, bank_country_code, local_clearing_system } = bank_details ?? {};
  const bank = { ...common, account_currency, bank_country_code, local_clearing_system };
  const { transfer_methods: methods } = params;
  const known = Array.isArray(methods) && methods.length > 0 ? methods : [undefined];
  return known.map((transfer_method) => ({
    ...bank,
    transfer_method,
  })) as BeneficiaryApiSchemaParams[];
}
