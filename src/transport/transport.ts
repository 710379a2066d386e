/** How requests leave: by undici, or by `fetch` where the app passes one in or undici is not to be had. */

import { type FetchLike, sendByFetch } from "./fetch.js";
import { type DispatcherLike, loadAgent, openSocket, sendByDispatcher } from "./undici.js";
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
  /**
   * Loads undici and opens a first socket to the origin, so that a request need not wait for that. Undefined
   * once it has been done; never rejects.
   */
  prepare(origin: string): Promise<void> | undefined;
  /** Closes idle sockets and waits for busy ones. A dispatcher that was passed in stays open. */
  close(): Promise<void>;
}

/** A socket that takes longer to open holds up no other request. */
const longestOpeningMs = 1000;

export function createTransport(options: TransportOptions): Transport {
  const { dispatcher, fetch, maxResponseBytes } = options;
  let send: Send | undefined;
  if (dispatcher) send = sendByDispatcher(dispatcher, maxResponseBytes);
  else if (fetch) send = sendByFetch(fetch, maxResponseBytes);
  let loading: ReturnType<typeof loadAgent> | undefined;
  let preparing: Promise<void> | undefined;
  let isPrepared = Boolean(send);
  let closing: Promise<void> | undefined;
  async function load(): Promise<Send> {
    loading ??= loadAgent(options);
    const agent = await loading;
    send ??= agent
      ? sendByDispatcher(agent, maxResponseBytes)
      : sendByFetch(globalThis.fetch, maxResponseBytes);
    return send;
  }
  async function prepareOnce(origin: string): Promise<void> {
    try {
      await load();
      const agent = await loading;
      if (agent && !closing) await openSocket(agent, origin, longestOpeningMs);
    } catch {
      // What fails now fails again when something is sent, which says why.
    }
    isPrepared = true;
  }
  return {
    send(request) {
      if (closing && !dispatcher) throw new WireError(false, "connecting", clientClosed());
      return send ? send(request) : load().then((loaded) => loaded(request));
    },
    prepare(origin) {
      if (isPrepared || closing) return undefined;
      preparing ??= prepareOnce(origin);
      return preparing;
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
