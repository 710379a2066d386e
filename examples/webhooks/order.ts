/** Deliveries arrive in any order: an older one must not overwrite a newer one. */

import type { Client } from "airwallex-connect";
import { createWebhooks, type WebhookEvent } from "airwallex-connect/webhooks";

/** An app keeps these in its database and compares `asOf` in the `where` clause of its update. */
export const shops = new Map<string, { readonly status: string; readonly asOf: string }>();

export const orderedHooks = (client: Client) => {
  const keep =
    (told: string) =>
    async ({ accountId = "", createdAt, signedAtMs }: WebhookEvent) => {
      const asOf = createdAt ?? new Date(signedAtMs).toISOString();
      const known = shops.get(accountId);
      if (known && asOf < known.asOf) return;
      // Times have a resolution of one second, and older envelopes lack them: ask the account itself.
      const unclear = createdAt === undefined || asOf === known?.asOf;
      const status = unclear ? (await client.accounts.retrieve(accountId)).status : told;
      shops.set(accountId, { status, asOf });
    };

  return createWebhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "" })
    .on("account.submitted", keep("SUBMITTED"))
    .on("account.active", keep("ACTIVE"))
    .on("account.suspended", keep("SUSPENDED"));
};
