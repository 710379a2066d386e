/** Bodies that create accounts with everything a submission needs. */

import type { StoreDetailsInput } from "airwallex-connect/schemas";

export const address = {
  address_line1: "200 Collins Street",
  country_code: "AU",
  postcode: "3000",
  state: "VIC",
  suburb: "Melbourne",
};

export const agreed = { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true };

export const individual = {
  account_details: {
    legal_entity_type: "INDIVIDUAL",
    individual_details: {
      first_name: "Ada",
      last_name: "Lovelace",
      date_of_birth: "1990-12-10",
      residential_address: address,
      identifications: {
        primary: {
          identification_type: "PASSPORT",
          issuing_country_code: "AU",
          passport: { number: "N1234567", front_file_id: "front" },
        },
      },
    },
  },
  customer_agreements: agreed,
  primary_contact: { email: "ada@example.com" },
} as const;

export const person = {
  first_name: "Grace",
  last_name: "Hopper",
  date_of_birth: "1980-12-09",
  nationality: "AU",
  email: "grace@example.com",
  roles: ["AUTHORISED_PERSON", "BENEFICIAL_OWNER", "DIRECTOR"],
  residential_address: address,
  identifications: {
    primary: {
      identification_type: "DRIVERS_LICENCE",
      issuing_country_code: "AU",
      drivers_license: { number: "6275046", front_file_id: "front", back_file_id: "back" },
    },
  },
} as const;

export const business = {
  account_details: {
    legal_entity_type: "BUSINESS",
    business_details: {
      business_name: "Swift Concrete Pty Ltd",
      business_structure: "COMPANY",
      business_identifiers: [{ country_code: "AU", number: "A1098762872", type: "BRN" }],
      registration_address: address,
      operating_country: ["AU"],
      industry_category_code: "ICCV3_041501",
      description_of_goods_or_services: "Concrete",
      account_usage: { product_reference: ["RECEIVE_TRANSFERS"] },
      attachments: { business_documents: [{ file_id: "certificate", tag: "COMPANY_CERTIFICATE" }] },
    },
    business_person_details: [person],
  },
  customer_agreements: agreed,
  primary_contact: { email: "office@example.com" },
} as const;

/** The least an account can be created with. */
export const minimal = {
  account_details: { business_details: { business_name: "Swift Concrete Pty Ltd" } },
  customer_agreements: agreed,
  primary_contact: { email: "office@example.com" },
} as const;

/** Somebody in the United States who is paid in dollars. */
export const supplier = {
  entity_type: "COMPANY",
  company_name: "Supplier Inc",
  bank_details: {
    account_currency: "USD",
    account_name: "Supplier Inc",
    account_number: "50001121",
    account_routing_type1: "aba",
    account_routing_value1: "021000021",
    bank_country_code: "US",
  },
} as const;

/** A payout of 200 dollars to them. */
export const payment = {
  beneficiary: supplier,
  source_currency: "USD",
  transfer_currency: "USD",
  transfer_amount: "200.00",
  transfer_method: "LOCAL",
  reason: "goods_purchased",
  reference: "Invoice 7",
} as const;

/** What a business says about its store before it accepts payments. */
export const storeDetails = {
  cross_border_transaction_percent: "10",
  estimated_transaction_volume: {
    average_amount_per_transaction: "20",
    currency: "AUD",
    max_amount_per_transaction: "500",
    monthly_transaction_amount: "10000",
  },
  fulfillment_days: 3,
  industry_code: "ICCV3_041501",
  operating_models: ["ONLINE_CHECKOUT"],
  store_description: "Bags of concrete",
  store_name: "Swift Concrete",
} satisfies StoreDetailsInput;
