/** Whether a payout that is found goes to the account that was asked for. */

import type { BeneficiaryDetails, BeneficiaryDetailsInput } from "../generated/beneficiaries.js";

type Payee = BeneficiaryDetails | BeneficiaryDetailsInput;

/** Only an account that both of them name can differ. */
export function paysAnotherAccount(made: Payee, asked: Payee): boolean {
  const shown = accountsOf(made);
  return accountsOf(asked).some((account, i) => {
    const other = shown[i];
    return account && other && !isSameAccount(other, account);
  });
}

const accountsOf = ({ bank_details, digital_wallet, stablecoin_wallet }: Payee) => [
  bank_details?.account_number,
  bank_details?.iban,
  digital_wallet?.id_value,
  stablecoin_wallet?.address,
];

/** An answer may write an account its own way, and mask its beginning. */
function isSameAccount(shown: string, asked: string): boolean {
  const [one, other] = [shown, asked].map((text) => text.replaceAll(/[\s-]/g, "").toUpperCase());
  const [mask, end] = /^.*(?:[*\u2022]|X{3})(.*)$/s.exec(one ?? "") ?? [];
  return mask === undefined ? one === other : (other ?? "").endsWith(end ?? "");
}
