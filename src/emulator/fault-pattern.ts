/** Which requests a fault is for, as text: `POST /api/v1/accounts/{id}/submit`. */

import { endpoints } from "../schemas/endpoints.generated.js";
import { lazyEndpoints } from "../schemas/lazy-endpoints.generated.js";

/** A request as faults see it. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  /** Name of the endpoint, such as `accounts.create`. */
  readonly endpoint: string | undefined;
}

export type Pattern = (target: FaultTarget) => boolean;

/** @throws TypeError for text that is neither `*`, nor an endpoint's name, nor a method and a path. */
export function compilePattern(match: string): Pattern {
  if (match === "*") return () => true;
  const known = [...endpoints, ...lazyEndpoints].some(({ name }) => name === match);
  if (known) return ({ endpoint }) => endpoint === match;
  const [, method, path] = /^([A-Z]+|\*) (\/\S*)$/.exec(match) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(
      `Cannot set fault: its match is "${match}", expected a method and a path such as "POST /api/v1/accounts/create", the name of an endpoint such as "accounts.create", or "*"`,
    );
  }
  const fits = compilePath(path);
  return (target) => (method === "*" || method === target.method) && fits(target.path);
}

/** `{name}` stands for one part of the path, a `*` at the end for all that follows. */
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
