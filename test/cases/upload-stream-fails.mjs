/** An upload from a stream that fails before its bytes are asked for rejects, and the process lives. */
// right: invalid_input
// right: still alive
import { createReadStream } from "node:fs";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";

const emulator = await startEmulator();
const client = createClient(emulator.clientOptions);
const missing = createReadStream("/there/is/no/passport.png");
await client.files.upload(missing, { name: "passport.png" }).catch(({ code }) => console.log(code));
console.log("still alive");
await client.close();
await emulator.close();
