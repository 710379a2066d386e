/** Turns a response into a typed result or an error of ours. */

import { isObject, textOf } from "../checks/values.js";
import type { CallFacts } from "../errors/index.js";
import { AuthenticationError, listIssues, ScaRequiredError, ShapeError } from "../errors/index.js";
import { findDrift } from "../report/drift.js";
import { createRedactor, redactPath } from "../report/redact.js";
import type { Endpoint } from "../schemas/endpoint.js";
import { describeUnreadable, parseBody, textOfBody } from "../transport/body.js";
import { requestIdOf, type WireRequest, type WireResponse } from "../transport/wire.js";
import { readRemoteError, toApiError } from "./api-error.js";
import { parseExactly } from "./exact-json.js";
import { factsOf, secretsOf } from "./facts.js";
import { asksForSca, scaSessionCodeOf } from "./sca.js";
import type { CallExtras, CallSettings } from "./settings.js";

/** Everything that was sent, so that it is recognised where the response quotes it. */
export interface Sent {
  readonly bodies: readonly unknown[];
  readonly query: unknown;
}

/** A response with status 300 or above, as an error. */
export function refusal(
  request: WireRequest,
  response: WireResponse,
  sent: Sent,
  { unauthorized, check }: CallSettings,
): Error {
  const scaSessionCode = scaSessionCodeOf(response);
  const secrets = [...secretsOf(request), scaSessionCode ?? ""];
  const redactor = createRedactor(sent.bodies, secrets, sent.query);
  const facts = factsOf(request, response, redactor);
  if (asksForSca(response)) {
    const remote = readRemoteError(response, parseBody(response), redactor);
    return new ScaRequiredError(remote, facts, scaSessionCode);
  }
  if (response.status !== 401) return toApiError(response, facts, redactor, request.progress.hint);
  const remote = readRemoteError(response, parseBody(response), redactor);
  return new AuthenticationError(unauthorized, remote, facts, {
    check,
    advice: request.progress.hint,
  });
}

/** The parsed body of a successful response; undefined if there is none, or it is not JSON. */
export function readBody(
  response: WireResponse,
  { anyBody, exactNumbers }: Pick<CallExtras<unknown>, "anyBody" | "exactNumbers">,
): unknown {
  const data = parseBody(response, exactNumbers ? parseExactly : JSON.parse);
  if (data !== undefined || !anyBody || response.body.length === 0) return data;
  return textOfBody(response.body);
}

/**
 * Why a successful response is no answer of the endpoint; undefined if it is one. Proxies, sign-in and
 * maintenance pages return 200 too, and some of them JSON.
 */
export function problemWithAnswer(
  { mustHave }: Endpoint,
  response: WireResponse,
  data: unknown,
  anyBody: boolean | undefined,
): string | undefined {
  if (data === undefined) return anyBody ? undefined : describeUnreadable(response);
  if (mustHave === undefined) return undefined;
  if (mustHave.length === 0) return Array.isArray(data) ? undefined : "the answer is not a list";
  const has = (name: string): boolean => {
    const value = isObject(data) ? data[name] : undefined;
    if (name === "items") return Array.isArray(value);
    // Nothing can be found again by an id that is empty, or no text.
    if (/(^|_)id$/.test(name)) return typeof value === "number" || textOf(value) !== undefined;
    return value !== undefined && value !== null;
  };
  if (mustHave.some(has)) return undefined;
  return `the answer has ${mustHave.length === 1 ? "no" : "none of"} ${mustHave.join(", ")}`;
}

/** The error for such a response: a write is then as unknown as after a lost response. */
export function noAnswer(
  request: WireRequest,
  response: WireResponse,
  data: unknown,
  problem: string,
): ShapeError {
  const outcome = request.retry === "safe" ? "done" : "unknown";
  const facts: CallFacts = { ...factsOf(request, response), outcome };
  const message = `Cannot read the answer to ${request.operation}: status ${response.status}, and ${problem}`;
  return new ShapeError(
    "unreadable_response",
    message,
    facts,
    [],
    data ?? response.body.toString(),
  );
}

/** Reports what a successful response has that the model has not; throws for a wrong shape if validation is strict. */
export async function reportDrift(
  { response: shape }: Endpoint,
  request: WireRequest,
  response: WireResponse,
  data: unknown,
  { validation, topics: { drift } }: CallSettings,
): Promise<void> {
  const strict = validation === "strict";
  if (!shape || !(strict || drift.active())) return;
  const differences = await findDrift(shape, data);
  if (differences.length === 0) return;
  const { operation, method } = request;
  const path = redactPath(request.path);
  const requestId = requestIdOf(response.headers);
  if (drift.active()) {
    drift.publish({ operation, method, path, requestId, shape: shape.name, issues: differences });
  }
  const issues = differences.filter(({ kind }) => kind === "mismatch");
  if (!strict || issues.length === 0) return;
  const facts: CallFacts = { ...factsOf(request, response), outcome: "done" };
  const message = `Cannot accept the answer to ${operation}: ${issues.length} ${issues.length === 1 ? "member differs" : "members differ"} from ${shape.name}; ${listIssues(issues)}`;
  throw new ShapeError("unexpected_shape", message, facts, issues, data);
}
