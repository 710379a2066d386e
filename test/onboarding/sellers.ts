/** Any number of sellers with everything that verification asks for. */

import type { Seller } from "airwallex-connect";

const address = {
  address_line1: "200 Collins Street",
  suburb: "Melbourne",
  state: "VIC",
  postcode: "3000",
  country_code: "AU",
};

export function sellerOf(number: number, prefix = "seller"): Seller {
  const identifier = `${prefix}-${number}`;
  return {
    identifier,
    create: {
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email: `${identifier}@example.com` },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    },
    files: { passport: { file: Buffer.from(`passport of ${identifier}`), name: "passport.png" } },
    update: ({ passport }) => ({
      account_details: {
        individual_details: {
          first_name: "Ada",
          last_name: "Lovelace",
          date_of_birth: "1990-12-10",
          nationality: "AU",
          residential_address: address,
          live_selfie_file_id: passport,
          identifications: {
            primary: {
              identification_type: "PASSPORT",
              issuing_country_code: "AU",
              passport: { number: "PA1234567", front_file_id: passport },
            },
          },
        },
      },
    }),
  };
}

export function* sellersUpTo(count: number, prefix?: string): Generator<Seller> {
  for (let number = 1; number <= count; number++) yield sellerOf(number, prefix);
}
