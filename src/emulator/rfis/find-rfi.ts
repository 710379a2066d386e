/** Who may see which request for information. */

import type { AccountRecord } from "../engine/account-record.js";
import { Refusal } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import { type RfiRecord, rfisOf } from "./rfi-record.js";

/** Whether an account may see a request: its own, or for the platform those of its accounts. */
export function mayRead(
  { accounts }: World,
  reader: AccountRecord,
  { account }: RfiRecord,
): boolean {
  if (account.id === reader.id) return true;
  return reader.id === accounts.platform.id && accounts.connected.has(account.id);
}

/** For calls of accounts. @throws Refusal for an unknown request, and for that of another account. */
export function findRfi(world: World, reader: AccountRecord, id: string): RfiRecord {
  const record = rfisOf(world).get(id);
  if (record === undefined) {
    throw new Refusal(404, "resource_not_found", `RFI [${id}] was not found.`);
  }
  if (mayRead(world, reader, record)) return record;
  throw new Refusal(
    403,
    "account_not_authorised_for_operation",
    `RFI [${id}] is about another account.`,
  );
}

/** For simulations. @throws Refusal if the account may see no request with this id. */
export function findSimulatedRfi(world: World, reader: AccountRecord, id: string): RfiRecord {
  return rfisOf(world).find(id, (record) => mayRead(world, reader, record));
}
