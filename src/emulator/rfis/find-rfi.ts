/** Who may see which request for information. */

import type { AccountRecord } from "../accounts/account-record.js";
import { notFound } from "../engine/refusal.js";
import type { World } from "../engine/world.js";
import type { RfiRecord } from "./rfi-record.js";

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
  const record = world.rfis.byId.get(id);
  if (record === undefined || !mayRead(world, reader, record)) throw notFound(`RFI [${id}]`);
  return record;
}
