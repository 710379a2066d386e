/** Patterns that say which requests a fault hits: `POST /api/v1/accounts/{id}/submit`. */

import { requireStrings } from "../../checks/arguments.js";
import { closest } from "../../checks/closest.js";
import { quoted } from "../../checks/printable.js";
import { endpoints } from "../../generated/endpoints.js";
import type { Routed } from "./router.js";

/** A request as faults see it. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  /** Name of the endpoint, such as `accounts.create`. */
  readonly endpoint: string | undefined;
}

export type Pattern = (target: FaultTarget) => boolean;

/**
 * @param served The routes that can be hit; undefined allows any path.
 * @throws TypeError for a string that is not `*`, an endpoint's name, or a method and a path; and for a
 *   method and a path that are not served.
 */
export function compilePattern(match: string, served: readonly Routed[] | undefined): Pattern {
  requireStrings("Cannot set fault", { match });
  if (match === "*") return () => true;
  if (endpoints.some(({ name }) => name === match)) return ({ endpoint }) => endpoint === match;
  const [, method, path] = /^([A-Z]+|\*) (\/\S*)$/.exec(match) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(
      `Cannot set fault: its match is ${quoted(match)}, expected a method and a path such as "POST /api/v1/accounts/create", the name of an endpoint such as "accounts.create", or "*"${didYouMean(match, endpointNames)}`,
    );
  }
  if (served) refuseUnserved(match, method, path, served);
  const fits = compilePath(path);
  return (target) => (method === "*" || method === target.method) && fits(target.path);
}

const endpointNames = endpoints.map(({ name }) => name);

/** A typo in a path would make a fault that never hits, and a test that proves nothing. */
function refuseUnserved(
  match: string,
  method: string,
  path: string,
  served: readonly Routed[],
): void {
  const onPath = served.filter((one) => mayFit(path, one.path));
  if (onPath.some((one) => method === "*" || method === one.method)) return;
  const all = served.map((one) => `${method === "*" ? "*" : one.method} ${one.path}`);
  const others = onPath.map((one) => `${one.method} ${path}`);
  const meant = others.length > 0 ? `, expected ${others.join(" or ")}` : didYouMean(match, all);
  throw new TypeError(
    `Cannot set fault: its match is ${quoted(match)}, which is not a path of the emulator${meant}; pass anyPath: true if it is meant`,
  );
}

function didYouMean(given: string, known: readonly string[]): string {
  const meant = closest(given, known);
  return meant === undefined ? "" : `, did you mean "${meant}"`;
}

/** Whether some path fits both a pattern and the template of a route. */
function mayFit(pattern: string, template: string): boolean {
  const asked = pattern.replace(/\/$/, "").split("/");
  const parts = template.split("/");
  const open = asked.at(-1)?.endsWith("*") ?? false;
  if (open ? parts.length < asked.length : parts.length !== asked.length) return false;
  return asked.every((part, i) => {
    const other = parts[i] ?? "";
    return other.startsWith("{") || compilePath(part)(other);
  });
}

/** `{name}` matches one segment of the path, a trailing `*` all that follows. */
function compilePath(path: string): (path: string) => boolean {
  const source = path
    .split(/(\{[^{}/]*\}|\*$)/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return part === "*" ? ".*" : "[^/]+";
    })
    .join("");
  const expression = new RegExp(`^${source.replace(/\/$/, "")}/?$`);
  return (target) => expression.test(target);
}
