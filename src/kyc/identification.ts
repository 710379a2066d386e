/** What is missing from an identity document: its type, its issuing country, or the proof. */

import { entryOf } from "../checks/values.js";
import { isEmpty, member } from "./paths.js";
import type { IdentificationRule } from "./rules.js";

/** A member of an identification that holds a document. */
export type DocumentMember =
  | "drivers_license"
  | "medicare_card"
  | "passport"
  | "personal_id"
  | "tax_id";

/** Which member holds a document of each type; persons and individuals spell one differently. */
export const documentMembers: Readonly<Record<string, DocumentMember | undefined>> = {
  DRIVERS_LICENCE: "drivers_license",
  DRIVERS_LICENSE: "drivers_license",
  MEDICARE_CARD: "medicare_card",
  PASSPORT: "passport",
  PERSONAL_ID: "personal_id",
  TAX_ID: "tax_id",
};

const twoSided: ReadonlySet<DocumentMember> = new Set(["drivers_license", "personal_id"]);

type Rule = Pick<IdentificationRule, "proof" | "isRead">;

/** Paths of the missing members, below `path`. */
export function missingInIdentification(
  document: unknown,
  path: string,
  rule: Rule,
): readonly string[] {
  const missing = ["identification_type", "issuing_country_code"].filter((name) =>
    isEmpty(member(document, name)),
  );
  const holder = entryOf(documentMembers, String(member(document, "identification_type")));
  if (holder !== undefined) {
    missing.push(...missingProof(document, holder, rule).map((name) => `${holder}.${name}`));
  }
  const read = rule.isRead && hasPicture(document) ? readable : none;
  return missing.filter((name) => !read.has(name)).map((name) => `${path}.${name}`);
}

/** What Airwallex reads from a picture. */
const readable: ReadonlySet<string> = new Set(["issuing_country_code", "tax_id.number"]);
const none: ReadonlySet<string> = new Set();

function hasPicture(document: unknown): boolean {
  return Object.values(documentMembers).some(
    (holder) => holder && !isEmpty(member(member(document, holder), "front_file_id")),
  );
}

function missingProof(
  document: unknown,
  holder: DocumentMember,
  { proof, isRead }: Rule,
): readonly string[] {
  const lacks = (name: string): boolean => isEmpty(member(member(document, holder), name));
  const number = holder === "medicare_card" ? "card_number" : "number";
  // A tax number has no picture of its own, and persons of a business say of which kind it is.
  if (holder === "tax_id") return (isRead ? ["type", number] : [number]).filter(lacks);
  if (proof === "number_or_picture") {
    return lacks(number) && lacks("front_file_id") ? ["front_file_id"] : [];
  }
  const sides = twoSided.has(holder) ? ["front_file_id", "back_file_id"] : ["front_file_id"];
  return sides.filter(lacks);
}
