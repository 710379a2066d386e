/** An endpoint that refuses every token causes a handful of logins and rotations, not one per call. */
// right: 100 calls were refused; logins at most 4: true; rotations at most 4: true
import { createEmulator } from "airwallex-connect/emulator";
import { createMemoryStore } from "airwallex-connect/stores/memory";
import { connect, oauthClient } from "./lib.mjs";

const emulator = createEmulator();
emulator.faults.always("GET /api/v1/balances/current", { status: 401 });
const seen = { logins: 0, rotations: 0, refused: 0 };
const observer = {
  onToken: ({ kind }) => (seen.logins += kind === "login"),
  onConnection: ({ kind }) => (seen.rotations += kind === "rotated"),
};
const client = oauthClient({ ...emulator.clientOptions, observer }, createMemoryStore());
const customer = client.oauth.connection(await connect(client, emulator));
for (let i = 0; i < 50; i++) {
  for (const each of [client, customer]) {
    await each.accounts.current();
    await each.balances.current().catch(() => seen.refused++);
  }
}
const { refused, logins, rotations } = seen;
console.log(
  `${refused} calls were refused; logins at most 4: ${logins <= 4}; rotations at most 4: ${rotations <= 4}`,
);
