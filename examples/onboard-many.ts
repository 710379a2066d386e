/**
 * Onboards a list of sellers, two of whom lack a date of birth, then corrects them and runs again. Uses
 * the embedded emulator, or the real sandbox if AIRWALLEX_CLIENT_ID and AIRWALLEX_API_KEY are set.
 *
 *   npx tsx examples/onboard-many.ts
 */

import { createClient, type OnboardingReport, type Seller } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { business, individual } from "./sellers.js";

const { AIRWALLEX_CLIENT_ID: clientId, AIRWALLEX_API_KEY: apiKey } = process.env;
const emulator = clientId && apiKey ? undefined : await startEmulator({ reviewAfterMs: 500 });
const client = createClient(
  emulator?.clientOptions ?? {
    environment: "sandbox",
    clientId: clientId as string,
    apiKey: apiKey as string,
  },
);

// A platform would use files, Redis or Postgres, so that a crash loses nothing.
const store = createMemoryStore();
const run = Date.now().toString(36);
const document = new URL("./files/specimen-id.png", import.meta.url);

function person(number: number, dateOfBirth: string | undefined): Seller {
  const identifier = `maker-${number}-${run}`;
  return {
    identifier,
    create: {
      account_details: { legal_entity_type: "INDIVIDUAL" },
      primary_contact: { email: `${identifier}@example.com` },
      customer_agreements: { agreed_to_data_usage: true, agreed_to_terms_and_conditions: true },
    },
    files: { passport: document },
    update: ({ passport = "" }) => ({
      account_details: {
        individual_details: {
          ...individual.name.account_details.individual_details,
          ...individual.address.account_details.individual_details,
          ...individual.identity(passport).account_details.individual_details,
          date_of_birth: dateOfBirth,
        },
      },
    }),
  };
}

function company(number: number): Seller {
  const { identifier, account_details, ...rest } = business(`shop-${number}-${run}`, "");
  const { legal_entity_type } = account_details;
  return {
    identifier,
    create: { ...rest, account_details: { legal_entity_type } },
    files: { certificate: document },
    update: ({ certificate = "" }) => {
      const { legal_entity_type: _, ...details } = business("", certificate).account_details;
      return { account_details: details };
    },
  };
}

function show(title: string, { counts, results }: OnboardingReport): void {
  console.log(`${title}: ${counts.done} of ${counts.total} are active`);
  for (const result of results) {
    if (result.kind === "done") continue;
    console.log(`  ${result.identifier.split("-", 2).join("-")} is ${result.kind}`);
    const items = result.kind === "missing" ? result.missing : [];
    for (const { what } of items) console.log(`    ${what}`);
  }
}

const sellers = (birthday: string | undefined): readonly Seller[] => [
  person(1, "1990-12-10"),
  person(2, birthday),
  person(3, birthday),
  company(1),
  company(2),
];

show("First run", await client.onboarding.run(sellers(undefined), { store }));
show("Corrected", await client.onboarding.run(sellers("1985-01-01"), { store }));

await client.close();
await emulator?.close();
