/** One request_id for two payments that differ in something that no amount and no id shows. */

import { describe, expect, test } from "vitest";
import type { Client } from "../../src/index.js";
import { createClient } from "../../src/index.js";
import { payment, supplier } from "../emulator/inputs.js";
import { openSeller } from "../emulator/seller.js";
import { json, key, refuse, startServer } from "../scripted-server.js";

type Account = Readonly<Record<string, string>>;

/** The payment to a supplier who is not saved, by the numbers of the account. */
function payInto(seller: Client, account: Account) {
  const { account_number: _, ...bank } = supplier.bank_details;
  const beneficiary = { ...supplier, bank_details: { ...bank, ...account } };
  return seller.payouts.create({ ...payment, beneficiary, request_id: "invoice-7" });
}

describe("payouts.create() with a request_id that was used", () => {
  test("is refused for another bank account, which the error does not show", async () => {
    const { emulator, id, seller } = await openSeller();
    emulator.money.setBalance(id, "USD", "1000");
    const first = await payInto(seller, { account_number: "50001121" });
    await expect(payInto(seller, { account_number: "50001122" })).rejects.toSatisfy((error) => {
      expect(error).toMatchObject({ apiCode: "request_id_duplicate", outcome: "not_done" });
      expect(String(error)).toContain(`belongs to payout ${first.id} (`);
      expect(String(error)).toContain(
        "), which pays another account, and this payout was not made",
      );
      expect(String(error)).not.toMatch(/5000112/);
      return true;
    });
    expect(await payInto(seller, { account_number: "50001121" })).toEqual(first);
    expect(emulator.money.payouts().length).toBe(1);
  });

  const iban = "DE89 3704 0044 0532 0130 00";
  test.each([
    ["in another way", { iban: "de89370400440532013000" }, true],
    ["masked", { iban: "******************3000" }, true],
    ["masked with X", { iban: "XXXXXXXXXXXXXXXXXX3000" }, true],
    ["not at all", { account_number: "0532013000" }, true],
    ["masked, with another end", { iban: "******************3001" }, false],
  ])("knows the account when the API writes it %s: %j, %s", async (_, shown, isSame) => {
    const { account_number: __, ...bank } = supplier.bank_details;
    const made = {
      ...{ id: "po_1", status: "SENT", request_id: "invoice-7", ...payment },
      beneficiary: { ...supplier, bank_details: { ...bank, ...shown } },
    };
    const used = refuse(400, { code: "request_id_duplicate", message: "Used before." });
    const server = await startServer({ answers: [used, json(200, { items: [made] })] });
    const client = createClient({ ...key, baseUrl: server.url, maxRetries: 0 });
    const paid = payInto(client, { iban }).then(
      ({ id }) => id,
      (error: unknown) => String(error),
    );
    expect(await paid).toMatch(isSame ? /^po_1$/ : /which pays another account/);
  });
});

describe("globalAccounts.create() with a request_id that was used", () => {
  const euros = {
    request_id: "account-1",
    country_code: "DE",
    required_features: [{ currency: "EUR", transfer_method: "LOCAL" }],
  } as const;

  test.each([
    [
      "another currency",
      { required_features: [{ currency: "USD", transfer_method: "SWIFT" }] },
      ", which has other features,",
    ],
    ["another country", { country_code: "FR" }, "(country_code DE)"],
  ] as const)("is refused for %s", async (_, change, said) => {
    const { seller } = await openSeller();
    const first = await seller.globalAccounts.create(euros);
    const other = seller.globalAccounts.create({ ...euros, ...change } as never);
    await expect(other).rejects.toMatchObject({ outcome: "not_done" });
    await expect(other).rejects.toThrow(`belongs to global account ${first.id} (country_code DE)`);
    await expect(other).rejects.toThrow(said);
    expect((await seller.globalAccounts.create(euros)).id).toBe(first.id);
  });
});
