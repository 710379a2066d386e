/**
 * A process that onboards sellers, to be killed: `runner.ts <url> <directory> <count>`.
 *
 * Tells each step and each result in a line on stdout, and the counts in the last.
 */

import { createClient } from "airwallex-connect";
import { createFileStore } from "airwallex-connect/stores/file";
import { defaultApiKey, defaultClientId } from "../../src/emulator/options.js";
import { sellersUpTo } from "./sellers.js";

const [url = "", directory = "", count = ""] = process.argv.slice(2);
// Its rate limits are those of production.
const client = createClient({
  environment: "production",
  clientId: defaultClientId,
  apiKey: defaultApiKey,
  baseUrl: url,
});
const report = await client.onboarding.run(sellersUpTo(Number(count)), {
  store: createFileStore({ directory }),
  onProgress: ({ step, result }) => tell(result ? { result } : { step }),
});
tell({ counts: report.counts });

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
