/**
 * Handlers by the name of the event.
 *
 * - Handlers of one event run one after another, in the order in which they were registered.
 * - All of them run, even where one fails; what they threw is gathered in one `WebhookHandlerError`.
 * - With an inbox they run once per event. Where one failed, the event is given back, and its next
 *   delivery runs all of them again: a handler must bear that, or be the only one.
 * - An event that nobody handles is not claimed.
 */

import { WebhookHandlerError } from "../errors/webhook-errors.js";
import type { EventName, EventNamed, UnknownEvent, WebhookEvent } from "./events.js";
import type { WebhookHeaders } from "./header-values.js";
import type { Inbox, InboxOutcome } from "./inbox.js";
import { isModelled, type ReceiveOptions, receive } from "./receive.js";
import { checkVerifyOptions, type RawBody } from "./signature.js";

/** Options of {@link webhooks}. */
export interface WebhooksOptions<Context = undefined> extends Omit<ReceiveOptions, "receivedAtMs"> {
  /** Remembers which events were handled. Without one, handlers run for every delivery. */
  readonly inbox?: Inbox<Context> | undefined;
}

/** What a handler is told besides the event. */
export interface HandlerFacts<Context = undefined> {
  /** What the inbox hands out, such as the client of its own transaction. */
  readonly context: Context;
}

/** Handles an event. The delivery is answered when its promise is fulfilled. */
export type Handler<Event, Context = undefined> = (
  event: Event,
  facts: HandlerFacts<Context>,
) => unknown;

/** What became of an event: as the inbox says, or `ignored` because nobody handles it. */
export type HandleOutcome = InboxOutcome | "ignored";

/** Receives deliveries, and hands each event to its handlers. */
export interface Webhooks<Context = undefined> {
  /**
   * Handles one kind of event, by a name that is modelled. In JavaScript, where no compiler refuses
   * another name, the first event that is handled warns of it.
   */
  on<Name extends EventName>(name: Name, handler: Handler<EventNamed<Name>, Context>): this;
  /** Handles every event that is not modelled; its `name` says which it is. */
  onUnknown(handler: Handler<UnknownEvent, Context>): this;
  /** The same, with a handler that takes any event. */
  onUnknown(handler: Handler<WebhookEvent, Context>): this;
  /** Verifies a delivery and reads its event; see {@link receive}. */
  receive(
    rawBody: RawBody,
    headers: WebhookHeaders,
    options?: Pick<ReceiveOptions, "receivedAtMs">,
  ): Promise<WebhookEvent>;
  /**
   * Runs the handlers of an event, in the same process or behind a queue.
   *
   * @throws WebhookHandlerError when handlers failed; what the inbox throws when its store cannot be reached
   */
  handle(event: WebhookEvent): Promise<HandleOutcome>;
}

type AnyHandler<Context> = Handler<never, Context>;

/**
 * The webhooks of an app: who signs them, and who handles what.
 *
 * @throws TypeError or RangeError for options that would check nothing.
 * @example
 * const hooks = webhooks({ secrets: "whsec_test" })
 *   .on("account.active", (event) => console.log(event.accountId, "can be paid"))
 *   .onUnknown((event) => console.log(event.name));
 */
export function webhooks<Context = undefined>(
  options: WebhooksOptions<Context>,
): Webhooks<Context> {
  checkVerifyOptions(options);
  const { inbox, secrets, toleranceMs, onDrift } = options;
  const byName = new Map<string, AnyHandler<Context>[]>();
  const unknown: AnyHandler<Context>[] = [];
  let checked = false;

  async function handlersOf(name: string): Promise<readonly AnyHandler<Context>[]> {
    return byName.get(name) ?? ((await isModelled(name)) ? [] : unknown);
  }

  const hooks: Webhooks<Context> = {
    on(name, handler: AnyHandler<Context>) {
      byName.set(name, [...(byName.get(name) ?? []), checkHandler(handler)]);
      return hooks;
    },
    onUnknown(handler: AnyHandler<Context>) {
      unknown.push(checkHandler(handler));
      return hooks;
    },
    receive(rawBody, headers, { receivedAtMs } = {}) {
      return receive(rawBody, headers, { secrets, toleranceMs, onDrift, receivedAtMs });
    },
    async handle(event) {
      if (!checked) {
        checked = true;
        (await import("./check-names.js")).warnOfOtherNames([...byName.keys()]);
      }
      const handlers = await handlersOf(event.name);
      if (handlers.length === 0) return "ignored";
      if (inbox) return inbox.run(event.id, (context) => runAll(handlers, event, { context }));
      await runAll(handlers, event, { context: undefined as Context });
      return "handled";
    },
  };
  return hooks;
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
