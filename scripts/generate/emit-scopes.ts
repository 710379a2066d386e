/** Writes the table of scopes. */

import { bracket, header } from "./layout.js";
import type { Source, SourceScope } from "./source.js";

export function emitScopes({ scopes }: Source): string {
  const names = scopes.map(({ name }) => `\n  | ${quote(name)}`).join("") || " never";
  return [
    `${header}\n/** The scopes that an app can ask a customer for, and what each opens. */\n`,
    `${typeIntro}export type OAuthScope =${names};\n`,
    factsType,
    `/** Every scope by its name. */\nexport const scopes: Readonly<Record<OAuthScope, ScopeFacts>> = {\n${scopes.map(emitScope).join("")}};\n`,
  ].join("\n");
}

const typeIntro = `/**
 * A scope of an OAuth connection, by its present name; docs/oauth.md says what each opens. Some have an older
 * name as well, which the API takes too.
 *
 * See https://www.airwallex.com/docs/developer-tools/partner-connections/oauth-scopes
 */
`;

const factsType = `export interface ScopeFacts {
  /** What it allows, in words for the customer. */
  readonly summary: string;
  /** The older name, where one is known. */
  readonly older?: string;
  /** Method and path of what it opens. */
  readonly endpoints: readonly string[];
  /** Events of the account that an app may subscribe to. */
  readonly events: readonly string[];
}
`;

function emitScope({ name, summary, older, endpoints, events }: SourceScope): string {
  const lines = [
    `    summary: ${quote(summary)},\n`,
    older === undefined ? "" : `    older: ${quote(older)},\n`,
    `    endpoints: ${bracket(["[", "]"], endpoints.map(quote), 2)},\n`,
    `    events: ${bracket(["[", "]"], events.map(quote), 2)},\n`,
  ];
  return `  ${quote(name)}: {\n${lines.join("")}  },\n`;
}

const quote = (text: string): string => JSON.stringify(text);
