/**
 * How the API refuses: with a status, a code and, where it applies, the field.
 *
 * @see https://www.airwallex.com/docs/api/errors
 */

/** One of several invalid fields. */
export interface FieldProblem {
  readonly source: string;
  readonly code: "field_required" | "invalid_argument";
  readonly message: string;
}

export interface RefusalOptions {
  /** The field or area at fault, as a dotted and indexed path. */
  readonly source?: string | undefined;
  readonly details?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown while answering a request; the core turns it into the documented envelope. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly source: string | undefined;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.source = options.source;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }

  envelope(traceId: string): Record<string, unknown> {
    const { code, message, source, details } = this;
    const named = source === undefined ? {} : { source };
    return { code, message, ...named, details, trace_id: traceId };
  }
}

export function fieldRequired(source: string): Refusal {
  return fieldRefusal(requiredProblem(source));
}

export function invalidArgument(source: string, reason: string): Refusal {
  return fieldRefusal(invalidProblem(source, reason));
}

export function notFound(what: string): Refusal {
  return new Refusal(404, "not_found", `${what} was not found.`);
}

/** One refusal for all invalid fields: the first is the source, the details list them all. */
export function refuseFields(
  problems: readonly [FieldProblem, ...FieldProblem[]],
  code: string = problems[0].code,
): Refusal {
  return fieldRefusal({ ...problems[0], code }, { errors: problems });
}

export function requiredProblem(source: string): FieldProblem {
  return { source, code: "field_required", message: `field [${source}] is required.` };
}

export function invalidProblem(source: string, reason: string): FieldProblem {
  return { source, code: "invalid_argument", message: `field [${source}] is invalid: ${reason}.` };
}

function fieldRefusal(
  { source, code, message }: Omit<FieldProblem, "code"> & { readonly code: string },
  details?: unknown,
): Refusal {
  return new Refusal(400, code, message, { source, details });
}

const codesByStatus: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["invalid_argument", "The request is invalid."],
  401: ["credentials_invalid", "The credentials are invalid."],
  403: ["forbidden", "The request is not permitted."],
  404: ["not_found", "The resource was not found."],
  405: ["method_not_allowed", "The method is not allowed."],
  409: ["concurrent_update", "The same request is being processed."],
  429: ["too_many_requests", "Rate Limit Exceeded."],
  500: ["internal_error", "Something went wrong."],
};

/** The refusal that the API usually sends with a status. */
export function refusalOfStatus(status: number): Refusal {
  const [code, message] = codesByStatus[status] ?? [
    "service_unavailable",
    "The service is unavailable.",
  ];
  return new Refusal(status, code, message);
}
