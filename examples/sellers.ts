/** The two sellers of the examples, with the minimum that verification requires. */

import type { AccountCreateParams, AccountUpdateParams } from "airwallex-connect";

const address = {
  address_line1: "200 Collins Street",
  suburb: "Melbourne",
  state: "VIC",
  postcode: "3000",
  country_code: "AU",
};

/** An individual, split into stages as an app might ask for them. */
export const individual = {
  name: {
    account_details: { individual_details: { first_name: "Ada", last_name: "Lovelace" } },
  },
  address: {
    account_details: {
      individual_details: {
        date_of_birth: "1990-12-10",
        nationality: "AU",
        residential_address: address,
      },
    },
  },
  identity: (fileId: string) => ({
    account_details: {
      individual_details: { live_selfie_file_id: fileId, identifications: passport(fileId) },
    },
  }),
} as const satisfies Record<
  string,
  AccountUpdateParams | ((fileId: string) => AccountUpdateParams)
>;

/** A company with two people, complete in one request. */
export function business(identifier: string, fileId: string) {
  return {
    identifier,
    primary_contact: { email: `${identifier}@example.com` },
    customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    account_details: {
      legal_entity_type: "BUSINESS",
      business_details: {
        business_name: "Analytical Engines Pty Ltd",
        business_structure: "COMPANY",
        business_identifiers: [{ type: "BRN", number: "004085616", country_code: "AU" }],
        business_address: address,
        registration_address: address,
        operating_country: ["AU"],
        industry_category_code: "ICCV3_000001",
        description_of_goods_or_services: "Calculating machines and their programs",
        url: "https://engines.example.com",
        account_usage: {
          estimated_monthly_revenue: { amount: "50000", currency: "AUD" },
          product_reference: ["RECEIVE_TRANSFERS", "MAKE_TRANSFERS"],
        },
        attachments: {
          business_documents: [{ file_id: fileId, tag: "CERTIFICATE_OF_INCORPORATION" }],
        },
      },
      business_person_details: [
        {
          ...person("Charles", "Babbage", "1981-12-26", fileId),
          roles: ["DIRECTOR", "BENEFICIAL_OWNER"],
        },
        {
          ...person("Luigi", "Menabrea", "1989-09-04", fileId),
          roles: ["AUTHORISED_PERSON"],
        },
      ],
    },
  } satisfies AccountCreateParams;
}

function person(firstName: string, lastName: string, dateOfBirth: string, fileId: string) {
  return {
    first_name: firstName,
    last_name: lastName,
    date_of_birth: dateOfBirth,
    email: `${firstName.toLowerCase()}@example.com`,
    nationality: "AU",
    residential_address: address,
    identifications: passport(fileId),
  };
}

function passport(fileId: string) {
  return {
    primary: {
      identification_type: "PASSPORT",
      issuing_country_code: "AU",
      passport: { number: "PA1234567", expire_at: "2034-12-10", front_file_id: fileId },
    },
  } as const;
}
