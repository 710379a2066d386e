/**
 * What scopes open, and their spellings, as `spec/scopes.yaml` lists them.
 *
 * @see https://www.airwallex.com/docs/developer-tools/partner-connections/oauth-scopes
 */

import { type ScopeFacts, scopes } from "../../generated/scopes.js";
import type { Endpoint } from "../../schemas/endpoint.js";
import { Refusal } from "../engine/refusal.js";

const all: readonly (readonly [name: string, facts: ScopeFacts])[] = Object.entries(scopes);

/** Every scope, the newer spelling first. */
export const scopeWords: readonly string[] = all.flatMap(([name, { older }]) =>
  older === undefined ? [name] : [name, older],
);

/** The scopes of which a token needs one for an endpoint; none if it is for API keys only. */
export function scopesFor({ method, path }: Endpoint): readonly string[] {
  const endpoint = `${method} ${path}`;
  return all.filter(([, { endpoints }]) => endpoints.includes(endpoint)).map(([name]) => name);
}

/** @throws Refusal that names the missing scope. */
export function requireScope(granted: readonly string[], needed: readonly string[]): void {
  if (needed.length === 0) {
    throw new Refusal(403, "forbidden", "This endpoint cannot be called with an OAuth token.");
  }
  if (needed.some((scope) => holds(granted, scope))) return;
  const names = needed.map((scope) => `[${scope}]`).join(" or ");
  throw new Refusal(403, "forbidden", `The access token lacks the scope ${names}.`, {
    source: "scope",
  });
}

/** Whether a scope is among others, in either spelling. */
export function holds(words: readonly string[], word: string): boolean {
  return words.some((other) => canonical(other) === canonical(word));
}

/** Whether one of the scopes covers an event. */
export function covers(words: readonly string[], event: string): boolean {
  return all.some(([name, { events }]) => events.includes(event) && holds(words, name));
}

/** What a scope means to the customer. */
export function explainScope(word: string): string {
  return all.find(([name]) => name === canonical(word))?.[1].summary ?? word;
}

function canonical(word: string): string {
  return all.find(([, { older }]) => older === word)?.[0] ?? word;
}
