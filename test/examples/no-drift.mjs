/** Loaded before an example: an answer of the emulator that differs from the model makes it fail. */

import { subscribe } from "node:diagnostics_channel";

let differences = 0;

for (const name of ["drift", "webhook-drift"]) {
  subscribe(`airwallex-connect:${name}`, (message) => {
    const { operation, eventName, shape, issues } = message;
    for (const { path, message: what } of issues) {
      differences += 1;
      console.error(`${operation ?? eventName}: ${shape} ${path.join(".")} ${what}`);
    }
  });
}

process.on("exit", () => {
  if (differences > 0) process.exitCode = 70;
});
