/** Loaded before an example: an answer of the emulator that differs from the model makes it fail. */

import { subscribe } from "node:diagnostics_channel";

let differences = 0;

subscribe("airwallex-connect:drift", ({ operation, shape, issues }) => {
  for (const { path, message } of issues) {
    differences += 1;
    console.error(`${operation}: ${shape} ${path.join(".")} ${message}`);
  }
});

process.on("exit", () => {
  if (differences > 0) process.exitCode = 70;
});
