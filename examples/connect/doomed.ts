/** A process that needs a new access token and is killed while waiting for it. */

import { createAppClient } from "./client.js";

const [emulatorUrl = "", directory = "", connectionId = ""] = process.argv.slice(2);
const customer = createAppClient(emulatorUrl, directory).oauth.connection(connectionId);
await customer.accounts.current();
