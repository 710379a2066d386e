/** Calls any endpoint that is not modelled, through the same pipeline as the others. */

import { closest } from "../checks/closest.js";
import { allOf } from "../checks/options.js";
import type { Issue } from "../errors/index.js";
import { listIssues, ShapeError, ValidationError } from "../errors/index.js";
import type { Endpoint, RetryClass } from "../schemas/endpoint.js";
import { anything } from "../schemas/shape.js";
import type { ApiPromise, Call, ResponseInfo } from "./call.js";
import type { CallOptions } from "./settings.js";

/** A schema of any library that follows Standard Schema (https://standardschema.dev), such as zod. */
export interface SchemaLike<Output> {
  readonly "~standard": {
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A request to an endpoint that this package does not model. */
export interface CustomRequest<Output = unknown> {
  readonly method: Endpoint["method"];
  /** Path from the root, such as `/api/v1/balances/current`. Encode ids with `encodeURIComponent`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Validates the response; its output is the result. */
  readonly schema?: SchemaLike<Output> | undefined;
  /**
   * What may be done when the response is lost. Default: `safe` for GET, `request_id` for a body that
   * has one, otherwise `never`.
   */
  readonly retry?: Exclude<RetryClass, "lookup"> | undefined;
}

/**
 * Resolves to the parsed body: a body that is not JSON as a string, no body as undefined.
 *
 * @throws ValidationError for an invalid method or path, a body on GET, or an unknown member
 * @throws ShapeError when `schema` rejects the response; its `data` holds what came
 */
export type RequestFunction = <Output = unknown>(
  request: CustomRequest<Output>,
  options?: CallOptions,
) => ApiPromise<Output>;

export function requestFunction(call: Call): RequestFunction {
  return <Output>(request: CustomRequest<Output>, options?: CallOptions): ApiPromise<Output> => {
    const issues = findIssues(request);
    if (issues.length > 0) return refuse(issues);
    const answer = send(call, request, options);
    const { schema } = request;
    if (!schema) return answer as ApiPromise<Output>;
    const checked = check(answer, schema, request);
    const data = checked.then((result) => result.data);
    return Object.assign(data, {
      withResponse: () => {
        // The caller handles the other promise.
        data.catch(() => undefined);
        return checked;
      },
    });
  };
}

function refuse(issues: readonly Issue[]): ApiPromise<never> {
  const refused = Promise.reject(new ValidationError("request", issues));
  return Object.assign(refused, { withResponse: () => refused });
}

const members = allOf<keyof CustomRequest>({
  method: true,
  path: true,
  query: true,
  body: true,
  schema: true,
  retry: true,
});

const methods: ReadonlySet<unknown> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

function findIssues(request: CustomRequest): readonly Issue[] {
  const { method, path, body } = request ?? {};
  const problem = problemWith(path);
  const allowed = `is not allowed, expected one of ${[...methods].join(", ")}`;
  return [
    ...unknownMembers(request ?? {}),
    ...(methods.has(method) ? [] : [{ path: ["method"], message: allowed }]),
    ...(problem === undefined ? [] : [{ path: ["path"], message: problem }]),
    ...(method === "GET" && body !== undefined
      ? [{ path: ["body"], message: "is given for GET, expected those values in `query`" }]
      : []),
  ];
}

function unknownMembers(request: object): readonly Issue[] {
  return Object.entries(request).flatMap(([name, value]) => {
    if (value === undefined || members.has(name)) return [];
    const suggestion = closest(name, [...members]);
    return [{ path: [name], message: "is not a known field", suggestion }];
  });
}

function problemWith(path: unknown): string | undefined {
  if (typeof path !== "string" || !path.startsWith("/") || path.startsWith("//")) {
    return "is not a path, expected one such as /api/v1/balances/current";
  }
  if (/[?#]/.test(path)) return "has a query or a fragment, expected those in `query`";
  if (!/^(?:[\w.~!$&'()*+,;=:@{}/-]|%[0-9a-f]{2})+$/i.test(path)) {
    return "has characters that must be encoded, expected encodeURIComponent around them";
  }
  // Servers decode dots before they resolve a path.
  const plain = path.replace(/%2e/gi, ".");
  return /\/\.{1,2}(\/|$)/.test(plain) ? "has a part that is . or .., expected an id" : undefined;
}

function send(
  call: Call,
  { method, path, query, body, retry }: CustomRequest,
  options: CallOptions | undefined,
): ApiPromise<unknown> {
  const endpoint: Endpoint = {
    name: "request",
    method,
    // Braces would be taken for parameters.
    path: path.replace(/[{}]/g, encodeURIComponent),
    host: "api",
    environment: "all",
    retry: retry ?? retryOf(method, body),
    status: 200,
    docs: "",
    response: anything,
  };
  return call(endpoint, { ...(query && { query }), body }, options, { anyBody: true });
}

function retryOf(method: string, body: unknown): RetryClass {
  if (method === "GET") return "safe";
  // An undefined id would not be sent, and only an id that was sent makes a repeat safe.
  const id =
    typeof body === "object" && (body as { readonly request_id?: unknown } | null)?.request_id;
  return typeof id === "string" && id !== "" ? "request_id" : "never";
}

async function check<Output>(
  answer: ApiPromise<unknown>,
  schema: SchemaLike<Output>,
  { method, path }: CustomRequest<Output>,
): Promise<{ readonly data: Output; readonly response: ResponseInfo }> {
  const { data, response } = await answer.withResponse();
  const result = await schema["~standard"].validate(data);
  if (!result.issues) return { data: result.value, response };
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: "does not fit" }));
  const { attempts, requestId } = response;
  const facts = {
    operation: "request",
    method,
    path,
    outcome: "done",
    attempts,
    requestId,
  } as const;
  const message = `Cannot accept the answer to request: it does not fit the schema that was given; ${listIssues(issues)}`;
  throw new ShapeError("unexpected_shape", message, facts, issues, data);
}

function pathOf({ path = [] }: SchemaIssue): readonly (string | number)[] {
  return path.map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? key : String(key);
  });
}
