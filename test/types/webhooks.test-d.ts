/** How events narrow. Checked by tsc; never run. */

import type { Account } from "airwallex-connect";
import type { Charge, LegacyAccount, RfiEventData } from "airwallex-connect/schemas";
import {
  createWebhooks,
  type EventFormat,
  type EventNamed,
  type Inbox,
  type UnmodelledEvent,
  type WebhookEvent,
} from "airwallex-connect/webhooks";
import { expectTypeOf } from "vitest";

declare const event: WebhookEvent;

// The name narrows the event, and the format narrows its data
switch (event.name) {
  case "account.active":
  case "account.suspended":
    expectTypeOf(event.data).toEqualTypeOf<Account | LegacyAccount>();
    expectTypeOf(event.data.id).toEqualTypeOf<string>();
    if (event.format === "legacy") {
      expectTypeOf(event.data).toEqualTypeOf<LegacyAccount>();
      // @ts-expect-error: the older account has different names
      event.data.account_details;
    } else {
      expectTypeOf(event.data).toEqualTypeOf<Account>();
      // @ts-expect-error: today's account has different names
      event.data.accountDetails;
    }
    break;
  case "account.action_required":
    if (event.format === "legacy") {
      expectTypeOf(event.data.agreedToTermsAndConditionsRequired?.endpoint).toEqualTypeOf<
        string | null | undefined
      >();
      expectTypeOf(event.data.agreementToTermsAndConditionsRequired?.endpoint).toEqualTypeOf<
        string | null | undefined
      >();
    } else {
      event.data.agreed_to_terms_and_conditions_required?.endpoint;
      event.data.agreement_to_terms_and_conditions_required?.endpoint;
    }
    break;
  case "account.connected":
    if (event.format === "legacy") expectTypeOf(event.data.connectedAccountId).toBeString();
    else expectTypeOf(event.data.connected_account_id).toBeString();
    break;
  case "account.dormant":
  case "account.closed":
    expectTypeOf(event.data).toEqualTypeOf<Account>();
    expectTypeOf(event.format).toEqualTypeOf<EventFormat>();
    break;
  case "charge.settled":
    expectTypeOf(event).toEqualTypeOf<EventNamed<"charge.settled">>();
    expectTypeOf(event.data).toEqualTypeOf<Charge>();
    break;
  case "connection.disconnected":
    expectTypeOf(event.data.id).toEqualTypeOf<string>();
    expectTypeOf(event.data.account_id).toEqualTypeOf<string>();
    break;
  case "partner_connection.disconnected":
    expectTypeOf(event.data.account_ids).toEqualTypeOf<readonly string[]>();
    expectTypeOf(event.appId).toEqualTypeOf<string | undefined>();
    break;
  case "rfi.action_required":
    expectTypeOf(event.data).toEqualTypeOf<RfiEventData>();
    break;
  case "account.submitted":
  case "account_amendment.approved":
  case "account_amendment.rejected":
  case "account_capability.disabled":
  case "account_capability.enabled":
  case "account_capability.pending":
  case "charge.failed":
  case "charge.new":
  case "charge.pending":
  case "charge.suspended":
  case "connected_account_transfer.failed":
  case "connected_account_transfer.new":
  case "connected_account_transfer.pending":
  case "connected_account_transfer.settled":
  case "connected_account_transfer.suspended":
  case "deposit.pending":
  case "deposit.rejected":
  case "deposit.reversed":
  case "deposit.settled":
  case "platform_report.completed":
  case "platform_report.failed":
  case "rfi.answered":
  case "rfi.closed":
    break;
  default: {
    expectTypeOf(event).toExtend<UnmodelledEvent>();
    expectTypeOf(event.data).toBeUnknown();
    const name: string = event.name;
    console.log(name === "card.activated");
  }
}

// Handlers receive their event
const hooks = createWebhooks({ secrets: "x" })
  .on("account.active", (active, { context }) => {
    expectTypeOf(active).toEqualTypeOf<EventNamed<"account.active">>();
    expectTypeOf(context).toEqualTypeOf<undefined>();
  })
  .onUnmodelled(async (other) => {
    expectTypeOf(other.data).toBeUnknown();
    // Names can be compared with any string
    if (other.name === "card.activated") return;
    switch (other.name) {
      case "balance.updated":
    }
  });
expectTypeOf(hooks.handle(event)).resolves.toEqualTypeOf<
  "handled" | "duplicate" | "busy" | "ignored"
>();

// One function may handle all of them
hooks
  .on("account.active", (any: WebhookEvent) => any.name)
  .onUnmodelled((any: WebhookEvent) => any.name)
  .onAny((any) => expectTypeOf(any).toEqualTypeOf<WebhookEvent>());
// @ts-expect-error: not every event is of that kind
hooks.onUnmodelled((active: EventNamed<"account.active">) => active.name);

// A misspelled name is refused, and events that are not modelled go to onUnmodelled
// @ts-expect-error: no such event
hooks.on("account.activ", () => undefined);
// @ts-expect-error: not modelled
hooks.on("card.activated", () => undefined);

// Handlers receive what the inbox passes on
declare const inbox: Inbox<{ readonly query: (sql: string) => Promise<unknown> }>;
createWebhooks({ secrets: ["a", "b"], inbox }).on("account.active", (_, { context }) =>
  context.query("select 1"),
);

// Events are readonly
// @ts-expect-error: readonly
event.id = "x";
// @ts-expect-error: secrets are required
createWebhooks({});
