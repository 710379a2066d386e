/** Finds the route for a path, among the API's endpoints and the emulator's own pages. */

export interface Router<Route> {
  find(method: string, path: string): Found<Route>;
}

/** A route, or the methods that the path allows; none if there is no such path. */
export type Found<Route> =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly route: undefined; readonly allowed: readonly string[] };

export interface Routed {
  readonly method: string;
  /** Template such as `/api/v1/accounts/{id}`. */
  readonly path: string;
}

interface Compiled<Route> {
  readonly route: Route;
  readonly method: string;
  readonly parts: readonly string[];
  readonly variables: number;
}

export function createRouter<Route extends Routed>(routes: readonly Route[]): Router<Route> {
  // Paths with fewer variables are tried first: `/accounts/create` before `/accounts/{id}`.
  const compiled = routes.map(compile).sort((a, b) => a.variables - b.variables);
  return {
    find(method, path) {
      const parts = split(path);
      const onPath = compiled.flatMap((candidate) => {
        const params = match(candidate.parts, parts);
        return params === undefined ? [] : [{ candidate, params }];
      });
      const chosen = onPath.find(({ candidate }) => candidate.method === method);
      if (chosen) return { route: chosen.candidate.route, params: chosen.params };
      return { route: undefined, allowed: onPath.map(({ candidate }) => candidate.method) };
    },
  };
}

function compile<Route extends Routed>(route: Route): Compiled<Route> {
  const parts = split(route.path);
  const variables = parts.filter((part) => part.startsWith("{")).length;
  return { route, method: route.method, parts, variables };
}

/** Ignores a trailing slash. */
function split(path: string): readonly string[] {
  return path.replace(/\/$/, "").split("/");
}

function match(
  template: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (template.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const part = parts[index] ?? "";
    if (!expected.startsWith("{")) {
      if (part !== expected) return undefined;
      continue;
    }
    const value = decode(part);
    if (value === undefined || value === "") return undefined;
    params[expected.slice(1, -1)] = value;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // A malformed escape matches no route.
    return undefined;
  }
}
