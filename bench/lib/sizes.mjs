/** How large an app becomes as one minified file, with all that it imports. */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packageRoot } from "./package.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));

/** A client and one call, and a handler of deliveries. */
const apps = {
  "airwallex-connect": {
    call: 'import { createClient } from "./dist/index.js"; console.log(await createClient({}).accounts.create({}));',
    webhooks:
      'import { createWebhooks, fetchHandler } from "./dist/webhooks.js"; console.log(fetchHandler(createWebhooks({})));',
  },
  "@airwallex/node-sdk": {
    call: 'import { Airwallex } from "@airwallex/node-sdk"; console.log(new Airwallex({}).accounts);',
  },
  openai: {
    call: 'import OpenAI from "openai"; console.log(new OpenAI({}).models.list());',
    webhooks: 'import OpenAI from "openai"; console.log(new OpenAI({}).webhooks.unwrap());',
  },
  stripe: {
    call: 'import Stripe from "stripe"; console.log(new Stripe("").accounts.create({}));',
    webhooks: 'import Stripe from "stripe"; console.log(Stripe.webhooks.constructEvent());',
  },
};

/** @returns {Promise<{ client: string, callBytes: number | undefined, webhooksBytes: number | undefined }[]>} */
export async function measureSizes() {
  const rows = [];
  for (const [client, { call, webhooks }] of Object.entries(apps)) {
    const folder = client === "airwallex-connect" ? packageRoot() : here;
    const callBytes = await sizeOf(call, folder);
    const webhooksBytes = webhooks && (await sizeOf(webhooks, folder));
    rows.push({ client, callBytes, webhooksBytes });
  }
  return rows;
}

async function sizeOf(code, folder) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    // The paths of a checkout would lead to its sources.
    tsconfigRaw: {},
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].contents.length;
}
