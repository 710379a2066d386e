/** Turns an endpoint and its input into the request that goes out on the wire. */

import { isObject, kindOf, showNumber } from "../checks/values.js";
import { ValidationError } from "../errors/index.js";
import { explainInput } from "../report/issues.js";
import type { Endpoint, EndpointInput } from "../schemas/endpoint.js";
import type { Shape } from "../schemas/shape.js";
import { openDeadline } from "../transport/deadline.js";
import type { Progress, WireRequest } from "../transport/wire.js";
import { type CommonHeaders, callHeaders } from "./headers.js";
import { buildQuery, fillPath } from "./path.js";
import type { CallExtras, CallOptions, CallSettings } from "./settings.js";

/** Rejects with {@link ValidationError} if the input does not fit; undefined if it is known to fit. */
export function refuseInput(
  endpoint: Endpoint,
  { body, query }: EndpointInput,
): Promise<void> | undefined {
  const bodyFits = endpoint.body?.fits(body) ?? true;
  // Left out, it is a query of nothing, which may not be enough.
  const asked = query === undefined ? nothing : query;
  const queryFits = endpoint.query?.fits(asked) ?? true;
  if (bodyFits === true && queryFits === true) return undefined;
  const parts = [
    { shape: endpoint.body, value: body, fits: bodyFits },
    { shape: endpoint.query, value: asked, fits: queryFits },
  ];
  return refuseParts(endpoint.name, parts);
}

const nothing: object = Object.freeze({});

interface Part {
  readonly shape: Shape<unknown> | undefined;
  readonly value: unknown;
  readonly fits: boolean | Promise<boolean>;
}

async function refuseParts(operation: string, parts: readonly Part[]): Promise<void> {
  for (const { shape, value, fits } of parts) {
    if (shape && !(await fits)) await explainInput(operation, shape, value);
  }
}

/** Builds a call's request and starts its deadline, which the caller must close. */
export function buildRequest<Output>(
  endpoint: Endpoint,
  { path, query, body }: EndpointInput,
  options: CallOptions,
  extras: CallExtras<Output>,
  settings: CallSettings,
  common: CommonHeaders,
  progress: Progress,
): WireRequest {
  const { name, method } = endpoint;
  // What nobody can look up must not be made twice.
  const retry = endpoint.retry === "lookup" && !extras.settlement ? "never" : endpoint.retry;
  const { origin, prefix } = settings.hosts[endpoint.host];
  const text = extras.payload ? undefined : serialize(endpoint, body, options.extraBody);
  const shared = text === undefined ? common.withoutBody : common.withJson;
  const maxRetries = options.maxRetries ?? settings.maxRetries;
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new RangeError(
      `Cannot call ${name}: maxRetries is ${showNumber(maxRetries)}, expected a whole number of at least 0`,
    );
  }
  return {
    operation: name,
    method,
    origin,
    path: prefix + fillPath(name, endpoint.path, path),
    query: query === undefined ? "" : buildQuery(name, query, endpoint.repeated),
    headers: callHeaders(name, shared, options, extras.payload?.headers),
    body: extras.payload?.body ?? text,
    streamed: false,
    retry,
    idempotencyKey: retry === "request_id" ? requestIdOf(body, options.extraBody) : undefined,
    maxRetries,
    deadline: openDeadline(name, options.timeoutMs ?? settings.timeoutMs, options.signal),
    progress,
  };
}

function serialize(
  { name: operation, method }: Endpoint,
  body: unknown,
  extra: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (body === undefined && extra === undefined) return undefined;
  if (extra !== undefined && !isObject(extra)) {
    const message = `is ${kindOf(extra)}, expected an object`;
    throw new ValidationError(operation, [{ path: ["extraBody"], message }]);
  }
  if (extra !== undefined && method === "GET") {
    const message = "is given for a GET, which has no body";
    throw new ValidationError(operation, [{ path: ["extraBody"], message }]);
  }
  try {
    return JSON.stringify(extra === undefined ? body : merge(body ?? {}, extra));
  } catch {
    // A bigint or a circular reference; the engine's own message may quote it.
    const path = [extra === undefined ? "body" : "extraBody"];
    throw new ValidationError(operation, [{ path, message: "is not JSON" }]);
  }
}

/** The `request_id` that the API sees; the extra body wins, as it does on the wire. */
function requestIdOf(...bodies: readonly unknown[]): string | undefined {
  const ids = bodies.map((body) => (isObject(body) ? body["request_id"] : undefined));
  return ids.findLast((id) => typeof id === "string");
}

/** Merges objects member by member; any other value is replaced by the extra one. */
function merge(base: unknown, extra: unknown): unknown {
  if (!isObject(base) || !isObject(extra)) return extra;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    merged[key] = key in base ? merge(base[key], value) : value;
  }
  return merged;
}
