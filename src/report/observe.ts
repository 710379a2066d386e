/** Events an app can observe: every attempt, retry, drift and token, without bodies or secrets. */

import type { CallFacts } from "../errors/index.js";
import { createOnceEach, type DriftIssue } from "./drift.js";

interface CallEvent extends Pick<CallFacts, "operation" | "method" | "path"> {
  /** 1 for the first. */
  readonly attempt: number;
}

/** One request was sent, and got a response or failed. */
export interface AttemptEvent extends CallEvent {
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** HTTP status; undefined if there was no response. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** What was going on when the request failed, such as `connecting`. */
  readonly failedWhile?: string | undefined;
  /** Code of the underlying error, such as `ECONNREFUSED`. */
  readonly failure?: string | undefined;
}

/** An attempt failed and another will follow. */
export interface RetryEvent extends CallEvent {
  readonly delayMs: number;
  /** Why, such as `429` or `not sent`. */
  readonly reason: string;
}

/**
 * A successful response differs from the model: in its shape, or by a field or an enum value that is new. A
 * client reports each difference of a shape and a field once.
 */
export interface DriftEvent extends Pick<CallFacts, "operation" | "method" | "path"> {
  readonly requestId?: string | undefined;
  /** Name of the expected shape, such as `Account`. */
  readonly shape: string;
  /** What differs and was not reported before. */
  readonly issues: readonly DriftIssue[];
}

/** A token was obtained, could not be obtained, or was refused. */
export interface TokenEvent {
  /**
   * `login`: this process logged in. `login_failed`: it could not. `refused`: the API refused the token.
   * With `tokenStore` also `adopted`: another process had logged in; and `not_shared`: the store failed, and
   * this process went on by itself.
   */
  readonly kind: "login" | "login_failed" | "refused" | "adopted" | "not_shared";
  /** How long the new token is valid, in milliseconds. */
  readonly lifetimeMs?: number | undefined;
  /** Of `login_failed`: what the login rejected with. Of `not_shared`: what the store rejected with. */
  readonly error?: unknown;
}

/** A connection or its tokens changed. */
export interface ConnectionEvent {
  /**
   * `rotated`: there is a new pair. `revoked`: the customer has to consent again. `unsaved`: the new
   * pair is only in memory, because it could not be stored. `saved`: it has now been stored. `restored`:
   * the store had gone back to an older pair, as after a failover, and was given the newer one again.
   * `webhook_failed`: the new connection could not be connected to a webhook of the app.
   */
  readonly kind: "rotated" | "revoked" | "unsaved" | "saved" | "restored" | "webhook_failed";
  readonly connectionId: string;
  /** The webhook of `webhook_failed`. */
  readonly webhookId?: string | undefined;
}

/**
 * Hooks for logs and metrics. They run synchronously. Errors they throw are ignored, because observing a
 * call must not break it. The same events are published on the `node:diagnostics_channel` channels
 * `airwallex-connect:attempt`, `:retry`, `:drift`, `:token` and `:connection`.
 */
export interface Observer {
  /** Called for every request, once it has a response or has failed. */
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** Called before the wait for another attempt. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /**
   * Called for a successful response that differs from the model, once for each shape and field. Listening
   * costs a walk over every answer.
   */
  readonly onDrift?: ((event: DriftEvent) => void) | undefined;
  /** Called for logins with the API key, and for tokens that were refused. */
  readonly onToken?: ((event: TokenEvent) => void) | undefined;
  /** Called when an OAuth connection or its tokens change. */
  readonly onConnection?: ((event: ConnectionEvent) => void) | undefined;
}

/** Publishes one kind of event; check `active` first, to avoid building events nobody listens for. */
export interface Topic<Event> {
  readonly active: () => boolean;
  readonly publish: (event: Event) => void;
}

export interface Topics {
  readonly attempt: Topic<AttemptEvent>;
  readonly retry: Topic<RetryEvent>;
  readonly drift: Topic<DriftEvent>;
  readonly token: Topic<TokenEvent>;
  readonly connection: Topic<ConnectionEvent>;
}

export function createTopics(observer: Observer = {}): Topics {
  return {
    attempt: topic("attempt", observer.onAttempt),
    retry: topic("retry", observer.onRetry),
    drift: onceEach(topic("drift", observer.onDrift)),
    token: topic("token", observer.onToken),
    connection: topic("connection", observer.onConnection),
  };
}

function onceEach(drift: Topic<DriftEvent>): Topic<DriftEvent> {
  const onlyNew = createOnceEach();
  return {
    active: drift.active,
    publish(event) {
      const issues = onlyNew(event.shape, event.issues);
      if (issues.length > 0) drift.publish({ ...event, issues });
    },
  };
}

function topic<Event>(name: string, hook: ((event: Event) => void) | undefined): Topic<Event> {
  // Not imported, which would take longer than a hundred lines of ours.
  const { channel } = process.getBuiltinModule("node:diagnostics_channel");
  const published = channel(`airwallex-connect:${name}`);
  return {
    active: () => hook !== undefined || published.hasSubscribers,
    publish(event) {
      // Observing a call must not break it, nor the process.
      try {
        const answer: unknown = hook?.(event);
        if (answer instanceof Promise) answer.catch(() => undefined);
      } catch {}
      if (published.hasSubscribers) published.publish(event);
    },
  };
}
