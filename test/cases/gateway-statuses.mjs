/** Statuses of gateways are tried again where that is safe, and a create is looked up. */
// right: 425 502 503 504 507 509 520 521 522 523 524 525 526 527 529 530: read after 2, made
import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { ended, seller } from "./lib.mjs";

const emulator = createEmulator();
const client = createClient(emulator.clientOptions);
const found = new Map();
for (const status of [
  425, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530,
]) {
  const raw = {
    status,
    headers: { "content-type": "text/html", "retry-after": "0" },
    body: "<html>",
  };
  emulator.faults.next("GET /api/v1/accounts", { raw });
  const list = client.accounts.list().withResponse();
  const read = await ended(list, ({ response }) => `read after ${response.attempts}`);
  emulator.faults.next("POST /api/v1/accounts/create", { raw, after: true });
  const create = client.accounts.create({ ...seller, identifier: `seller-${status}` });
  const result = `${read}, ${await ended(create, () => "made")}`;
  found.set(result, [...(found.get(result) ?? []), status]);
}
for (const [result, statuses] of found) console.log(`${statuses.join(" ")}: ${result}`);
