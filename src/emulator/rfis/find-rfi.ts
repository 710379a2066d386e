/** Who may see which request for information. */

import type { AccountRecord } from "../engine/account-record.js";
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

/** @throws Refusal if the account may see no request with this id. */
export function findRfi(world: World, reader: AccountRecord, id: string): RfiRecord {
  return rfisOf(world).find(id, (record) => mayRead(world, reader, record));
}
