/** Plausible account numbers: right in length and check digits, and the same for the same id. */

import { entryOf } from "../../checks/values.js";
import { digest } from "../engine/random.js";

/** What identifies a bank account in a country. */
export interface AccountNumber {
  readonly accountNumber: string;
  readonly iban: string | undefined;
  readonly swiftCode: string;
  readonly bank: string;
  readonly city: string;
  readonly clearingSystem: string;
  readonly routing: readonly { readonly type: string; readonly value: string }[];
}

interface Country {
  readonly bank: string;
  readonly city: string;
  readonly swift: string;
  readonly system: string;
  readonly currencies: readonly string[];
  /** How many digits the account number has. */
  readonly digits: number;
  /** How many digits each routing code has. */
  readonly routing?: Readonly<Record<string, number>>;
  /** What stands in the IBAN before the account number. */
  readonly ibanBank?: string;
}

const euro = { currencies: ["EUR"], system: "SEPA" };

const countries: Readonly<Record<string, Country>> = {
  AU: {
    ...{ bank: "Emulated Bank of Australia", city: "Melbourne", swift: "EMBAAU2S" },
    ...{ system: "DIRECT_ENTRY_TRANSFER", currencies: ["AUD"], digits: 9, routing: { bsb: 6 } },
  },
  CA: {
    ...{ bank: "Emulated Bank of Canada", city: "Toronto", swift: "EMBACATT" },
    ...{ system: "EFT", currencies: ["CAD"], digits: 9 },
    routing: { institution_number: 3, transit_number: 5 },
  },
  DE: {
    ...{ ...euro, bank: "Emulated Bank of Germany", city: "Berlin", swift: "EMBADEFF" },
    ...{ digits: 10, ibanBank: "50010517" },
  },
  GB: {
    ...{ bank: "Emulated Bank of Britain", city: "London", swift: "EMBAGB2L" },
    ...{ system: "FASTER_PAYMENTS", currencies: ["GBP", "EUR", "USD"], digits: 8 },
    ...{ routing: { sort_code: 6 }, ibanBank: "EMBA200000" },
  },
  HK: {
    ...{ bank: "Emulated Bank of Hong Kong", city: "Hong Kong", swift: "EMBAHKHH" },
    ...{ system: "FPS", currencies: ["HKD", "USD", "CNY", "EUR", "GBP"], digits: 9 },
    routing: { bank_code: 3, branch_code: 3 },
  },
  NL: {
    ...{ ...euro, bank: "Emulated Bank of the Netherlands", city: "Amsterdam", swift: "EMBANL2A" },
    ...{ digits: 10, ibanBank: "EMBA" },
  },
  NZ: {
    ...{ bank: "Emulated Bank of New Zealand", city: "Auckland", swift: "EMBANZ2A" },
    ...{ system: "DIRECT_ENTRY_TRANSFER", currencies: ["NZD"], digits: 7 },
    routing: { bank_code: 2, branch_code: 4 },
  },
  SG: {
    ...{ bank: "Emulated Bank of Singapore", city: "Singapore", swift: "EMBASGSG" },
    ...{ system: "GIRO", currencies: ["SGD", "USD"], digits: 10, routing: { bank_code: 4 } },
  },
  US: {
    ...{ bank: "Emulated Bank of America", city: "New York", swift: "EMBAUS33" },
    ...{ system: "ACH", currencies: ["USD"], digits: 10, routing: { ach: 9, fedwire: 9 } },
  },
};

/** Whether accounts in a country can hold a currency. */
export function supports(country: string, currency: string): boolean {
  return entryOf(countries, country)?.currencies.includes(currency) ?? false;
}

export const countryCodes: readonly string[] = Object.keys(countries);

/** The first country whose accounts can hold a currency. */
export const countryFor = (currency: string): string =>
  countryCodes.find((country) => supports(country, currency)) ?? "GB";

/** The number that belongs to an id. */
export function accountNumberOf(id: string, country: string): AccountNumber {
  const facts = entryOf(countries, country) ?? (countries["GB"] as Country);
  const { digits, ibanBank, routing = {} } = facts;
  const accountNumber = digitsOf(id, "account", digits);
  return {
    accountNumber,
    iban: ibanBank === undefined ? undefined : iban(country, ibanBank + accountNumber),
    swiftCode: facts.swift,
    ...{ bank: facts.bank, city: facts.city, clearingSystem: facts.system },
    // A bank has one code, whichever account it is.
    routing: Object.entries(routing).map(([type, length]) => ({
      type,
      value: digitsOf(facts.swift, type, length),
    })),
  };
}

function digitsOf(id: string, kind: string, length: number): string {
  const number = digest(id, kind).readBigUInt64BE(0) % 10n ** BigInt(length);
  return String(number).padStart(length, "0");
}

/** With the check digits of ISO 13616. */
function iban(country: string, rest: string): string {
  const moved = `${rest}${country}00`.replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return `${country}${String(98n - (BigInt(moved) % 97n)).padStart(2, "0")}${rest}`;
}
