/** How requests leave: by undici, or by `fetch` where the app passes one in or undici is not to be had. */

import { type FetchLike, sendByFetch } from "./fetch.js";
import { type DispatcherLike, loadAgent, sendByDispatcher } from "./undici.js";
import { type Send, WireError } from "./wire.js";

export interface TransportOptions {
  readonly dispatcher?: DispatcherLike | undefined;
  /** Used instead of undici. */
  readonly fetch?: FetchLike | undefined;
  /** Sockets per host. */
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  /** The largest answer that is read, decompressed. */
  readonly maxResponseBytes: number;
}

export interface Transport {
  readonly send: Send;
  /** Closes idle sockets and waits for busy ones. A dispatcher that was passed in stays open. */
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  const { dispatcher, fetch, maxResponseBytes } = options;
  let send: Send | undefined;
  if (dispatcher) send = sendByDispatcher(dispatcher, maxResponseBytes);
  else if (fetch) send = sendByFetch(fetch, maxResponseBytes);
  let loading: ReturnType<typeof loadAgent> | undefined;
  let closing: Promise<void> | undefined;
  return {
    send(request) {
      if (closing && !dispatcher) throw new WireError(false, "connecting", clientClosed());
      if (send) return send(request);
      loading ??= loadAgent(options);
      return loading.then((agent) => {
        send ??= agent
          ? sendByDispatcher(agent, maxResponseBytes)
          : sendByFetch(globalThis.fetch, maxResponseBytes);
        return send(request);
      });
    },
    close() {
      closing ??= loading?.then((agent) => agent?.close()) ?? Promise.resolve();
      return closing;
    },
  };
}

export function clientClosed(): Error {
  return new Error("the client is closed");
}
