/** Deliveries come in any order: an older one must not overwrite what a newer one has said. */

import type { Client } from "airwallex-connect";
import { type WebhookEvent, webhooks } from "airwallex-connect/webhooks";

/** An app keeps these in its database, and compares in the `where` of its update. */
export const shops = new Map<string, { readonly status: string; readonly asOf: string }>();

export const orderedHooks = (client: Client) => {
  const keep =
    (told: string) =>
    async ({ accountId = "", createdAt, signedAtMs }: WebhookEvent) => {
      const asOf = createdAt ?? new Date(signedAtMs).toISOString();
      const known = shops.get(accountId);
      if (known && asOf < known.asOf) return;
      // The time is in seconds, and older envelopes have none: then only the account itself can say.
      const unclear = createdAt === undefined || asOf === known?.asOf;
      const status = unclear ? (await client.accounts.retrieve(accountId)).status : told;
      shops.set(accountId, { status, asOf });
    };

  return webhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "" })
    .on("account.submitted", keep("SUBMITTED"))
    .on("account.active", keep("ACTIVE"))
    .on("account.suspended", keep("SUSPENDED"));
};
