/** Writes what to do about a call whose outcome is unknown. */

import { header } from "./layout.js";
import type { Source } from "./source.js";

export function emitWhenUnknown({ operations }: Source): string {
  const lines = operations.flatMap(({ id, whenUnknown }) =>
    whenUnknown === undefined ? [] : [`  ${JSON.stringify(id)}: ${JSON.stringify(whenUnknown)},\n`],
  );
  return [
    `${header}\n/** What to do after a call whose outcome is unknown. */\n\n`,
    "/** By operation. Most calls with a `request_id` and all simulations are not listed: there the general advice will do. */\n",
    `export const whenUnknown: Readonly<Record<string, string | undefined>> = {\n${lines.sort().join("")}};\n`,
  ].join("");
}
