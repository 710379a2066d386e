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
  /** Resolves when the first request no longer has to wait for undici to be loaded; undefined if it is. */
  whenLoaded(): Promise<void> | undefined;
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
  async function load(): Promise<Send> {
    loading ??= loadAgent(options);
    const agent = await loading;
    send ??= agent
      ? sendByDispatcher(agent, maxResponseBytes)
      : sendByFetch(globalThis.fetch, maxResponseBytes);
    return send;
  }
  return {
    send(request) {
      if (closing && !dispatcher) throw new WireError(false, "connecting", clientClosed());
      return send ? send(request) : load().then((loaded) => loaded(request));
    },
    whenLoaded() {
      if (send || closing) return undefined;
      // What fails now fails again when something is sent, which says why.
      return load().then(ignore, ignore);
    },
    close() {
      closing ??= loading?.then((agent) => agent?.close()) ?? Promise.resolve();
      return closing;
    },
  };
}

function ignore(): void {}

export function clientClosed(): Error {
  return new Error("the client is closed");
}
