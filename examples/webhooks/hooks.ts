/** What the app does with events; the other files of this folder receive them. */

import { type WebhookEvent, webhooks } from "airwallex-connect/webhooks";

/** What arrived, for the test of these examples; an app has its database instead. */
export const seen: string[] = [];

const note = (event: WebhookEvent) => seen.push(`${event.name} ${event.accountId}`);

export const hooks = webhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "whsec_test" })
  .on("account.active", note)
  .on("account.submitted", note)
  .onUnknown(note);
