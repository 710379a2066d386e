/** The only file that uses undici: one dispatch per request, on an Agent. */

import type { Readable } from "node:stream";
import { stream as streams } from "./builtin.js";
import type { DeadlineError } from "./deadline.js";
import { decode, decoders } from "./decode.js";
import {
  type Send,
  tooLarge,
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

/** Sends by an Agent, ours or the app's. */
export function sendByDispatcher(dispatcher: DispatcherLike, maxBytes: number): Send {
  return (request) => exchange(dispatcher, request, maxBytes);
}

/**
 * Whether a dispatcher comes from undici 6 or older. It would call handlers by other names; its MockAgent
 * would never answer.
 */
export function isOldDispatcher(dispatcher: DispatcherLike): boolean {
  // A MockAgent holds its Agent under a symbol.
  const held = Object.getOwnPropertySymbols(dispatcher).map(
    (symbol) => (dispatcher as unknown as Record<symbol, unknown>)[symbol],
  );
  return [dispatcher, ...held].some(
    (one) => typeof one === "object" && one !== null && "interceptors" in one && "dispatch" in one,
  );
}

interface OwnAgent extends DispatcherLike {
  close(): Promise<void>;
}

interface AgentOptions {
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
}

/** An Agent of our own; undefined where there is no undici, so that the runtime's own fetch has to do. */
export async function loadAgent(options: AgentOptions): Promise<OwnAgent | undefined> {
  const undici = await loadUndici();
  if (!undici) {
    warnOfFetch();
    return undefined;
  }
  const { Agent, EnvHttpProxyAgent } = undici;
  // Bun answers for undici with a stand-in that only has its own fetch.
  if (typeof Agent?.prototype?.dispatch !== "function") return undefined;
  const Kind = usesProxyOfEnvironment() ? EnvHttpProxyAgent : Agent;
  const agent = new Kind({
    connections: options.maxSockets,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: options.connectTimeoutMs },
    // The call's own deadline covers headers and body, at a fraction of the cost.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  if (!isOldDispatcher(agent)) return agent;
  warnOfFetch();
  return undefined;
}

/**
 * Opens a socket: undici connects for a request that is dropped before anything of it is sent. Waits this
 * long at most.
 */
export function openSocket(
  dispatcher: DispatcherLike,
  origin: string,
  mostMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, mostMs);
    dispatcher.dispatch(
      { origin, path: "/", method: "GET" },
      {
        onRequestStart() {
          throw new Error("Only the socket was wanted");
        },
        onResponseError() {
          clearTimeout(timer);
          resolve();
        },
      },
    );
  });
}

/**
 * The build hides this import from bundlers (tsup.config.ts). As part of one ES module undici would throw
 * at the first call, because it uses `require`; elsewhere it would not compile, or not load on Node 20. A
 * bundle finds it in the node_modules beside it, or does without.
 */
async function loadUndici(): Promise<typeof import("undici") | undefined> {
  // Importing undici replaces the dispatcher behind the app's global `fetch`, unless Node has already set
  // up its own (nodejs/undici#5500). Touching `Response` makes Node do that; the build would remove a bare
  // read as unused.
  if (typeof globalThis.Response !== "function")
    throw new Error("Cannot load undici: this Node.js has no fetch");
  try {
    return await import("undici");
  } catch {
    return undefined;
  }
}

let warned = false;

function warnOfFetch(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    "undici 7 or newer cannot be loaded from here, so airwallex-connect uses the runtime's own fetch; " +
      "maxSockets and connectTimeoutMs have no effect. If this is a bundle, leave airwallex-connect out of " +
      "it (external) to use undici, or pass fetch: globalThis.fetch to createClient to keep it so",
    "AirwallexTransportWarning",
  );
}

/** The switches by which Node itself honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
function usesProxyOfEnvironment(): boolean {
  const { NODE_USE_ENV_PROXY, NODE_OPTIONS = "" } = process.env;
  const flags = [...process.execArgv, ...NODE_OPTIONS.split(" ")];
  return NODE_USE_ENV_PROXY === "1" || flags.includes("--use-env-proxy");
}

function exchange(
  dispatcher: DispatcherLike,
  request: WireRequest,
  maxBytes: number,
): Promise<WireResponse> {
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
      new Exchange(request, maxBytes, resolve, reject),
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
  readonly #maxBytes: number;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (error: Error) => void;
  #controller: Controller | undefined;
  #stopped: DeadlineError | undefined;
  #status = 0;
  #headers: WireHeaders = {};
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #bytes = 0;
  #stream: Readable | undefined;

  constructor(
    request: WireRequest,
    maxBytes: number,
    resolve: (response: WireResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#request = request;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    request.deadline.watch("connecting", (error) => this.#stop(error));
  }

  /** Called by undici 6 and older only, which may hide in a dispatcher. */
  onConnect(abort: () => void): void {
    this.#request.deadline.unwatch();
    this.#fail(new TypeError("the dispatcher is of undici 6 or older, expected 7 or newer"));
    abort();
  }

  onError(error: Error): void {
    this.onResponseError(null, error);
  }

  onRequestStart(controller: Controller): void {
    // Thrown, undici drops this request alone; `abort` would also close the socket, once per dead call.
    if (this.#stopped) throw this.#stopped;
    this.#controller = controller;
    this.#request.deadline.phase = "waiting for the answer";
    this.#request.progress.onSent?.();
  }

  onResponseStart(controller: Controller, status: number, headers: WireHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#request.deadline.phase = "reading the answer";
    if (this.#request.streamed && status < 300) this.#deliverStream(controller);
    else if (Number(headers["content-length"]) > this.#maxBytes) this.#refuseBody(controller);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#stream) {
      if (!this.#stream.push(chunk)) controller.pause();
      return;
    }
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#refuseBody(controller);
    else if (this.#first === undefined) this.#first = chunk;
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
    else void decode(response, this.#maxBytes).then(this.#resolve);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#request.deadline.unwatch();
    if (this.#stream) this.#stream.destroy(error);
    else this.#fail(error);
  }

  #deliverStream(controller: Controller): void {
    const { Readable, pipeline } = streams();
    const stream = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!stream.readableEnded) controller.abort(error ?? new Error("The reader stopped"));
        done(error);
      },
    });
    this.#stream = stream;
    const steps = decoders(this.#headers);
    // A failure destroys each stream of the pipeline, and is seen by whoever reads the last one.
    const decoded = steps.length === 0 ? stream : pipeline([stream, ...steps], () => undefined);
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body: noBytes,
      stream: decoded as Readable,
    });
  }

  /** The answer is larger than it may be: what came of it is forgotten, and no more is read. */
  #refuseBody(controller: Controller): void {
    this.#request.deadline.unwatch();
    const head = { status: this.#status, headers: this.#headers };
    this.#resolve({ ...head, ...tooLarge(this.#maxBytes) });
    this.#first = undefined;
    this.#more = undefined;
    controller.abort(new Error("The answer is too large"));
  }

  #stop(error: DeadlineError): void {
    this.#stopped = error;
    if (this.#controller) this.#controller.abort(error);
    // Still queued for a socket; onRequestStart drops it when its turn comes.
    else this.#fail(error);
  }

  #fail(cause: unknown): void {
    const sent = this.#controller !== undefined;
    this.#reject(new WireError(sent, this.#request.deadline.phase, this.#stopped ?? cause));
  }
}
