/** What the outside may watch: every attempt, wait, drift and token, without bodies or secrets. */

import { channel } from "node:diagnostics_channel";
import type { CallFacts } from "../errors.js";

interface CallEvent extends Pick<CallFacts, "operation" | "method" | "path"> {
  /** 1 for the first. */
  readonly attempt: number;
}

/** One request went out, and was answered or failed. */
export interface AttemptEvent extends CallEvent {
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** HTTP status; undefined when no answer came. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** What was going on when no answer came, such as `connecting`. */
  readonly failedWhile?: string | undefined;
  /** Code of the underlying failure, such as `ECONNREFUSED`. */
  readonly failure?: string | undefined;
}

/** An attempt failed and another follows. */
export interface RetryEvent extends CallEvent {
  readonly delayMs: number;
  /** Why, such as `429` or `not sent`. */
  readonly reason: string;
}

/** A successful answer did not have the expected shape; it was delivered all the same. */
export interface DriftEvent extends Pick<CallFacts, "operation" | "method" | "path"> {
  readonly requestId?: string | undefined;
  /** Name of the expected shape, such as `Account`. */
  readonly shape: string;
  readonly issues: readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
  }[];
}

/** A token was obtained, or could not be. */
export interface TokenEvent {
  readonly kind: "login" | "login_failed" | "refused";
  /** How long the new token may be used, in milliseconds. */
  readonly lifetimeMs?: number | undefined;
}

/** Something happened to the tokens of a connection. */
export interface ConnectionEvent {
  /**
   * `rotated`: there is a new pair. `revoked`: the customer has to consent again. `unsaved`: the new
   * pair is in memory only, because the store is away. `saved`: it is stored now.
   */
  readonly kind: "rotated" | "revoked" | "unsaved" | "saved";
  readonly connectionId: string;
}

/**
 * Hooks for logs and metrics. They run synchronously; what they throw is ignored, because watching a
 * call must not break it. The same events are published on the `node:diagnostics_channel` channels
 * `airwallex-connect:attempt`, `:retry`, `:drift`, `:token` and `:connection`.
 */
export interface Observer {
  /** Told of every request, once it was answered or has failed. */
  readonly onAttempt?: ((event: AttemptEvent) => void) | undefined;
  /** Told before the wait for another attempt. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** Told of every answer that was delivered although it differs from the model. */
  readonly onDrift?: ((event: DriftEvent) => void) | undefined;
  /** Told of logins with the API key, and of tokens that were refused. */
  readonly onToken?: ((event: TokenEvent) => void) | undefined;
  /** Told of what happens to the tokens of connections by OAuth. */
  readonly onConnection?: ((event: ConnectionEvent) => void) | undefined;
}

/** Publishes one kind of event; `active` tells whether anybody listens, before it is made. */
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
    drift: topic("drift", observer.onDrift),
    token: topic("token", observer.onToken),
    connection: topic("connection", observer.onConnection),
  };
}

function topic<Event>(name: string, hook: ((event: Event) => void) | undefined): Topic<Event> {
  const published = channel(`airwallex-connect:${name}`);
  return {
    active: () => hook !== undefined || published.hasSubscribers,
    publish(event) {
      // Watching a call must not break it, nor the process.
      try {
        const answer: unknown = hook?.(event);
        if (answer instanceof Promise) answer.catch(() => undefined);
      } catch {}
      if (published.hasSubscribers) published.publish(event);
    },
  };
}
