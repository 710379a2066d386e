/** One call, from input to typed result: check the input, send it, then check or translate the outcome. */

import { allOf, refuseUnknown } from "../checks/options.js";
import { withoutNulls } from "../checks/values.js";
import type { Endpoint, EndpointInput } from "../schemas/endpoint.js";
import {
  header,
  type Progress,
  requestIdOf,
  type Send,
  type WireRequest,
  type WireResponse,
} from "../transport/wire.js";
import { translate } from "./failure.js";
import { type CommonHeaders, commonHeaders } from "./headers.js";
import { noAnswer, problemWithAnswer, readBody, refusal, reportDrift } from "./outcome.js";
import { buildRequest, refuseInput } from "./request.js";
import type { CallExtras, CallGate, CallOptions, CallSettings } from "./settings.js";
import { findOnce, sendAndSettle } from "./settle.js";

/** The response that the data came in. */
export interface ResponseInfo {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The API's id of the request: `x-awx-trace-id`, else `correlation-id`, else `x-request-id`. */
  readonly requestId: string | undefined;
  /** Requests sent or attempted. */
  readonly attempts: number;
}

/** A promise of the data; `withResponse()` adds status, headers and request id. */
export interface ApiPromise<T> extends Promise<T> {
  withResponse(): Promise<{ readonly data: T; readonly response: ResponseInfo }>;
}

/** The only way resources reach the API. */
export type Call = <Input extends EndpointInput, Output>(
  endpoint: Endpoint<Input, Output>,
  input: Input,
  options?: CallOptions,
  extras?: CallExtras<Output>,
) => ApiPromise<Output>;

/** What has happened in a call so far, also for `withResponse`. */
interface CallRecord extends Progress {
  response: WireResponse | undefined;
}

const noOptions: CallOptions = {};

export const callOptions: ReadonlySet<string> = allOf<keyof CallOptions>({
  signal: true,
  timeoutMs: true,
  maxRetries: true,
  onBehalfOf: true,
  scaToken: true,
  apiVersion: true,
  headers: true,
  extraBody: true,
});

export function createCall(send: Send, settings: CallSettings): Call {
  const pipe: Pipe = { send, settings, common: commonHeaders(settings) };
  return <Input extends EndpointInput, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options: CallOptions = noOptions,
    extras: CallExtras<Output> = {},
  ) => {
    const record: CallRecord = { attempts: 0, retries: 0, ambiguous: false, response: undefined };
    // The async function's own promise, so that an error's stack reaches back to the caller.
    const promise = run<Output>(pipe, endpoint as Endpoint, input, options, extras, record);
    return Object.assign(promise, {
      withResponse: async () => ({ data: await promise, response: describe(record) }),
    });
  };
}

/** What all calls of a client go through. */
interface Pipe {
  readonly send: Send;
  readonly settings: CallSettings;
  readonly common: CommonHeaders;
}

async function run<Output>(
  { send, settings, common }: Pipe,
  endpoint: Endpoint,
  given: EndpointInput,
  options: CallOptions,
  extras: CallExtras<Output>,
  record: CallRecord,
): Promise<Output> {
  if (options !== noOptions) refuseUnknown(`Cannot call ${endpoint.name}`, options, callOptions);
  // So that what the API answered, nulls and all, can be sent back.
  const input = endpoint.body ? { ...given, body: withoutNulls(given.body) } : given;
  const refused = refuseInput(endpoint, input);
  let request: WireRequest;
  try {
    // Before any await, so that later changes by the caller are not sent.
    request = buildRequest(endpoint, input, options, extras, settings, common, record);
  } catch (error) {
    await refused;
    throw error;
  }
  const refuse = (response: WireResponse): Error => {
    const bodies = [input.body, options.extraBody, extras.payload?.describes];
    return refusal(request, response, { bodies, query: input.query }, settings);
  };
  const { onRetry, settlement } = extras;
  if (onRetry) {
    record.onRetry = (response, error) =>
      onRetry(response ? refuse(response) : translate(error, request));
  }
  if (settings.gate) enter(settings.gate, options, request, refused);
  try {
    if (refused) await refused;
    extras.check?.();
    request.deadline.check();
    const answer = settlement
      ? await sendAndSettle(send, request, settlement, settings.random)
      : await send(request);
    if ("found" in answer) return answer.found;
    record.response = answer;
    if (answer.status >= 300) throw refuse(answer);
    return await readAnswer(endpoint, request, answer, extras, settings);
  } catch (error) {
    throw translate(error, request);
  } finally {
    settings.gate?.leave();
    request.deadline.close();
  }
}

/** Throws, as the call would, if the client is closed. */
function enter(
  gate: CallGate,
  options: CallOptions,
  request: WireRequest,
  refused: Promise<void> | undefined,
): void {
  try {
    gate.enter(options);
  } catch (error) {
    request.deadline.close();
    // Nobody will wait for it any more.
    refused?.catch(() => undefined);
    throw translate(error, request);
  }
}

/** The data of a successful response; a write whose response is no answer is looked up. */
async function readAnswer<Output>(
  endpoint: Endpoint,
  request: WireRequest,
  response: WireResponse,
  extras: CallExtras<Output>,
  settings: CallSettings,
): Promise<Output> {
  const shape = endpoint.response;
  if (!shape) return undefined as Output;
  const body = readBody(response, extras);
  const data = extras.interpret ? extras.interpret(body, request.progress) : body;
  const problem = problemWithAnswer(endpoint, response, data, extras.anyBody);
  if (problem !== undefined) {
    if (request.retry !== "safe") request.progress.ambiguous = true;
    const found = extras.settlement && (await findOnce(extras.settlement, request));
    if (found) return found.found;
    throw noAnswer(request, response, data, problem);
  }
  const { validation, topics } = settings;
  const isReported = validation !== "off" && topics.drift.active();
  if (isReported || (validation === "strict" && !(await shape.fits(data)))) {
    await reportDrift(endpoint, request, response, data, settings);
  }
  return data as Output;
}

/** The same call, for responses that contain amounts: no digits are lost. */
export function exactly(call: Call): Call {
  return (endpoint, input, options) => call(endpoint, input, options, { exactNumbers: true });
}

/** A call that needs preparation first, such as inspecting a file, and `cleanUp` whatever becomes of it. */
export function callAfter<T, Output>(
  preparing: Promise<T>,
  call: (prepared: T) => ApiPromise<Output>,
  cleanUp: () => void = () => undefined,
): ApiPromise<Output> {
  // Boxed: resolving with the call's own promise would wait for the call.
  const started = preparing.then((prepared) => ({ sent: call(prepared) }));
  // In one chain: an error's stack reaches the caller's line only through promises with one listener.
  const promise = started.then(({ sent }) => sent).finally(cleanUp);
  return Object.assign(promise, {
    async withResponse() {
      await promise;
      return await (await started).sent.withResponse();
    },
  });
}

/** A call whose result is mapped to another. */
export function mapCall<Output, Result>(
  sent: ApiPromise<Output>,
  change: (data: Output) => Result,
): ApiPromise<Result> {
  const promise = sent.then(change);
  return Object.assign(promise, {
    async withResponse() {
      const { response } = await sent.withResponse();
      return { data: await promise, response };
    },
  });
}

function describe({ response, attempts }: CallRecord): ResponseInfo {
  const headers = response?.headers ?? {};
  const names = Object.keys(headers);
  return {
    // A result that was looked up came in no response to this call.
    status: response?.status ?? 200,
    headers: Object.fromEntries(names.map((name) => [name, header(headers, name) ?? ""])),
    requestId: requestIdOf(headers),
    attempts,
  };
}
