/** The only file that uses undici: one dispatch per request, by default on our own Agent. */

import type { Readable } from "node:stream";
import { stream as streams } from "./builtin.js";
import type { DeadlineError } from "./deadline.js";
import { decode } from "./decode.js";
import {
  type Send,
  WireError,
  type WireHeaders,
  type WireRequest,
  type WireResponse,
} from "./wire.js";

/** The part of undici's Dispatcher that is used; an Agent, ProxyAgent, Pool or MockAgent fits. */
export interface DispatcherLike {
  // biome-ignore lint/suspicious/noExplicitAny: undici's own option types differ between majors
  dispatch(options: any, handler: any): boolean;
}

export interface TransportOptions {
  readonly dispatcher?: DispatcherLike | undefined;
  /** Sockets per host. */
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
}

export interface Transport {
  readonly send: Send;
  /** Closes idle sockets and waits for busy ones. A dispatcher that was passed in stays open. */
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): Transport {
  let dispatcher = options.dispatcher;
  let loading: Promise<OwnAgent> | undefined;
  let closing: Promise<void> | undefined;
  return {
    send(request) {
      if (closing && !options.dispatcher) throw new WireError(false, "connecting", clientClosed());
      if (dispatcher) return exchange(dispatcher, request);
      loading ??= loadAgent(options);
      return loading.then((agent) => {
        dispatcher = agent;
        return exchange(agent, request);
      });
    },
    close() {
      closing ??= loading?.then((agent) => agent.close()) ?? Promise.resolve();
      return closing;
    },
  };
}

export function clientClosed(): Error {
  return new Error("the client is closed");
}

interface OwnAgent extends DispatcherLike {
  close(): Promise<void>;
}

/**
 * Importing undici replaces the dispatcher behind the app's global `fetch`, unless Node has already set
 * up its own (nodejs/undici#5500). Touching `Response` makes Node do that.
 */
async function loadAgent({ maxSockets, connectTimeoutMs }: TransportOptions): Promise<OwnAgent> {
  // The build would remove a bare read as unused.
  if (typeof globalThis.Response !== "function")
    throw new Error("Cannot load undici: this Node.js has no fetch");
  const { Agent } = await import("undici");
  return new Agent({
    connections: maxSockets,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectTimeoutMs },
    // The call's own deadline covers headers and body, at a fraction of the cost.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function exchange(dispatcher: DispatcherLike, request: WireRequest): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const { origin, method, headers, body } = request;
    const path = request.query === "" ? request.path : request.path + request.query;
    dispatcher.dispatch(
      {
        origin,
        path,
        method,
        headers,
        body: typeof body === "object" && "open" in body ? body.open() : body,
      },
      new Exchange(request, resolve, reject),
    );
  });
}

interface Controller {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

const noBytes: Buffer = Buffer.alloc(0);

/** undici's handler for one exchange; a class, because a closure per event costs more per call. */
class Exchange {
  readonly #request: WireRequest;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (error: Error) => void;
  #controller: Controller | undefined;
  #stopped: DeadlineError | undefined;
  #status = 0;
  #headers: WireHeaders = {};
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #stream: Readable | undefined;

  constructor(
    request: WireRequest,
    resolve: (response: WireResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    request.deadline.watch("connecting", (error) => this.#stop(error));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#request.deadline.phase = "waiting for the answer";
    if (this.#stopped) controller.abort(this.#stopped);
  }

  onResponseStart(controller: Controller, status: number, headers: WireHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#request.deadline.phase = "reading the answer";
    if (this.#request.streamed && status < 300) this.#deliverStream(controller);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause();
    } else if (this.#first === undefined) this.#first = chunk;
    else if (this.#more === undefined) this.#more = [this.#first, chunk];
    else this.#more.push(chunk);
  }

  onResponseEnd(): void {
    this.#request.deadline.unwatch();
    if (this.#stream) {
      this.#stream.push(null);
      return;
    }
    const body = this.#more ? Buffer.concat(this.#more) : (this.#first ?? noBytes);
    const response: WireResponse = { status: this.#status, headers: this.#headers, body };
    const encoding = this.#headers["content-encoding"];
    if (encoding === undefined || body.length === 0) this.#resolve(response);
    else void decode(response).then(this.#resolve);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#request.deadline.unwatch();
    if (this.#stream) this.#stream.destroy(error);
    else this.#fail(error);
  }

  #deliverStream(controller: Controller): void {
    const { Readable } = streams();
    const stream = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!stream.readableEnded) controller.abort(error ?? new Error("The reader stopped"));
        done(error);
      },
    });
    this.#stream = stream;
    this.#resolve({ status: this.#status, headers: this.#headers, body: noBytes, stream });
  }

  #stop(error: DeadlineError): void {
    this.#stopped = error;
    if (this.#controller) this.#controller.abort(error);
    // Still queued for a socket; onRequestStart aborts it when its turn comes.
    else this.#fail(error);
  }

  #fail(cause: unknown): void {
    const sent = this.#controller !== undefined;
    this.#reject(new WireError(sent, this.#request.deadline.phase, this.#stopped ?? cause));
  }
}
