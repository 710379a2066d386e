/** Sellers with everything that verification asks for. */

export function sellerOf(index) {
  return {
    identifier: `seller-${index}`,
    create: {
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email: `seller-${index}@example.com` },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    },
    files: { passport: { file: Buffer.from("a picture"), name: "passport.png" } },
    update: ({ passport }) => ({
      account_details: { individual_details: individual(index, passport) },
    }),
  };
}

function individual(index, passport) {
  return {
    first_name: "Ada",
    last_name: `Lovelace ${index}`,
    date_of_birth: "1990-12-10",
    nationality: "AU",
    residential_address: {
      address_line1: "200 Collins Street",
      suburb: "Melbourne",
      state: "VIC",
      postcode: "3000",
      country_code: "AU",
    },
    live_selfie_file_id: passport,
    identifications: {
      primary: {
        identification_type: "PASSPORT",
        issuing_country_code: "AU",
        passport: {
          number: `PA${index}`,
          front_file_id: passport,
          effective_at: "2020-01-01",
          expire_at: "2035-01-01",
          mrz_line1: "P<AUS",
          mrz_line2: "X",
        },
      },
    },
  };
}
