/**
 * Every section of the demo, one after the other. Each is a program of its own, too.
 *
 *   npm run demo
 */

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
