/** Which details of a seller go with `accounts.create`, because `accounts.update` does not take them. */

import { formatPath } from "../errors/index.js";
import { drop, pick, put, type Tree } from "./tree.js";

/** The part of a zod schema that is needed here. */
interface Form {
  readonly safeParse: (value: unknown) => { readonly error?: { readonly issues: Issue[] } };
}

interface Issue {
  readonly path: (string | number)[];
  /** Members that the schema does not know. */
  readonly keys?: readonly string[];
}

/** The inputs of the two calls. */
export interface Forms {
  readonly create: Form;
  readonly update: Form;
}

export async function loadForms(): Promise<Forms> {
  const { AccountCreateParams, AccountUpdateParams } = await import("../generated/accounts.js");
  return { create: AccountCreateParams, update: AccountUpdateParams } as unknown as Forms;
}

/** Create takes the name as well, which is all that shows whose account it is before the update. */
const inBoth = ["account_details.business_details.business_name"];

/** @returns what to send with create, and what later with update */
export function splitDetails(
  details: Tree,
  { create, update }: Forms,
): { readonly first: Tree; readonly later: Tree } {
  const refused = refusedBy(create, details);
  const moved = refusedBy(update, details).filter((path) => !refused.includes(path));
  const first: Tree = { account_details: {} };
  const later = structuredClone(details);
  for (const path of [...moved, ...inBoth]) {
    const value = pick(details, path);
    if (value !== undefined) put(first, path, value);
  }
  for (const path of moved) drop(later, path);
  return { first, later };
}

function refusedBy(form: Form, details: Tree): readonly string[] {
  const { issues = [] } = form.safeParse(details).error ?? {};
  return issues.flatMap(({ path, keys }) =>
    keys ? keys.map((key) => formatPath([...path, key])) : [formatPath(path)],
  );
}
