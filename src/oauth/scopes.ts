/** What the table of scopes knows. It is loaded when it is needed, because most processes never do. */

import { closest } from "../checks/closest.js";
import { type ScopeFacts, scopes } from "../generated/scopes.js";

const all: readonly (readonly [name: string, facts: ScopeFacts])[] = Object.entries(scopes);

const warned = new Set<string>();

/** Warns once for each name that is no scope, as far as is known. Airwallex may have added it since. */
export function warnOfUnknownScopes(names: readonly string[]): void {
  const known = all.flatMap(([name, { older }]) => (older === undefined ? [name] : [name, older]));
  for (const name of names) {
    if (known.includes(name) || warned.has(name)) continue;
    warned.add(name);
    const meant = closest(name, known);
    const hint = meant === undefined ? "see docs/oauth.md" : `did you mean "${meant}"`;
    process.emitWarning(
      `The scope "${name}" is not known to this package, ${hint}. It is requested all the same`,
      "AirwallexOAuthWarning",
    );
  }
}

/** What a customer has to grant for a call, as advice about its refusal. */
export function adviseOnScope(method: string, path: string): string {
  const names = scopesFor(method, path).map((name) => `"${name}"`);
  if (names.length === 0) {
    return "no scope is known to open it for a connection; the platform itself calls it with its API key";
  }
  return `it needs the scope ${names.join(" or ")}: if the customer has not granted it, ask for it with oauth.authorizationUrl`;
}

function scopesFor(method: string, path: string): readonly string[] {
  const exact = opening((endpoint) => endpoint === `${method} ${path}`);
  return exact.length > 0 ? exact : opening((endpoint) => isTemplateOf(endpoint, method, path));
}

function opening(matches: (endpoint: string) => boolean): readonly string[] {
  return all.filter(([, { endpoints }]) => endpoints.some(matches)).map(([name]) => name);
}

function isTemplateOf(endpoint: string, method: string, path: string): boolean {
  const [own, template = ""] = endpoint.split(" ");
  const [parts, given] = [template.split("/"), path.split("/")];
  const fits = (part: string, at: number): boolean => part.startsWith("{") || part === given[at];
  return own === method && parts.length === given.length && parts.every(fits);
}
