/** Closes a client: first no new call, then what must not be lost, then the sockets. */

import { type CallGate, isPart } from "../call/settings.js";
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

export interface Gate extends CallGate {
  /** The same, until the gate is shut; then only calls under way may send, such as the login of one. */
  guard(send: Send): Send;
  /** Lets no new call in any more. */
  shut(): void;
  /** Resolves once no call is under way. */
  idle(): Promise<void>;
}

export function createGate(): Gate {
  let isShut = false;
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const refuse = (): never => {
    throw new WireError(false, "connecting", clientClosed());
  };
  return {
    enter(options) {
      if (isShut && !isPart(options)) refuse();
      underWay++;
    },
    leave() {
      underWay--;
      if (underWay === 0 && isShut) for (const tell of waiting.splice(0)) tell();
    },
    guard: (send) => (request) => (isShut && underWay === 0 ? refuse() : send(request)),
    shut() {
      isShut = true;
    },
    async idle() {
      if (underWay > 0) await new Promise<void>((resolve) => waiting.push(resolve));
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
      // Calls that take longer keep their sockets until they end.
      const closed = gate
        .idle()
        .then(() => Promise.all(transports.map((transport) => transport.close())));
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
