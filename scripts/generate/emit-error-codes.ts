/** Writes the codes of the API's errors as one type. */

import { header } from "./layout.js";
import type { Source } from "./source.js";

export function emitErrorCodes({ operations, commonErrors }: Source): string {
  const own = operations.flatMap(({ errorCodes }) => errorCodes);
  const codes = [...new Set([...commonErrors, ...own])].sort();
  return [
    `${header}\n/** The API's own error codes; docs/api.md lists those of each endpoint. */\n\n`,
    "/** A code that is documented or has been observed. */\n",
    `export type KnownApiCode =${codes.map((code) => `\n  | ${JSON.stringify(code)}`).join("") || " never"};\n`,
  ].join("");
}
