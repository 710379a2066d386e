/**
 * The emulator writes today's accounts in the format of older webhooks, and `toCurrentAccount` reads them
 * back. Neither is derived from the other, so a mistake in one shows up in the round trip.
 */

import { fileURLToPath } from "node:url";
import type { Account } from "airwallex-connect";
import { Account as AccountSchema, type LegacyAccount } from "airwallex-connect/schemas";
import { toCurrentAccount } from "airwallex-connect/webhooks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand } from "../../scripts/generate/expand.js";
import { loadSource } from "../../scripts/generate/load.js";
import type { Node } from "../../scripts/generate/model.js";
import { toLegacyAccount } from "../../src/emulator/webhooks/legacy-account.js";
import { fitting } from "../generated/arbitraries.js";

const model = expand(await loadSource(fileURLToPath(new URL("../../spec", import.meta.url))));
const schemas = new Map(model.schemas.map((schema) => [schema.name, schema]));

/** Accounts as they arrive over the wire, whatever the API may send; with `complete`, every member is set. */
const accounts = (complete: boolean): fc.Arbitrary<Account> =>
  fitting({ kind: "ref", name: "Account" }, { schemas, complete }).map(
    (account) => overTheWire(account) as Account,
  );

function overTheWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

interface RoundTrip {
  readonly before: Account;
  readonly legacy: LegacyAccount;
  readonly after: Partial<Account>;
  readonly unmapped: readonly string[];
}

async function roundTrip(before: Account): Promise<RoundTrip> {
  const legacy = overTheWire(toLegacyAccount(before)) as LegacyAccount;
  const { account, unmapped } = await toCurrentAccount(legacy);
  return { before, legacy, after: overTheWire(account) as Partial<Account>, unmapped };
}

type Members = Record<string, unknown>;

/**
 * What `part` has and `whole` does not, as paths. People and identifiers are searched for among the others:
 * one person with two roles used to be two, and an older number had no country.
 */
function strangers(part: unknown, whole: unknown, path = ""): readonly string[] {
  if (typeof part !== "object" || part === null) return Object.is(part, whole) ? [] : [path];
  if (typeof whole !== "object" || whole === null) return [path];
  if (Array.isArray(part) && /(business_person_details|business_identifiers)$/.test(path)) {
    return part.flatMap((one: Members, index) => {
      const { roles, ...rest } = one;
      const candidates = (whole as readonly Members[]).filter(
        (other) =>
          !Array.isArray(roles) || (other["roles"] as unknown[] | null)?.includes(roles[0]),
      );
      const found = candidates.some((other) => strangers(rest, other).length === 0);
      return found ? [] : [`${path}[${index}]`];
    });
  }
  return Object.entries(part).flatMap(([name, value]) =>
    strangers(value, (whole as Members)[name], path === "" ? name : `${path}.${name}`),
  );
}

/** A copy without what is at these paths. */
function without(value: LegacyAccount, paths: readonly string[]): unknown {
  const copy: Members = { ...structuredClone(value) };
  for (const path of paths) {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
    const last = steps.pop() ?? "";
    const holder = steps.reduce<unknown>((at, step) => (at as Members)[step], copy);
    expect(holder, path).toHaveProperty([last]);
    delete (holder as Members)[last];
  }
  return copy;
}

describe.each([false, true])("a complete account: %s", (complete) => {
  const runs = { numRuns: complete ? 100 : 500 };

  it("comes back with nothing that was not there before, and fits today's model", async () => {
    await fc.assert(
      fc.asyncProperty(accounts(complete), async (account) => {
        const { before, after } = await roundTrip(account);
        expect(strangers(after, before)).toEqual([]);
        expect(AccountSchema.safeParse(after).success).toBe(true);
      }),
      runs,
    );
  });

  it("comes back with everything the older one said, except what is listed as unmapped", async () => {
    await fc.assert(
      fc.asyncProperty(accounts(complete), async (account) => {
        const { legacy, after, unmapped } = await roundTrip(account);
        const again = overTheWire(toLegacyAccount(after as Account));
        expect(again).toEqual(without(legacy, unmapped));
      }),
      runs,
    );
  });
});

/** The paths of the values within, without the indexes of lists. */
function paths(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [path];
  const at = (name: string): string => {
    if (Array.isArray(value)) return `${path}[]`;
    return path === "" ? name : `${path}.${name}`;
  };
  return Object.entries(value).flatMap(([name, one]) => paths(one, at(name)));
}

/** The paths that a schema defines. */
function membersOf(node: Node, path = ""): readonly string[] {
  if (node.kind === "ref") return membersOf(schemas.get(node.name)?.node as Node, path);
  if (node.kind === "array") return membersOf(node.items, `${path}[]`);
  if (node.kind !== "object") return [path];
  return node.members.flatMap(({ name, node: one }) =>
    membersOf(one, path === "" ? name : `${path}.${name}`),
  );
}

describe("members without a counterpart", async () => {
  const sample = { numRuns: 300, seed: 1 };
  const trips = await Promise.all(fc.sample(accounts(true), sample).map(roundTrip));

  it("are, in the older account, those that only it asked for", () => {
    const written = new Set(trips.flatMap(({ legacy }) => paths(legacy)));
    const never = membersOf({ kind: "ref", name: "LegacyAccount" }).filter(
      (path) => path !== "metadata" && !written.has(path),
    );
    const of = "accountDetails.";
    expect(never).toEqual([
      `${of}businessDetails.descriptionOfIndustry`,
      `${of}businessDetails.industryCategoryLevel3`,
      `${of}businessDetails.industrySubCategory`,
      `${of}businessDetails.purpose`,
      `${of}businessDetails.trustName`,
      `${of}individualDetails.userIdOnPlatform`,
      `${of}trusteeDetails.businessDetails.descriptionOfIndustry`,
      `${of}trusteeDetails.businessDetails.industryCategoryLevel3`,
      `${of}trusteeDetails.businessDetails.industrySubCategory`,
    ]);
  });

  it("are, on the way back, those that toCurrentAccount() lists", () => {
    const listed = new Set(
      trips.flatMap(({ unmapped }) => unmapped.map((path) => path.replace(/\[\d+\]/g, "[]"))),
    );
    // A kind of document that persons did not have then, and members without a certain counterpart.
    const documents =
      /(authorisedPersonDetails|legalRepDetails|(directorDetails|beneficialOwners)\[\])\.identification(Number|Type)$/;
    expect([...listed].filter((path) => !documents.test(path)).sort()).toEqual([
      "accountDetails.authorisedPersonDetails.fillingAs",
      "accountDetails.businessDetails.industryCategory",
      "accountDetails.individualDetails.attachments",
      "accountDetails.individualDetails.photoFileId",
      "accountDetails.trusteeDetails.businessDetails.industryCategory",
      "accountUsage",
      "accountUsage.collectionFrom",
      "accountUsage.payoutTo",
    ]);
  });
});
