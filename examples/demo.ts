/**
 * Runs every section of the demo in turn. Each is also a program of its own.
 *
 *   npm run demo               accounts and connections
 *   npm run demo -- platform   money
 */

const [section] = process.argv.slice(2);

if (section === "platform") {
  await import("./platform.js");
  process.exit();
}
await import("./onboard.js");

console.log();
if (process.env["AIRWALLEX_CLIENT_ID"] && process.env["AIRWALLEX_API_KEY"]) {
  console.log(
    "Connections by OAuth are shown on the emulator only, which can lose an answer on demand:",
  );
  console.log("  npx tsx examples/connect/demo.ts");
} else {
  await import("./connect/demo.js");
}

export {};
