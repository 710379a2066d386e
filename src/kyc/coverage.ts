/**
 * How much is known of what Airwallex requires, by kind of owner, country and legal form. Airwallex has
 * one table per country, and only some of them could be read.
 *
 * @see https://www.airwallex.com/docs/connected-accounts/kyc-and-onboarding/kyc-requirements
 */

import { guided } from "./business-rules.js";
import { eea, type LegalForm } from "./rules.js";

/**
 * - `documented`: the whole table was read.
 * - `partial`: a part of the table was read, or it was pieced together from other sources.
 * - `none`: nothing about it was read; the rules are guessed from similar tables.
 */
export type Coverage = "documented" | "partial" | "none";

export interface Known {
  readonly coverage: Coverage;
  /** What is not known, one sentence each. */
  readonly notKnown: readonly string[];
}

/** Tables that could be read completely. */
const wholeTables: ReadonlySet<string> = new Set(["AU", "SG"]);
const tablesWithoutSelfie: ReadonlySet<string> = new Set(["HK", "GB", ...eea]);

export function individualCoverage(country: string): Known {
  if (country === "")
    return none("The country of residence is not given, and decides what is asked");
  if (wholeTables.has(country)) return { coverage: "documented", notKnown: [] };
  if (tablesWithoutSelfie.has(country)) {
    return partial(`It is not known whether individuals in ${country} need a live selfie`);
  }
  return none(`The table for individuals in ${country} could not be read`);
}

/** Countries with their own table, none of which could be read. */
const unreadTables: ReadonlySet<string> = new Set(["ES", "GB", "IL", "IT", "SG", "US"]);
const cutTables: ReadonlySet<string> = new Set(["CN", "HK"]);

export function businessCoverage(country: string, form: LegalForm | undefined): Known {
  if (country === "") {
    return none("The country of registration is not given, and decides what is asked");
  }
  if (form === undefined) return none("The legal form is in none of the tables");
  if (unreadTables.has(country)) {
    return partial(`The table for businesses in ${country} could not be read, but for its persons`);
  }
  if (guided.has(country))
    return partial(`It is not known whether guides name all that businesses in ${country} need`);
  const address = cutTables.has(country) ? ", from within the address on" : "";
  return partial(`The rest of the table for businesses in ${country} is not known${address}`);
}

function partial(what: string): Known {
  return { coverage: "partial", notKnown: [what] };
}

function none(what: string): Known {
  return { coverage: "none", notKnown: [what] };
}
