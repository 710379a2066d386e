/** Deliveries come in any order: an older one must not overwrite what a newer one has said. */

import type { WebhookEvent } from "airwallex-connect/webhooks";
import { webhooks } from "airwallex-connect/webhooks";

/** An app keeps these in its database, and compares in the `where` of its update. */
export const shops = new Map<string, { readonly status: string; readonly asOf: string }>();

const keep =
  (status: string) =>
  ({ accountId = "", createdAt, signedAtMs }: WebhookEvent) => {
    // Older envelopes do not say when it happened; there, fetch the account again instead.
    const asOf = createdAt ?? new Date(signedAtMs).toISOString();
    const known = shops.get(accountId);
    if (known === undefined || known.asOf < asOf) shops.set(accountId, { status, asOf });
  };

export const hooks = webhooks({ secrets: process.env["AIRWALLEX_WEBHOOK_SECRET"] ?? "whsec_test" })
  .on("account.submitted", keep("SUBMITTED"))
  .on("account.active", keep("ACTIVE"))
  .on("account.suspended", keep("SUSPENDED"));
