/** What the app does with events; the other files in this folder receive them. */

import { createWebhooks, type WebhookEvent } from "airwallex-connect/webhooks";

/** The events received, for the tests of these examples. An app would use its database. */
export const seen: string[] = [];

const note = (event: WebhookEvent) => seen.push(`${event.name} ${event.accountId}`);

// Throws if the variable is missing: a default secret that everyone knows would be worse than none.
export const hooks = createWebhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "" })
  .on("account.active", note)
  .on("account.submitted", note)
  .onUnmodelled(note);

/** Airwallex only learns that the delivery failed, so the app has to log why. */
export const onError = (error: unknown): void => console.error(error);
