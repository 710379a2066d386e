import { readFileSync } from "node:fs";
import { Account, type LegacyAccount } from "airwallex-connect/schemas";
import { toCurrentAccount } from "airwallex-connect/webhooks";
import { describe, expect, it } from "vitest";

const legacy: LegacyAccount = JSON.parse(
  readFileSync(new URL("../fixtures/account.legacy.json", import.meta.url), "utf8"),
);

/** The strings and flags in a value, with their paths. */
function leaves(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, one]) =>
    leaves(one, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
}

/** The path of every member and item, at every depth. */
function places(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [
    [key],
    ...places(one).map((path) => [key, ...path]),
  ]);
}

describe("toCurrentAccount()", async () => {
  const { account, unmapped } = await toCurrentAccount(legacy);

  it("converts the documented account to today's model, which accepts it", () => {
    expect(Account.safeParse(account).success).toBe(true);
    expect(JSON.stringify(account)).not.toMatch(/"\w*[a-z][A-Z]\w*":/);
    expect(account.account_details?.business_details).toMatchObject({
      business_name: "Swift Concrete Pty Ltd",
      registration_address: { address_line1: "200 Collins Street", suburb: "Melbourne" },
      business_identifiers: [
        { number: "A1098762872", type: "BRN" },
        { country_code: "UK", number: "0000", type: "VAT" },
      ],
    });
    expect(account.account_details?.business_person_details?.map(({ roles }) => roles)).toEqual([
      ["AUTHORISED_PERSON"],
      ["BENEFICIAL_OWNER"],
      ["DIRECTOR"],
      ["LEGAL_REPRESENTATIVE"],
    ]);
    expect(account.account_details?.business_person_details?.[1]).toMatchObject({
      identifications: {
        primary: { identification_type: "PERSONAL_ID", personal_id: { number: "AAA5417287BB" } },
      },
      residential_address: { country_code: "AU" },
    });
    const { individual_details } = account.account_details ?? {};
    expect(individual_details?.identifications?.primary?.passport).toMatchObject({
      number: "4107306240",
    });
    expect(individual_details?.account_usage).toEqual({
      card_usage: ["string"],
      collection_country_codes: ["US", "AU"],
      expected_monthly_transaction_volume: { amount: "50000" },
      payout_country_codes: ["HK", "CN"],
    });
  });

  it("lists everything else as unmapped", () => {
    const lost = (path: string) =>
      unmapped.some((one) => path === one || path.startsWith(`${one}.`));
    const kept = leaves(account).map(([, value]) => String(value));
    for (const [path, value] of leaves(legacy)) {
      const renamed = path.endsWith("identificationType");
      if (!lost(path) && !renamed)
        expect([path, kept.includes(String(value))]).toEqual([path, true]);
    }
    expect(unmapped).toEqual(
      expect.arrayContaining([
        "accountDetails.authorisedPersonDetails.fillingAs",
        "accountDetails.authorisedPersonDetails.identificationNumber",
        "accountDetails.businessDetails.purpose",
        "accountDetails.individualDetails.photoFileId",
        "accountUsage.payoutTo",
        "metadata.{fieldPath}",
      ]),
    );
    expect(unmapped).not.toContain("accountDetails.directorDetails[0].identificationType");
  });

  it("omits what is unset, and keeps members that are newer", async () => {
    const some = {
      id: "acct_1",
      requirements: null,
      primaryContact: { mobile: "1", newMember: 2 },
    };
    expect(await toCurrentAccount(some)).toEqual({
      account: { id: "acct_1", primary_contact: { mobile: "1", new_member: 2 } },
      unmapped: [],
    });
    expect((await toCurrentAccount({ accountUsage: { payoutTo: "x" } })).unmapped).toEqual([
      "accountUsage",
    ]);
  });

  it("survives any value in any place", async () => {
    const others = [null, [], [null], "text", 5, {}, true];
    for (const path of places(legacy)) {
      for (const other of others) {
        const changed = structuredClone(legacy);
        // biome-ignore lint/suspicious/noExplicitAny: of any depth
        const parent = path.slice(0, -1).reduce<any>((value, key) => value[key], changed);
        parent[String(path.at(-1))] = other;
        await expect(toCurrentAccount(changed), `${path} = ${other}`).resolves.toBeDefined();
      }
    }
  });
});
