/** Hears of changes by publish and subscribe, by default on a connection that is only open while someone waits. */

import { setTimeout as wait } from "node:timers/promises";
import { isError } from "../../checks/errors.js";
import { isNodeRedis, type RedisClient } from "./client.js";

export interface ChangeSubscription {
  /** See `Listener.start`. */
  start(): Promise<"now" | "already" | "never">;
  /** Someone listens; the connection stays open. */
  keep(): void;
  /** Nobody listens any more; the connection is closed after a while. */
  leave(): void;
  close(): void;
}

/** An ioredis or node-redis connection that can be put into subscriber mode. */
export interface RedisSubscriber {
  on(...eventAndListener: never[]): unknown;
  subscribe(...channelAndListener: never[]): Promise<unknown>;
}

/** The members used here; each exists in at least one of the two clients. */
interface Connection {
  on(event: string, listener: (...args: never[]) => void): unknown;
  connect?(): Promise<unknown>;
  readonly isOpen?: boolean;
  subscribe(channel: string, listener?: (message: string) => void): Promise<unknown>;
  disconnect?(): unknown;
  destroy?(): unknown;
}

export interface ChangeSubscriptionOptions {
  readonly client: RedisClient;
  /** The caller's own connection, which is not closed here. */
  readonly subscriber: RedisSubscriber | undefined;
  readonly channel: string;
  readonly onMessage: (message: string) => void;
  /** Called when Redis refuses the subscription. */
  readonly onRefused: (reason: string) => void;
  /** How long the connection stays open after the last listener has left. */
  readonly idleMs: number;
}

/** Starting to subscribe must not take longer than polling would. */
const longestStartMs = 500;
/** After it fails, waiters poll, and it is only tried again after this long. */
const retryAfterMs = 10_000;

export function createChangeSubscription(options: ChangeSubscriptionOptions): ChangeSubscription {
  let current: Attempt | undefined;
  let idle: NodeJS.Timeout | undefined;
  let retryAtMs = 0;
  let closed = false;

  function close(): void {
    current?.end();
    current = undefined;
  }

  function failed(error: unknown): void {
    if (isError(error) && error.message.startsWith("NOPERM")) {
      options.onRefused(error.message);
    }
    retryAtMs = performance.now() + retryAfterMs;
    close();
  }

  return {
    async start() {
      if (current?.active) return "already";
      if (closed || performance.now() < retryAtMs) return "never";
      current ??= subscribe(options, failed);
      return (await within(current.begun, longestStartMs)) ? "now" : "never";
    },
    keep() {
      clearTimeout(idle);
      idle = undefined;
    },
    leave() {
      if (current && !options.subscriber) idle = setTimeout(close, options.idleMs).unref();
    },
    close() {
      closed = true;
      clearTimeout(idle);
      close();
    },
  };
}

interface Attempt {
  readonly active: boolean;
  /** True once messages arrive. */
  readonly begun: Promise<boolean>;
  end(): void;
}

function subscribe(options: ChangeSubscriptionOptions, failed: (error: unknown) => void): Attempt {
  // Both clients have their own types for this, which say more than is needed here.
  const connection = (options.subscriber ?? options.client.duplicate?.()) as Connection | undefined;
  if (!connection) return { active: false, begun: Promise.resolve(false), end: () => undefined };
  let active = false;
  const begun = begin(connection, options).then(
    () => {
      active = true;
      return true;
    },
    (error: unknown) => {
      failed(error);
      return false;
    },
  );
  return {
    get active() {
      return active;
    },
    begun,
    end() {
      active = false;
      if (!options.subscriber) disconnect(connection);
    },
  };
}

async function begin(
  connection: Connection,
  { client, subscriber, channel, onMessage }: ChangeSubscriptionOptions,
): Promise<void> {
  // Without a listener, a connection error would crash the process; both clients reconnect by themselves.
  if (!subscriber) connection.on("error", () => undefined);
  if (isNodeRedis(client)) {
    if (!connection.isOpen) await connection.connect?.();
    await connection.subscribe(channel, onMessage);
    return;
  }
  connection.on("message", (from: string, message: string) => {
    if (from === channel) onMessage(message);
  });
  await connection.subscribe(channel);
}

/** `destroy` came with node-redis 5; before that, and in ioredis, `disconnect` closes at once as well. */
function disconnect(connection: Connection): void {
  const end = async (): Promise<unknown> =>
    connection.destroy ? connection.destroy() : connection.disconnect?.();
  // It may already be closed, and there is nobody to tell.
  end().catch(() => undefined);
}

/** The answer, or false if it takes longer. */
async function within(answer: Promise<boolean>, ms: number): Promise<boolean> {
  const answered = new AbortController();
  const late = wait(ms, false, { signal: answered.signal });
  try {
    return await Promise.race([answer, late.catch(() => false)]);
  } finally {
    answered.abort();
  }
}
