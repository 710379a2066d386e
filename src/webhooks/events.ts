/** Events as the app sees them: one shape for both envelopes, discriminated on `name` and `era`. */

import type { EventData } from "../schemas/event-shapes.generated.js";

/** Names of the events that are modelled. */
export type EventName = keyof EventData;

/**
 * How the members of `data` are spelled: `current` in snake_case, `legacy` in the camelCase of
 * subscriptions before version 2024-02-22.
 */
export type Era = "current" | "legacy";

declare const unmodelled: unique symbol;

/**
 * A name that no modelled event has: any text, and compared with one as a `string`. To the compiler it is
 * one that no other name equals; were it a plain `string`, `event.name === "account.active"` would narrow
 * nothing.
 */
export type UnmodelledName = "a name that is not modelled" & { readonly [unmodelled]: true };

/** What every event has. Plain data: it survives JSON, and so a queue. */
export interface EventOf<Name, E, Data> {
  /** The same in every delivery of the event. */
  readonly id: string;
  readonly name: Name;
  readonly era: E;
  /**
   * Account that the event belongs to: the connected account, or the platform's own, as for
   * `account.connected`.
   */
  readonly accountId: string | undefined;
  /**
   * When it happened, in UTC, such as `2026-08-21T10:51:25.000Z`: two of them compare as texts. Undefined
   * in older envelopes, which do not say.
   */
  readonly createdAt: string | undefined;
  /** When this delivery was signed, in Unix milliseconds. */
  readonly signedAtMs: number;
  /** API version of the subscription, where the envelope says it. */
  readonly version: string | undefined;
  /** As it came, with every member that is newer than this package. */
  readonly data: Data;
  /** The whole body as it came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One modelled event. */
export type EventNamed<Name extends EventName> = EventData[Name] extends {
  readonly current: infer Current;
  readonly legacy: infer Legacy;
}
  ? EventOf<Name, "current", Current> | EventOf<Name, "legacy", Legacy>
  : EventOf<Name, Era, EventData[Name]["current"]>;

/** An event that this package does not model, delivered all the same. Its name is any text. */
export type UnknownEvent = EventOf<string, Era, unknown>;

/**
 * Any event; `switch (event.name)` narrows it, and `default` holds the names that are not modelled, each
 * of them an {@link UnknownEvent}.
 */
export type WebhookEvent =
  | { [Name in EventName]: EventNamed<Name> }[EventName]
  | EventOf<UnmodelledName, Era, unknown>;
