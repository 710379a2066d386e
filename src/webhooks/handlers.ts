/**
 * Dispatches events to handlers by name.
 *
 * - Handlers of one event run one after another, in the order they were registered, whether for its name
 *   or for any event.
 * - All of them run, even if one fails; their errors are collected in one `WebhookHandlerError`.
 * - With an inbox they run once per event. If one fails, the event is released, and its next delivery runs
 *   all of them again: each handler must tolerate that, or be the only one.
 * - An event without a handler is not claimed. A process warning says so, once per name: Airwallex does not
 *   deliver the event again.
 */

import { isObject, kindOf } from "../checks/values.js";
import { WebhookHandlerError } from "../errors/webhook-errors.js";
import { type ConstructEventOptions, constructEvent } from "./construct-event.js";
import type { EventName, EventNamed, UnmodelledEvent, WebhookEvent } from "./events.js";
import type { WebhookHeaders } from "./header-values.js";
import type { Inbox, InboxOutcome } from "./inbox.js";
import { checkVerifyOptions, type RawBody } from "./signature.js";
import { warnOfIgnored, warnOfOtherNames } from "./warnings.js";

/** Options of {@link createWebhooks}. */
export interface WebhooksOptions<Context = undefined>
  extends Omit<ConstructEventOptions, "receivedAtMs"> {
  /** Remembers which events were handled. Without one, handlers run for every delivery. */
  readonly inbox?: Inbox<Context> | undefined;
}

/** What a handler is given besides the event. */
export interface HandlerFacts<Context = undefined> {
  /** What the inbox provides, such as the connection of its own transaction. */
  readonly context: Context;
}

/** Handles an event. The delivery gets its response once the returned promise settles. */
export type Handler<Event, Context = undefined> = (
  event: Event,
  facts: HandlerFacts<Context>,
) => unknown;

/** The outcome of an event: that of the inbox, or `ignored` if no handler takes it. */
export type HandleOutcome = InboxOutcome | "ignored";

/** Receives deliveries, and passes each event to its handlers. */
export interface Webhooks<Context = undefined> {
  /**
   * Registers a handler for one kind of modelled event, by name. In JavaScript, where no compiler rejects
   * unknown names, they cause a warning when the first event is handled.
   */
  on<Name extends EventName>(
    name: Name,
    handler: Handler<EventNamed<NoInfer<Name>>, Context>,
  ): this;
  /**
   * Registers a handler for every event, modelled or not, such as a log. With one, no event is ignored.
   */
  onAny(handler: Handler<WebhookEvent, Context>): this;
  /** Registers a handler for every event that is not modelled; `event.name` tells them apart. */
  onUnmodelled(handler: Handler<UnmodelledEvent, Context>): this;
  /** The same, with a handler that accepts any event. */
  onUnmodelled(handler: Handler<WebhookEvent, Context>): this;
  /** Verifies a delivery and reads its event; see {@link constructEvent}. */
  constructEvent(
    rawBody: RawBody,
    headers: WebhookHeaders,
    options?: Pick<ConstructEventOptions, "receivedAtMs">,
  ): Promise<WebhookEvent>;
  /**
   * Runs the handlers of an event, in the same process or behind a queue.
   *
   * @throws WebhookHandlerError if handlers failed; what the inbox throws if its store is unavailable
   */
  handle(event: WebhookEvent): Promise<HandleOutcome>;
}

type AnyHandler<Context> = Handler<never, Context>;

/** A handler, and the events that it takes: those of one name, all, or those that are not modelled. */
interface Registered<Context> {
  readonly takes: { readonly name: string } | "any" | "unmodelled";
  readonly handler: AnyHandler<Context>;
}

/**
 * Sets up an app's webhooks: the secrets they are signed with, and the handlers of events.
 *
 * @throws TypeError or RangeError for invalid `secrets` or `toleranceMs`.
 * @example
 * const hooks = createWebhooks({ secrets: "whsec_test" })
 *   .on("account.active", (event) => console.log(event.accountId, "can be paid"))
 *   .onAny((event) => console.log(event.name, event.id));
 */
export function createWebhooks<Context = undefined>(
  options: WebhooksOptions<Context>,
): Webhooks<Context> {
  checkVerifyOptions(options, "Cannot create webhooks");
  const { inbox, secrets, toleranceMs, driftCheck } = options;
  if (inbox && typeof inbox.run !== "function") {
    throw new TypeError(
      "Cannot create webhooks: inbox has no run function, expected one of createInbox",
    );
  }
  const registered: Registered<Context>[] = [];
  const warned = new Set<string>();
  let checked = false;

  const register = (takes: Registered<Context>["takes"], handler: AnyHandler<Context>) => {
    registered.push({ takes, handler: checkHandler(handler) });
    return hooks;
  };

  const hooks: Webhooks<Context> = {
    on: (name, handler) => register({ name }, handler),
    onAny: (handler) => register("any", handler),
    onUnmodelled: (handler: AnyHandler<Context>) => register("unmodelled", handler),
    constructEvent(rawBody, headers, options) {
      const receivedAtMs = options?.receivedAtMs;
      return constructEvent(rawBody, headers, { secrets, toleranceMs, driftCheck, receivedAtMs });
    },
    async handle(event) {
      checkEvent(event);
      if (!checked) {
        checked = true;
        await warnOfOtherNames(namesIn(registered));
      }
      const handlers = await handlersOf(event.name, registered);
      if (handlers.length === 0) {
        if (!warned.has(event.name)) warnOfIgnored(event.name);
        warned.add(event.name);
        return "ignored";
      }
      if (inbox) return inbox.run(event.id, (context) => runAll(handlers, event, { context }));
      await runAll(handlers, event, { context: undefined as Context });
      return "handled";
    },
  };
  return hooks;
}

/** Such as a job of a queue that holds something else. */
function checkEvent(event: unknown): void {
  const what = "Cannot handle the event";
  if (!isObject(event)) throw new TypeError(`${what}: it is ${kindOf(event)}, expected an object`);
  for (const member of ["id", "name"]) {
    const value = event[member];
    if (typeof value === "string") continue;
    throw new TypeError(
      `${what}: its ${member} is ${kindOf(value)}, expected an event of constructEvent`,
    );
  }
}

/** Whether an event of this name is modelled. The names are loaded with the first event that asks. */
async function isModelled(name: string): Promise<boolean> {
  const { eventNames } = await import("../generated/event-names.js");
  return (eventNames as readonly string[]).includes(name);
}

async function handlersOf<Context>(
  name: string,
  registered: readonly Registered<Context>[],
): Promise<readonly AnyHandler<Context>[]> {
  const isUnmodelled =
    registered.some(({ takes }) => takes === "unmodelled") && !(await isModelled(name));
  return registered
    .filter(({ takes }) =>
      typeof takes === "object" ? takes.name === name : takes === "any" || isUnmodelled,
    )
    .map(({ handler }) => handler);
}

function namesIn<Context>(registered: readonly Registered<Context>[]): readonly string[] {
  const names = registered.flatMap(({ takes }) => (typeof takes === "object" ? takes.name : []));
  return [...new Set(names)];
}

function checkHandler<Context>(handler: AnyHandler<Context>): AnyHandler<Context> {
  if (typeof handler === "function") return handler;
  throw new TypeError("Cannot register the handler: it is not a function");
}

async function runAll<Context>(
  handlers: readonly AnyHandler<Context>[],
  event: WebhookEvent,
  facts: HandlerFacts<Context>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const handler of handlers) {
    try {
      await (handler as Handler<WebhookEvent, Context>)(event, facts);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new WebhookHandlerError(event, errors);
}
