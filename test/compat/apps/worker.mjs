/** The journey in a worker: with an emulator inside, and a call over the network to another. */

import { createClient } from "airwallex-connect";
import { createEmulator } from "airwallex-connect/emulator";
import { journey } from "./journey.mjs";

export default {
  async fetch(request) {
    try {
      const options = JSON.parse(new URL(request.url).searchParams.get("client"));
      const client = createClient({ ...options, fetch: globalThis.fetch });
      await client.accounts.list();
      return new Response(`Done: ${await journey(createEmulator())}`);
    } catch (error) {
      return new Response(String(error.stack), { status: 500 });
    }
  },
};
