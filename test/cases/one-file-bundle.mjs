/** An app as one ES module, as serverless platforms deploy it, works at the first call. */
// right: resolved
// right: closed
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "airwallex-connect/emulator";
import { build } from "esbuild";
import { ended } from "./lib.mjs";

const emulator = await startEmulator();
const outfile = join(mkdtempSync(join(tmpdir(), "case-bundle-")), "app.mjs");
const options = JSON.stringify(emulator.clientOptions);
const contents = `import { createClient } from "airwallex-connect";\nexport const client = createClient(${options});`;
await build({
  stdin: { contents, resolveDir: import.meta.dirname ?? "." },
  ...{ outfile, bundle: true, platform: "node", format: "esm", logLevel: "error", tsconfigRaw: {} },
});
process.removeAllListeners("warning");
const { client } = await import(outfile);
console.log(await ended(client.accounts.list()));
console.log(await ended(client.close(), () => "closed"));
await emulator.close();
