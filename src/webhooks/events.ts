/** Events as the app sees them: one shape for both envelopes, discriminated on `name` and `format`. */

import type { EventData } from "../generated/event-shapes.js";

/** Names of the modelled events. */
export type EventName = keyof EventData;

/**
 * How the fields of `data` are spelled: `current` is snake_case, `legacy` is the camelCase of
 * subscriptions before version 2024-02-22.
 */
export type EventFormat = "current" | "legacy";

declare const unmodelled: unique symbol;

/**
 * The name of an event that is not modelled: any string at run time, but a type that equals no other name.
 * If it were a plain `string`, `event.name === "account.active"` would not narrow.
 */
export type UnmodelledName = "a name that is not modelled" & { readonly [unmodelled]: true };

/** What every event has. Plain data, so it survives JSON and thus a queue. */
export interface EventOf<Name, Format, Data> {
  /** The same in every delivery of the event. */
  readonly id: string;
  readonly name: Name;
  readonly format: Format;
  /**
   * The account that the event belongs to: the connected account, or the platform's own, as for
   * `account.connected`.
   */
  readonly accountId: string | undefined;
  /** Client id of the OAuth app, in events that belong to an app, such as `partner_connection.disconnected`. */
  readonly appId: string | undefined;
  /**
   * When it happened, in UTC, such as `2026-08-21T10:51:25.000Z`; comparable as strings. Undefined in older
   * envelopes, which do not say.
   */
  readonly createdAt: string | undefined;
  /** When this delivery was signed, in Unix milliseconds. */
  readonly signedAtMs: number;
  /** API version of the subscription, if the envelope states it. */
  readonly version: string | undefined;
  /** The data as received, including fields newer than this package. */
  readonly data: Data;
  /** The whole body as received. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One modelled event. */
export type EventNamed<Name extends EventName> = EventData[Name] extends {
  readonly current: infer Current;
  readonly legacy: infer Legacy;
}
  ? EventOf<Name, "current", Current> | EventOf<Name, "legacy", Legacy>
  : EventOf<Name, EventFormat, EventData[Name]["current"]>;

/** An event that this package does not model; it is delivered anyway. Its name can be any string. */
export type UnmodelledEvent = EventOf<string, EventFormat, unknown>;

/**
 * Any event. `switch (event.name)` narrows it; `default` catches the names that are not modelled, each an
 * {@link UnmodelledEvent}.
 */
export type WebhookEvent =
  | { [Name in EventName]: EventNamed<Name> }[EventName]
  | EventOf<UnmodelledName, EventFormat, unknown>;
