/** One call, from input to typed result: check the input, send it, then check or translate the outcome. */

import { allOf, refuseUnknown } from "../checks/options.js";
import type { Endpoint, EndpointInput } from "../schemas/endpoint.js";
import {
  header,
  type Progress,
  type Send,
  type WireRequest,
  type WireResponse,
} from "../transport/wire.js";
import { commonHeaders } from "./headers.js";
import {
  readBody,
  refusal,
  reportDrift,
  settleUnreadable,
  translate,
  unreadable,
} from "./outcome.js";
import { buildRequest, refuseInput } from "./request.js";
import type { CallExtras, CallOptions, CallSettings } from "./settings.js";

/** The response that the data came in. */
export interface ResponseInfo {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The API's `x-request-id`. */
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

/** What happened, for `withResponse`. */
interface Journey extends Progress {
  response: WireResponse | undefined;
}

const noOptions: CallOptions = {};

export const callOptions: ReadonlySet<string> = allOf<keyof CallOptions>({
  signal: true,
  timeoutMs: true,
  maxRetries: true,
  onBehalfOf: true,
  apiVersion: true,
  headers: true,
  extraBody: true,
});

export function createCall(send: Send, settings: CallSettings): Call {
  const common = commonHeaders(settings);

  async function run<Output>(
    endpoint: Endpoint,
    input: EndpointInput,
    options: CallOptions,
    extras: CallExtras<Output>,
    journey: Journey,
  ): Promise<Output> {
    if (options !== noOptions) refuseUnknown(`Cannot call ${endpoint.name}`, options, callOptions);
    const refused = refuseInput(endpoint, input);
    let request: WireRequest;
    try {
      // Before any await, so that later changes by the caller are not sent.
      request = buildRequest(endpoint, input, options, extras, settings, common, journey);
    } catch (error) {
      await refused;
      throw error;
    }
    const refuse = (response: WireResponse): Error => {
      const sent = [input.body, input.query, options.extraBody, extras.payload?.describes];
      return refusal(request, response, sent, settings);
    };
    const { onRetry } = extras;
    if (onRetry) {
      journey.onRetry = (response, error) =>
        onRetry(response ? refuse(response) : translate(error, request));
    }
    try {
      if (refused) await refused;
      extras.check?.();
      request.deadline.check();
      const response = await send(request);
      journey.response = response;
      if (response.found !== undefined) return response.found as Output;
      if (response.status >= 300) throw refuse(response);
      if (!endpoint.response) return undefined as Output;
      const data = readBody(response, extras);
      if (data === unreadable) return (await settleUnreadable(request, response)) as Output;
      if (settings.validation !== "off") {
        const fits = endpoint.response.fits(data);
        if (fits !== true && !(await fits)) {
          await reportDrift(endpoint, request, response, data, settings);
        }
      }
      return data as Output;
    } catch (error) {
      throw translate(error, request);
    } finally {
      request.deadline.close();
    }
  }

  return <Input extends EndpointInput, Output>(
    endpoint: Endpoint<Input, Output>,
    input: Input,
    options: CallOptions = noOptions,
    extras: CallExtras<Output> = {},
  ) => {
    const journey: Journey = { attempts: 0, ambiguous: false, response: undefined };
    // The async function's own promise, so that an error's stack reaches back to the caller.
    const promise = run<Output>(endpoint as Endpoint, input, options, extras, journey);
    return Object.assign(promise, {
      withResponse: async () => ({ data: await promise, response: describe(journey) }),
    });
  };
}

/** The same call, for responses that contain amounts: no digits are lost. */
export function exactly(call: Call): Call {
  return (endpoint, input, options) => call(endpoint, input, options, { exactNumbers: true });
}

/** A call that needs preparation first, such as inspecting a file. */
export function callAfter<T, Output>(
  preparing: Promise<T>,
  call: (prepared: T) => ApiPromise<Output>,
): ApiPromise<Output> {
  // Boxed: resolving with the call's own promise would wait for the call.
  const started = preparing.then((prepared) => ({ sent: call(prepared) }));
  const promise = started.then(({ sent }) => sent);
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

function describe({ response, attempts }: Journey): ResponseInfo {
  const headers = response?.headers ?? {};
  const names = Object.keys(headers);
  return {
    status: response?.status ?? 0,
    headers: Object.fromEntries(names.map((name) => [name, header(headers, name) ?? ""])),
    requestId: header(headers, "x-request-id"),
    attempts,
  };
}
