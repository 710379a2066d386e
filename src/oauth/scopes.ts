/** What the table of scopes knows. The table is loaded when it is needed, because most processes never do. */

import { closest } from "../checks/closest.js";
import type { ScopeFacts } from "../generated/scopes.js";

type Table = readonly (readonly [name: string, facts: ScopeFacts])[];

async function loadTable(): Promise<Table> {
  const { scopes } = await import("../generated/scopes.js");
  return Object.entries(scopes);
}

const warned = new Set<string>();

/** Warns once for each name that is no scope, as far as is known. Airwallex may have added it since. */
export async function warnOfUnknownScopes(names: readonly string[]): Promise<void> {
  const table = await loadTable();
  const known = table.flatMap(([name, { older }]) =>
    older === undefined ? [name] : [name, older],
  );
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
export async function adviseOnScope(method: string, path: string): Promise<string> {
  const names = scopesFor(await loadTable(), method, path).map((name) => `"${name}"`);
  if (names.length === 0) {
    return "no scope is known to open it for a connection; the platform itself calls it with its API key";
  }
  return `it needs the scope ${names.join(" or ")}: if the customer has not granted it, ask for it with oauth.authorizationUrl`;
}

function scopesFor(table: Table, method: string, path: string): readonly string[] {
  const exact = opening(table, (endpoint) => endpoint === `${method} ${path}`);
  return exact.length > 0
    ? exact
    : opening(table, (endpoint) => isTemplateOf(endpoint, method, path));
}

function opening(table: Table, matches: (endpoint: string) => boolean): readonly string[] {
  return table.filter(([, { endpoints }]) => endpoints.some(matches)).map(([name]) => name);
}

function isTemplateOf(endpoint: string, method: string, path: string): boolean {
  const [own, template = ""] = endpoint.split(" ");
  const [parts, given] = [template.split("/"), path.split("/")];
  const fits = (part: string, at: number): boolean => part.startsWith("{") || part === given[at];
  return own === method && parts.length === given.length && parts.every(fits);
}
