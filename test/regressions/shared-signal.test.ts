/** Node warns about the eleventh listener on a signal, and a library must not print. */

import { getEventListeners } from "node:events";
import { createClient } from "airwallex-connect";
import { startEmulator } from "airwallex-connect/emulator";
import { expect, it } from "vitest";

it("calls that share a signal add only one listener to it, and leave none", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.name);
  process.on("warning", onWarning);
  await using emulator = await startEmulator();
  const client = createClient(emulator.clientOptions);
  const { signal } = new AbortController();
  const calls = Array.from({ length: 64 }, () => client.accounts.list({}, { signal }));
  expect(getEventListeners(signal, "abort").length).toBe(1);
  await Promise.all(calls);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", onWarning);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(warnings).toEqual([]);
});
