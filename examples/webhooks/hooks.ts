/** What the app does with events; the other files of this folder receive them. */

import { type WebhookEvent, webhooks } from "airwallex-connect/webhooks";

/** What arrived, for the test of these examples; an app has its database instead. */
export const seen: string[] = [];

const note = (event: WebhookEvent) => seen.push(`${event.name} ${event.accountId}`);

// Throws where the variable is missing: a secret that anybody knows would be worse than none.
export const hooks = webhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "" })
  .on("account.active", note)
  .on("account.submitted", note)
  .onUnknown(note);

/** Airwallex is told nothing but that it failed, so the app has to write down why. */
export const onError = (error: unknown): void => console.error(error);
