/** Signed deliveries for tests. */

import { readFileSync } from "node:fs";
import { type RawBody, type SignatureHeaders, signPayload } from "airwallex-connect/webhooks";
import { onTestFinished } from "vitest";

export const secret = "whsec_Tq3sJ8";

/** One of the documented payloads as bytes. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/webhook.${name}.json`, import.meta.url));
}

export function envelope(members: object = {}): string {
  const base = { id: "evt_1", name: "account.submitted", account_id: "acct_1", data: {} };
  return JSON.stringify({ ...base, created_at: "2026-08-21T10:51:25+00:00", ...members });
}

export function signed(body: RawBody): SignatureHeaders {
  return signPayload(body, { secret });
}

/** The process's warnings from now on, as strings. They arrive after the code that caused them. */
export function listenToWarnings(): () => Promise<readonly string[]> {
  const warnings: string[] = [];
  const listener = (warning: Error): void => {
    warnings.push(String(warning));
  };
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return warnings;
  };
}
