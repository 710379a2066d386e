/** Closes a client: first no new call, then what must not be lost, then the sockets. */

import { refuseUnknown } from "../checks/options.js";
import { longestTimerMs, showNumber } from "../checks/values.js";
import { clientClosed } from "../transport/transport.js";
import { type Send, WireError } from "../transport/wire.js";

/** Options of `close`. */
export interface CloseOptions {
  /**
   * How long to wait for the tokens of OAuth connections that are being renewed, and for calls that are under
   * way, in milliseconds. Calls that take longer go on until their own deadline. Default: 10 000.
   */
  readonly timeoutMs?: number | undefined;
}

export interface Gate {
  /** The same, until the gate is shut; then every call is refused before it is sent. */
  guard(send: Send): Send;
  shut(): void;
}

export function createGate(): Gate {
  let isShut = false;
  return {
    guard: (send) => (request) => {
      if (isShut) throw new WireError(false, "connecting", clientClosed());
      return send(request);
    },
    shut() {
      isShut = true;
    },
  };
}

interface Closing {
  readonly gate: Gate;
  /** Waits for what must not be lost. */
  readonly finish: ((timeoutMs: number) => Promise<void>) | undefined;
  readonly transports: readonly { close(): Promise<void> }[];
}

const usualTimeoutMs = 10_000;

export function closeClient({
  gate,
  finish,
  transports,
}: Closing): (options?: CloseOptions) => Promise<void> {
  return async (options = {}) => {
    const timeoutMs = readTimeout(options);
    const startedAt = performance.now();
    gate.shut();
    try {
      await finish?.(timeoutMs);
    } finally {
      const closed = Promise.all(transports.map((transport) => transport.close()));
      await atMost(timeoutMs - (performance.now() - startedAt), closed);
    }
  };
}

/** Waits for something, or until the time is over. */
async function atMost(timeoutMs: number, done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(timeoutMs, 0));
  });
  await Promise.race([done, over]);
  clearTimeout(timer);
}

function readTimeout(options: CloseOptions): number {
  refuseUnknown("Cannot close the client", options, new Set(["timeoutMs"]));
  const { timeoutMs = usualTimeoutMs } = options;
  const isNumber = typeof timeoutMs === "number";
  if (isNumber && timeoutMs >= 0 && timeoutMs <= longestTimerMs) return timeoutMs;
  throw new RangeError(
    `Cannot close the client: timeoutMs is ${showNumber(timeoutMs)}, expected a number from 0 to ${longestTimerMs}`,
  );
}
