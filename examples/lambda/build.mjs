/** One file for each function, as it is deployed. Lambda has nothing but Node beside it. */

import { build } from "esbuild";

await build({
  entryPoints: ["src/webhooks.ts", "src/account.ts"],
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "esm",
  logLevel: "info",
});
