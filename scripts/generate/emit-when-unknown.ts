/** Writes what to do about a call whose outcome is unknown. */

import { header } from "./layout.js";
import type { Source } from "./source.js";

export function emitWhenUnknown({ operations }: Source): string {
  const lines = operations.flatMap(({ id, whenUnknown }) =>
    whenUnknown === undefined ? [] : [`  ${JSON.stringify(id)}: ${JSON.stringify(whenUnknown)},\n`],
  );
  return [
    `${header}\n/** How to go on after a call of which nobody knows whether it was done. */\n\n`,
    "/** By the name of the call. Those with a `request_id` are not here, nor are simulations. */\n",
    `export const whenUnknown: Readonly<Record<string, string | undefined>> = {\n${lines.sort().join("")}};\n`,
  ].join("");
}
